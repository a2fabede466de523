"""What the scenarios answer, digested line by line, so that whatever changes an answer shows.

Expectations say what a policy promises; the records say everything else: each reason, each fact that a citation
names, each effect. `make records` writes them anew, for a change that is meant; its difference is read like code.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from app.policy.decision import DECISIONS
from app.policy.library.files import library, policy_text
from app.policy.scenarios.answer import Answer
from app.policy.scenarios.file import ScenarioFile, read_file
from app.policy.scenarios.running import Result, play
from app.policy.scenarios.shelf import Shelf

SCENARIOS = Path(__file__).parent / "scenarios"
RECORDS = Path(__file__).parent / "records"
FILES = {path.stem: read_file(path.read_text(encoding="utf-8")) for path in sorted(SCENARIOS.glob("*.yaml"))}
SHELF = Shelf(policy_text, library())
JSON: TypeAdapter[Any] = TypeAdapter(Any)

_WHERE_IT_GOES = ("priority", "department", "level", "language", "ticket", "account", "contacts", "queue", "notice")
_MONEY = ("coverage", "strict", "coverage_provisional", "fee", "work_gate", "schedule")
_TIME = ("targets", "breach", "report", "policy")
_PARTS = {
    **dict.fromkeys(_WHERE_IT_GOES, "place"),
    **dict.fromkeys(_MONEY, "money"),
    **dict.fromkeys(_TIME, "time"),
    "effects": "effects",
    "reasons": "reasons",
}


def played(file: ScenarioFile, scenario: str) -> Result:
    (result,) = play(file, SHELF, {scenario})
    return result


def parts(answer: Answer) -> dict[str, Any]:
    """The answer in a few parts, each as JSON values; what is none of the others is `rest`."""
    groups = {**answer.groups, "reasons": [answer.citations, answer.assumptions]}
    if answer.decision is not None:
        told = {"at", "citations", "assumptions", "targets", "effects"}
        groups["decision"] = DECISIONS.dump_python(answer.decision, mode="json", exclude=told, exclude_defaults=True)
    found: dict[str, dict[str, Any]] = {}
    for name, value in groups.items():
        found.setdefault(_PARTS.get(name, "rest"), {})[name] = plain(value)
    return found


def plain(value: Any) -> Any:
    """As JSON says it, the same on every machine."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return JSON.dump_python(value, mode="json")


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]


def lines(result: Result) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each step its name, and the parts of what it answered."""
    for answered in result.answers:
        yield f"{result.scenario}{answered.where}", parts(answered.answer)


def written(name: str, found: Mapping[str, Any]) -> str:
    return " ".join([f"{name}:", *(f"{part}={digest(value)}" for part, value in sorted(found.items()))])


def recorded(stem: str) -> dict[str, dict[str, str]]:
    """The digests of each step of a scenario file, part by part, by the step's name."""
    text = (RECORDS / f"{stem}.txt").read_text(encoding="utf-8")
    found = (line.split(": ", 1) for line in text.splitlines())
    return {name: dict(digests.split("=") for digests in line.split()) for name, line in found}


def changed(record: Mapping[str, str], found: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that are otherwise than on record, as they are now."""
    return {part: found.get(part) for part in {*record, *found} if record.get(part) != digest(found.get(part))}


def main() -> None:
    RECORDS.mkdir(exist_ok=True)
    for stale in RECORDS.glob("*.txt"):
        stale.unlink()
    for stem, file in FILES.items():
        results = play(file, SHELF)
        text = "".join(f"{written(name, found)}\n" for result in results for name, found in lines(result))
        (RECORDS / f"{stem}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
