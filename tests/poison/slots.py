"""Every place of a request into which something can be put, by the OpenAPI document."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator

from tests.api.walking import Operation

_FORMATS: Final = Draft202012Validator.FORMAT_CHECKER
_HERE: Final = "poison-stands-here"
# What a valid value of any member looks like, whatever its pattern.
_SAMPLES: Final = (
    "maple",
    "2026-02-10T10:15:00Z",
    "2026-02-10",
    "en",
    "A_X_1",
    "jane@maple.example",
    "https://billing.example/hooks",
    "10.00",
    "ZAR",
    "00000000-0000-7000-8000-000000000001",
    1,
    True,
)
_EVERY_REQUEST: Final = (
    "authorization",
    "accept",
    "accept-language",
    "accept-encoding",
    "content-type",
    "content-encoding",
    "if-match",
    "if-none-match",
    "idempotency-key",
    "range",
    "x-request-id",
    "traceparent",
    "origin",
)
"""Headers that something reads in every request."""
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """From an object or array to what it holds under `key`; `container` stands in where there is none yet."""

    key: str | int
    container: Any


@dataclass(frozen=True)
class Slot:
    place: str
    """path, query, header, any (a header of which the document says nothing), member or whole."""
    name: str
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        return f"{self.place} {self.name}".strip()

    def body(self, usual: Any, poison: bytes) -> bytes:
        """The usual body with this in a member of it."""
        whole = json.dumps(_put(usual, self.steps)).encode()
        return whole.replace(json.dumps(_HERE).encode(), poison)


class Document:
    """The schemas of an OpenAPI document, and examples of them."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._components = {"components": told["components"]}

    def slots(self, operation: Operation) -> Iterator[Slot]:
        for place in ("path", "query"):
            yield from (Slot(place, str(told["name"])) for told in operation.parameters[place].values())
        yield Slot("query", "nonsense")
        yield from (Slot("header", name) for name in operation.parameters["header"])
        yield from (Slot("any", name) for name in _EVERY_REQUEST if name not in operation.parameters["header"])
        if operation.media_type is not None:
            yield Slot("whole", "")
            schema = operation.told["requestBody"]["content"][operation.media_type]["schema"]
            members = {"/".join(str(step.key) for step in steps): steps for steps in self._members(schema, (), ())}
            if operation.takes_json:
                members["surplus"] = (Step("surplus", {}),)
            yield from (Slot("member", name, steps) for name, steps in members.items())

    def _members(self, schema: Schema, steps: tuple[Step, ...], seen: tuple[str, ...]) -> Iterator[tuple[Step, ...]]:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            if name not in seen:
                yield from self._members(self._components["components"]["schemas"][name], steps, (*seen, name))
            return
        for inner in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from self._members(inner, steps, seen)
        for key, inner in self._held(schema):
            further = (*steps, Step(key, self._sample(schema)))
            yield further
            yield from self._members(inner, further, seen)

    def _held(self, schema: Schema) -> Iterator[tuple[str | int, Schema]]:
        yield from schema.get("properties", {}).items()
        for pattern, inner in schema.get("patternProperties", {}).items():
            yield next(text for text in _SAMPLES if isinstance(text, str) and re.search(pattern, text)), inner
        if isinstance(schema.get("additionalProperties"), Mapping) or schema.get("additionalProperties") is True:
            more = schema["additionalProperties"]
            yield "maple", more if isinstance(more, Mapping) else {}
        if "items" in schema:
            yield 0, schema["items"]

    def _sample(self, schema: Schema) -> Any:
        """Something that it allows."""
        inner = next(iter((*schema.get("anyOf", ()), *schema.get("oneOf", ()))), None)
        if "$ref" in schema:
            inner = self._components["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if inner is not None:
            return self._sample(inner)
        if "properties" in schema:
            return {name: self._sample(schema["properties"][name]) for name in schema.get("required", ())}
        known = Draft202012Validator({**schema, **self._components}, format_checker=_FORMATS)
        stated = (*schema.get("examples", ()), schema.get("const"), *schema.get("enum", ()))
        return next((value for value in (*stated, {}, [], *_SAMPLES) if known.is_valid(value)), None)


def _put(body: Any, steps: tuple[Step, ...]) -> Any:
    if not steps:
        return _HERE
    first, *rest = steps
    if isinstance(first.key, int):
        entries = body if isinstance(body, list) else []
        return [_put(next(iter(entries), None), tuple(rest)), *entries[1:]]
    members = body if isinstance(body, dict) else first.container
    return {**members, first.key: _put(members.get(first.key), tuple(rest))}
