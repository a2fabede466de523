"""A `clausedesk serve` that keeps a line of each request: what `make bench-memory` must notice."""

from typing import Any

from app.api import observed
from app.cli.serving import serve

_KEPT: list[str] = []
_report = observed._report


def _keeping(scope: Any, *facts: Any) -> None:
    _KEPT.append(f"{scope['method']} {scope['path']} {dict(scope['headers'])}")
    _report(scope, *facts)


if __name__ == "__main__":
    observed.__dict__["_report"] = _keeping
    serve()
