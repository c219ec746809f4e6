"""The licences of what the base install brings along: permissive ones, and psycopg's LGPL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution

PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC)\b", re.IGNORECASE)
LGPL = {"psycopg", "psycopg-binary"}


def required(name: str) -> Iterator[str]:
    """The distributions that this one needs, without its extras, and those that they need."""
    for requirement in distribution(name).requires or ():
        specification, _, marker = requirement.partition(";")
        if "extra ==" in marker:
            continue
        match = re.match(r"[\w.-]+", specification)
        assert match is not None
        yield match[0]
        try:
            yield from required(match[0])
        except PackageNotFoundError:  # for another platform or version of Python
            continue


def licence(name: str) -> str:
    metadata = distribution(name).metadata
    classifiers = [each for each in metadata.get_all("Classifier", []) if each.startswith("License")]
    stated = [text[:100] for key in ("License-Expression", "License") for text in metadata.get_all(key, [])]
    return " ".join([*stated, *classifiers])


def installed() -> Iterator[str]:
    for name in sorted({*required("auditor"), "psycopg-binary"}):
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        yield name


def test_the_base_install_brings_few_packages_and_permissive_licences() -> None:
    names = [*installed()]

    assert {"sqlalchemy", "psycopg", "click", "jinja2", "msgspec"} <= {name.lower() for name in names}
    assert len(names) <= 10, names
    for name in names:
        assert name in LGPL or PERMISSIVE.search(licence(name)), (name, licence(name))
