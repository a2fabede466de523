"""Examples of the OpenAPI document: what the service was asked and answered when they were recorded."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

EXAMPLES: Final = Path(__file__).parents[1] / "web" / "examples.json"


@cache
def example_of(operation: str) -> dict[str, Any]:
    """`request`, the body that was sent, and `responses` by status; empty where nothing was recorded."""
    return _recorded().get(operation, {})


@cache
def _recorded() -> dict[str, dict[str, Any]]:
    recorded: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text("utf-8")) if EXAMPLES.exists() else {}
    return recorded
