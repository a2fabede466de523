"""A bar that shows how far long work is: on a terminal, and nowhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import typer

from app.base.progress import Progress


@contextmanager
def progress(label: str, stream: TextIO | None = None) -> Iterator[Progress]:
    """On stderr, so that stdout holds answers alone."""
    stream = stream or sys.stderr
    with typer.progressbar(length=1, label=label, file=stream, hidden=not stream.isatty(), show_pos=True) as bar:

        def told(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield told
