"""The pages that begin with something: each command in them is run, and answers what they say."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.cli.desk import environment
from tests.contract.desk import Demonstration
from tests.contract.programs import ROOT

PAGES: Final = sorted((ROOT / "docs" / "start").glob("*.md"))
_ENDS = "--- ended with"
# What is another at each run.
_VARIES: Final = {
    "INSTANT": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "REFERENCE": r"\b[A-Z]{3}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b",
    "ID": r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
}


@dataclass
class Step:
    """What is typed, and what the page says it answers; nothing: that is not told."""

    typed: str
    told: list[str] = field(default_factory=list)


def steps(page: str) -> Iterator[Step]:
    """A command goes on for as long as a shell would wait for more of it."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        step: Step | None = None
        for line in block.splitlines():
            if line.startswith("$ "):
                if step is not None:
                    yield step
                step = Step(line[2:])
            elif step is not None and not step.told and _unfinished(step.typed):
                step.typed += f"\n{line}"
            elif step is not None:
                step.told.append(line)
        if step is not None:
            yield step


def _unfinished(typed: str) -> bool:
    if typed.endswith("\\"):
        return True
    asked = subprocess.run(["bash", "-n"], check=False, input=typed, capture_output=True, text=True)
    return asked.returncode != 0 or "here-document" in asked.stderr


def played(page: Path, desk: Demonstration) -> int:
    """How many commands the page has; AssertionError where one fails or answers something else."""
    todo = list(steps(page.read_text("utf-8").replace("http://127.0.0.1:8080", desk.url)))
    script = "".join(f"{{ {step.typed}\n}} 2>&1\necho; echo '{_ENDS}' $?\n" for step in todo)
    known = environment(CLAUSEDESK_DATA_DIR=str(desk.folder), HOME=str(desk.folder))
    run = subprocess.run(["bash"], check=False, input=script, cwd=ROOT, env=known, capture_output=True, text=True)
    said = re.split(rf"\n?{_ENDS} (\d+)\n", run.stdout)
    answers, codes = said[0::2], said[1::2]
    assert len(codes) == len(todo), f"{page.name}: {run.stdout}\n{run.stderr}"
    for step, answer, code in zip(todo, answers, codes, strict=False):
        assert code == "0", f"{page.name}: {step.typed}\nended with {code}:\n{answer}"
        assert not step.told or _alike("\n".join(step.told), answer), f"{page.name}: {step.typed}\nanswered:\n{answer}"
    return len(todo)


def _alike(told: str, answer: str) -> bool:
    """`…` stands for anything."""
    told, answer = _without_what_varies(told), _without_what_varies(answer)
    pattern = ".*".join(map(re.escape, told.strip().split("…")))
    return re.fullmatch(pattern, answer.strip(), re.DOTALL) is not None


def _without_what_varies(text: str) -> str:
    for name, pattern in _VARIES.items():
        text = re.sub(pattern, name, text)
    return text
