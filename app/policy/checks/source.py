"""The text of a document, YAML or JSON, read into plain values with the line of each; hostile text ends early."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from app.base.pointers import pointer, steps_of
from app.policy.language.faults import PolicyFault, PolicyFaults, Steps

MOST_BYTES = 2 * 1024 * 1024
MOST_NODES = 100_000
MOST_DEPTH = 40
MOST_ENTRIES = 2_500
"""In one list or mapping: far beyond any policy people could read, and read within a moment."""

_INTEGER = re.compile(r"^-?(0|[1-9]\d{0,17})$")
_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,17})\.\d{1,18}$")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq", "null", "bool", "int", "float")}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


@dataclass(slots=True)
class Mark:
    """The line of a value, and the marks of what it holds."""

    line: int
    inside: dict[str | int, "Mark"] | None = None

    def line_at(self, pointer: str) -> int:
        """The line of a JSON pointer."""
        mark = self
        for step in steps_of(pointer):
            inside = mark.inside or {}
            found = inside.get(step) or (inside.get(int(step)) if step.isdecimal() else None)
            if found is None:
                break
            mark = found
        return mark.line

    def line_of(self, steps: Steps) -> int:
        """The line of a place, or of the nearest thing around it."""
        mark = self
        for step in steps:
            found = mark.inside.get(step) if mark.inside else None
            if found is None:
                break
            mark = found
        return mark.line


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    mark: Mark
    anchor: str | None
    size: int
    key: str | None = None
    key_line: int = 0
    skip: bool = False


class _Stop(Exception):  # noqa: N818 - it ends the reading, with the fault already noted
    pass


@dataclass
class _Reader:
    """Builds values from the parser's events, without recursion and with every limit checked on the way."""

    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, Mark, int]] = field(default_factory=dict)
    faults: list[PolicyFault] = field(default_factory=list)
    nodes: int = 0
    root: tuple[Any, Mark] | None = None

    def read(self, events: Iterator[Any]) -> None:
        steps = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        for event in events:
            step = steps.get(type(event))
            if step is not None:
                step(event)

    def fault(self, event: Any, code: str, message: str, remedy: str) -> None:
        steps: list[str | int] = []
        for frame in self.stack:
            if isinstance(frame.value, list):
                steps.append(len(frame.value))
            elif frame.key is not None:
                steps.append(frame.key)
        line = event.start_mark.line + 1
        self.faults.append(PolicyFault(pointer(*steps), line, code, message, remedy))

    def _scalar(self, event: Any) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._key(frame, event)
            return
        self._count(event, 1)
        self._check_tag(event)
        text: str = event.value
        value = _plain(text) if event.implicit[0] and event.style in (None, "") else text
        if isinstance(value, str) and _CONTROL.search(value):
            self.fault(event, "control_character", "A text holds a control character.", "Leave it out.")
        self._put(event, value, Mark(event.start_mark.line + 1), event.anchor, 1)

    def _key(self, frame: _Open, event: Any) -> None:
        key: str = event.value
        if key == "<<" and event.style in (None, ""):
            self.fault(event, "merge_key", "Merging with `<<` is not part of the format.", "Write the members out.")
        if key in frame.value:
            frame.key = key
            self.fault(event, "duplicate_key", f"`{key}` stands here twice.", "Keep one of the two.")
            frame.skip = True
        elif _CONTROL.search(key):
            self.fault(event, "control_character", "A name holds a control character.", "Leave it out.")
        frame.key, frame.key_line = key, event.start_mark.line + 1

    def _start(self, event: Any) -> None:
        self._count(event, 1)
        frame = self.stack[-1] if self.stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self.fault(event, "bad_key", "A name of a member must be a plain text.", "Write a short text before `:`.")
            raise _Stop
        if len(self.stack) >= MOST_DEPTH:
            self.fault(event, "too_deep", f"The document is nested more than {MOST_DEPTH} deep.", "Flatten it.")
            raise _Stop
        self._check_tag(event)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.stack.append(_Open(value, Mark(event.start_mark.line + 1, {}), event.anchor, self.nodes))

    def _document(self, event: Any) -> None:
        if self.root is not None:
            self.fault(event, "several_documents", "The text holds more than one document.", "Keep one.")
            raise _Stop

    def _end(self, event: Any) -> None:
        frame = self.stack.pop()
        self._put(event, frame.value, frame.mark, frame.anchor, self.nodes - frame.size + 1)

    def _alias(self, event: Any) -> None:
        frame = self.stack[-1] if self.stack else None
        known = self.anchors.get(event.anchor)
        if known is None or (frame is not None and isinstance(frame.value, dict) and frame.key is None):
            message = f"`*{event.anchor}` stands for nothing that is complete here."
            self.fault(event, "bad_alias", message, "Write it out.")
            raise _Stop
        value, mark, size = known
        self._count(event, size)
        self._put(event, value, mark, None, size)

    def _put(self, event: Any, value: Any, mark: Mark, anchor: str | None, size: int) -> None:
        if anchor is not None:
            self.anchors[anchor] = (value, mark, size)
        if not self.stack:
            self.root = (value, mark)
            return
        frame = self.stack[-1]
        inside = frame.mark.inside
        assert inside is not None
        if len(frame.value) >= MOST_ENTRIES:
            message = f"There are more than {MOST_ENTRIES} entries here."
            self.fault(event, "too_many_entries", message, "Say it with fewer: a list in a condition means one of.")
            raise _Stop
        if isinstance(frame.value, list):
            inside[len(frame.value)] = mark
            frame.value.append(value)
            return
        assert frame.key is not None
        if not frame.skip:
            inside[frame.key] = Mark(frame.key_line, mark.inside)
            frame.value[frame.key] = value
        frame.key, frame.skip = None, False

    def _count(self, event: Any, more: int) -> None:
        self.nodes += more
        if self.nodes > MOST_NODES:
            message = f"The document holds more than {MOST_NODES} values."
            self.fault(event, "too_many_values", message, "Say it with fewer entries; repeated parts count each time.")
            raise _Stop

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _TAGS and event.tag != "!":
            message = f"The tag `{event.tag}` is not known."
            self.fault(event, "unknown_tag", message, "Leave the tag out; everything is text, number, true or false.")


