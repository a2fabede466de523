"""Where something may come to light: a dump of the database, files, logs, spans, metrics, problems, webhooks."""

import logging
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from app.base.metrics import REGISTRY
from app.base.tracing import trace_with
from app.db.embedded import own_binaries

Surfaces = dict[str, list[str]]
"""By place, such as `ticket.subject` or `logs`: the texts that stand there."""
STEM = "zebrafinch"
_MARK = re.compile(rf"{STEM}\d{{4}}")
_IN_BYTES = re.compile(rf"{STEM.encode().hex()}(?:3\d){{4}}")
# A telephone number has no letters: its mark is a number of its own.
_TELEPHONE = re.compile(r"49309990(\d{4})")
_COPY = re.compile(r"COPY public\.(\S+) \((.*)\) FROM stdin;")


def mark(number: int) -> str:
    return f"{STEM}{number:04d}"


def as_telephone(marked: str) -> str:
    return f"+49309990{marked.removeprefix(STEM)}"


def marks_in(text: str) -> set[str]:
    """In letters of either size, or as bytes of a dump are written."""
    lower = text.lower()
    found = {*_MARK.findall(lower), *(f"{STEM}{number}" for number in _TELEPHONE.findall(lower))}
    return found | {bytes.fromhex(spelled).decode() for spelled in _IN_BYTES.findall(lower)}


def places_of_marks(surfaces: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """By mark."""
    found: dict[str, set[str]] = {}
    for place, texts in surfaces.items():
        for one in marks_in("\n".join(texts)):
            found.setdefault(one, set()).add(place)
    return found


def dumped(dsn: str) -> Surfaces:
    """By `table.column`: the value in every row, as `pg_dump` writes it."""
    command = [str(own_binaries() / "pg_dump"), "--schema=public", "--dbname", dsn]
    lines = iter(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines())
    found: Surfaces = {}
    for line in lines:
        copied = _COPY.fullmatch(line)
        if copied is None:
            continue
        places = [f"{copied[1]}.{column}".replace('"', "") for column in copied[2].split(", ")]
        for row in iter(lambda: next(lines), "\\."):
            for place, value in zip(places, row.split("\t"), strict=True):
                found.setdefault(place, []).append(value)
    return found


def files_in(folder: Path) -> list[str]:
    return [path.read_bytes().decode("latin-1") for path in sorted(folder.rglob("*")) if path.is_file()]


@dataclass
class Watched:
    """What processes say of their work while they are watched."""

    tracer: Tracer
    lines: list[object] = field(default_factory=list)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def surfaces(self) -> Surfaces:
        return {
            "logs": [repr(line) for line in self.lines],
            "spans": [one.to_json() for one in self.spans.get_finished_spans()],
            "metrics": [generate_latest(REGISTRY).decode()],
        }


class _Kept(logging.Handler):
    def __init__(self, lines: list[object]) -> None:
        super().__init__(logging.DEBUG)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


@contextmanager
def watched() -> Iterator[Watched]:
    """All that is logged by us, whatever its level, what libraries warn of, and every span."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    root = logging.getLogger()
    with capture_logs() as lines:
        seen = Watched(provider.get_tracer("canaries"), spans=exporter)
        kept, level = _Kept(seen.lines), root.level
        root.addHandler(kept)
        root.setLevel(logging.WARNING)  # as it is outside tests
        trace_with(seen.tracer)
        try:
            yield seen
        finally:
            trace_with(None)
            root.removeHandler(kept)
            root.setLevel(level)
            seen.lines.extend(lines)
