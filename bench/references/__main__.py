"""How well undeclared references are found: loads the open data, infers, scores, and prints the tables of the docs.

The data (schemas whose foreign keys are known, with loader and scorer) is no part of this repository: name its folder.
"""

import argparse
import re
from pathlib import Path

from auditor.embedded import embedded_server
from auditor.references.calibration import FITTED
from bench.references import cost, fitting
from bench.references.data import database, schemas
from bench.references.runs import Runs, run
from bench.references.tables import PLEASE_CONFIRM, left_out, seen, shipped, tables

DOCS = Path(__file__).parents[2] / "docs" / "references.md"
_MEASURED = re.compile(r"(?<=<!-- measured: begin -->\n).*?(?=<!-- measured: end -->)", re.DOTALL)


def main() -> None:
    """Print the tables; put them into the docs, and a new calibration into the auditor, where asked."""
    arguments = argparse.ArgumentParser(prog="bench.references", description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder of the open data")
    arguments.add_argument("--refit", action="store_true", help="fit the calibration anew, into the auditor's source")
    arguments.add_argument("--docs", action="store_true", help="write the tables into docs/references.md")
    arguments.add_argument("--errors", action="store_true", help="list what was wrong")
    chosen = arguments.parse_args()
    with embedded_server() as server:
        runs = run(server, schemas(chosen.data))
        with database(server, "large") as dsn:
            cost.load(dsn)
            spent = cost.measured(dsn)
    fitted = fitting.fit(seen(runs)) if chosen.refit else FITTED
    own = shipped(runs, fitted)
    text = tables(own, left_out(runs), spent)
    print(text)
    if chosen.errors:
        _print_errors(own)
    if chosen.refit:
        fitting.write(fitted)
    if chosen.docs:
        DOCS.write_text(_MEASURED.sub(lambda _: f"{text}\n", DOCS.read_text(encoding="utf-8")), encoding="utf-8")


def _print_errors(own: Runs) -> None:
    for condition, several in own.items():
        for each in several:
            for guess in each.guesses:
                if not guess.is_right and guess.confidence >= PLEASE_CONFIRM:
                    print(f"wrong, {condition.name}, {each.schema}, {guess.confidence:.2f}: {guess.told}")


if __name__ == "__main__":
    main()
