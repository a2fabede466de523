"""What a part of the proof has found, told where it is found: the runner gathers the lines into its table."""

import json
import os
from pathlib import Path

REPORT = "CLAUSEDESK_RELIABILITY_REPORT"
"""The file to tell it to. Unset, as in `make test`, nobody asks and nothing is written."""


def examined(part: str, count: int, failed: int = 0) -> None:
    """So many things were looked at, and so many of them were not as they must be. Said again, it adds up."""
    _tell({"part": part, "examined": count, "failed": failed})


def caught(part: str, control: str, times: int = 1) -> None:
    """What was planted, as the table is to name it, and how often that was found; 0: it was not."""
    _tell({"part": part, "control": control, "caught": times})


def _tell(line: dict[str, str | int]) -> None:
    """In one write, so that processes may share the file."""
    if path := os.environ.get(REPORT):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
