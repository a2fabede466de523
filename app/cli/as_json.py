"""The option `--json`, and answers as it wants them: data for scripts."""

import json
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
