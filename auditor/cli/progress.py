"""The progress bar: on stderr, and only on a terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from auditor.scan import Progress

_WIDTH = 24


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A progress callback that draws a bar; None where stderr is not a terminal. The bar is gone at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()

    def draw(done_rows: int, total_rows: int, done_tables: int, total_tables: int) -> None:
        share = done_rows / total_rows if total_rows else 1.0
        left = (time.monotonic() - started) * (1 - share) / share if share > 0.02 else None
        bar = "█" * int(share * _WIDTH)
        remaining = f", about {left:.0f} s left" if left is not None and left >= 1 else ""
        sys.stderr.write(
            f"\r\x1b[K{bar:░<{_WIDTH}} {share:4.0%}  {done_tables:,} of {total_tables:,} tables, "
            f"{done_rows:,} of about {total_rows:,} rows{remaining}"
        )
        sys.stderr.flush()

    try:
        yield draw
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
