"""What is sound of a document whose shape is faulty, so that the faults of sense can be told in the same answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.policy.checks.completeness import SECTIONS
from app.policy.language.document import Document
from app.policy.language.faults import Steps
from app.policy.language.reading import Flaw

_STAND_INS: dict[str, Any] = {"provider": "unnamed", "prefix": "XX", "tz": "UTC", "currency": "EUR"}


class Salvage:
    """The document's values without their faulty entries, and the way back to where the rest stands."""

    def __init__(self, raw: Mapping[str, Any], faulty: Iterable[Steps]) -> None:
        self._raw = raw
        self._dropped: set[str] = set()
        self._gone: dict[str, set[str | int]] = {}
        for steps in faulty:
            if len(steps) < 2 or not isinstance(raw.get(str(steps[0])), dict | list):
                self._dropped.add(str(steps[0]) if steps else "")
            else:
                self._gone.setdefault(str(steps[0]), set()).add(steps[1])
        self._kept: dict[str, list[int]] = {}
        self.values = self._sound()

    def _sound(self) -> dict[str, Any]:
        known = {field.alias or name for name, field in Document.model_fields.items()}
        sound = {name: value for name, value in self._raw.items() if name in known and name not in self._dropped}
        for name, gone in self._gone.items():
            value = sound.get(name)
            if isinstance(value, dict):
                sound[name] = {key: entry for key, entry in value.items() if key not in gone}
            elif isinstance(value, list):
                self._kept[name] = [index for index in range(len(value)) if index not in gone]
                sound[name] = [value[index] for index in self._kept[name]]
        return {**{name: value for name, value in _STAND_INS.items() if name not in sound}, **sound}

    def told(self, flaw: Flaw) -> Flaw | None:
        """The flaw at its place in the whole document; None where it only comes of what was left out."""
        steps = flaw.steps
        if steps and steps[0] in self._dropped:
            return None
        if len(steps) > 1 and steps[0] in self._kept and isinstance(steps[1], int):
            steps = (steps[0], self._kept[str(steps[0])][steps[1]], *steps[2:])
        if flaw.code in ("bad_place", "bad_change"):
            return None  # what a reading would change may be what was left out
        if flaw.code == "foreign_clause" and "prefix" in self._dropped:
            return None
        if flaw.code.startswith("unknown_") and self._left_out(flaw.code.removeprefix("unknown_"), self._at(steps)):
            return None
        return Flaw(steps, flaw.code, flaw.message, flaw.remedy)

    def _left_out(self, kind: str, name: Any) -> bool:
        section = SECTIONS.get(kind.replace("_", " "), "")
        if section in self._dropped:
            return True
        gone = {str(key) for names in self._gone.values() for key in names if isinstance(key, str)}
        return str(name) in gone or any(key.startswith(f"{name}.") for key in gone)

    def _at(self, steps: Steps) -> Any:
        """The name that was not found: the value of a place, or the last step itself."""
        value: Any = self._raw
        for step in steps:
            if isinstance(value, list):
                value = value[step] if isinstance(step, int) and step < len(value) else None
            else:
                value = value.get(str(step)) if isinstance(value, Mapping) else None
        return value if isinstance(value, str | int) else steps[-1] if steps else ""