def read(text: str) -> tuple[Any, Mark]:
    """The values of one YAML or JSON text, as JSON values, with their lines; PolicyFaults where it cannot be read.

    Only `true` and `false` are booleans, dates and times stay text, and repeated parts count each time they occur.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise PolicyFaults([_whole("too_large", "The document is larger than 2 MiB.", "Shorten it.")])
    if text.lstrip().startswith("{"):
        text = _SURROGATES.sub(_joined, text)
    reader = _Reader()
    try:
        reader.read(yaml.parse(text, Loader=yaml.CSafeLoader))
    except _Stop:
        pass
    except UnicodeEncodeError:
        reader.faults.append(_whole("control_character", "The text is not valid Unicode.", "Save it as UTF-8."))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.faults.append(
            PolicyFault("", mark.line + 1 if mark else None, "not_yaml", f"The text cannot be read: {error.problem}.",
                        "Check indentation, quotes and brackets of this line and the one before.")
        )  # fmt: skip
    except yaml.YAMLError as error:
        what = str(error).splitlines()[0]
        reader.faults.append(_whole("not_yaml", f"The text cannot be read: {what}.", "Save it as plain UTF-8 YAML."))
    if reader.faults:
        raise PolicyFaults(reader.faults)
    if reader.root is None:
        raise PolicyFaults([_whole("empty", "There is no document in the text.", "Start with `provider:`.")])
    return reader.root


def _whole(code: str, message: str, remedy: str) -> PolicyFault:
    return PolicyFault("", None, code, message, remedy)


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _NUMBER.match(text) else text


def _joined(pair: re.Match[str]) -> str:
    """JSON's surrogate pair as the escape that YAML knows."""
    high, low = (int(half, 16) for half in pair.groups())
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"
