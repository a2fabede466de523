"""Every value that callers may send, wherever it stands in the document, and whether it has an end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from tests.contract.breaking import Document, operations_of

_SHORT: Final = frozenset({"date", "date-time", "uuid"})
_BRANCHES: Final = ("anyOf", "oneOf", "allOf")
_ENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("maxLength",),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "array": ("maxItems",),
    "object": ("maxProperties",),
}
EXEMPT: Final[Mapping[str, str]] = {
    "*.facts.*": "A fact is what the policy declares it to be. All of them together: 20 levels and 2,000 values.",
    "*.contract.*": "What an agreement says is looked up by rules of the policy. Together as large as facts.",
    "publish_policy*": "A policy document has a JSON Schema of its own, `openapi/policy.schema.json`.",
    "validate_policy*": "A draft with all its faults; as large as a body may be.",
    "upload_attachment.file": "A file: its bytes are counted, up to `CLAUSEDESK_MAX_ATTACHMENT_BYTES`.",
    "create_import": "A file: 16 MiB and 50,000 rows.",
    "receive_mail": "A mail: 48 MiB.",
}
"""What has no bounds in its schema, and what bounds it."""


@dataclass(frozen=True)
class Slot:
    """A place for one value: `TicketOpen.subject`, `list_tickets?limit`, `TicketOpen.attachments[]`."""

    name: str
    schema: Mapping[str, Any]

    @property
    def exempt(self) -> str | None:
        """The entry of the table that it falls under."""
        return next((pattern for pattern in EXEMPT if fnmatchcase(self.name, pattern)), None)

    @property
    def boundless(self) -> str | None:
        """What it lacks."""
        told = self.schema
        if {"enum", "const"} & told.keys() or told.get("format") in _SHORT:
            return None
        lacking = [end for end in self._ends() if not {end, f"exclusive{end.title()}"} & told.keys()]
        return " and ".join(lacking) or None

    def _ends(self) -> tuple[str, ...]:
        """What would say where it ends."""
        match self.schema.get("type"):
            case "object" if "properties" in self.schema:
                return ()
            case None:
                return () if {"$ref", "properties", *_BRANCHES} & self.schema.keys() else ("type",)
            case kind:
                return _ENDS.get(kind, ())


def slots_of(document: Document) -> Iterator[Slot]:
    """Of parameters and bodies; each schema that has a name once."""
    walk = _Walk(document["components"]["schemas"])
    for operation in operations_of(document).values():
        name = operation["operationId"]
        for parameter in operation.get("parameters", ()):
            yield from walk.slots(parameter["schema"], f"{name}?{parameter['name']}")
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from walk.slots(content["schema"], name)


class _Walk:
    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named
        self._seen: set[str] = set()

    def slots(self, told: Mapping[str, Any], name: str) -> Iterator[Slot]:
        if "$ref" in told:
            reference = told["$ref"].rpartition("/")[2]
            if reference not in self._seen:
                self._seen.add(reference)
                yield from self.slots(self._named[reference], reference)
            return
        yield Slot(name, told)
        for branch in _BRANCHES:
            for inner in told.get(branch, ()):
                yield from self.slots(inner, name)
        if "items" in told:
            yield from self.slots(told["items"], f"{name}[]")
        for member, inner in told.get("properties", {}).items():
            yield from self.slots(inner, f"{name}.{member}")
        if "propertyNames" in told:
            yield from self.slots({"type": "string", **told["propertyNames"]}, f"{name} (names)")
        match told.get("additionalProperties"):
            case dict() as values:
                yield from self.slots(values, f"{name}.*")
            case True:
                yield Slot(f"{name}.*", {})
