"""Whatever is sent has an end that the document tells, or a reason why it tells none."""

import json
from typing import Any

import pytest

from app.base.settings import Settings
from app.main import create_app
from tests.contract.bounds import EXEMPT, Slot, slots_of

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()


def test_whatever_is_sent_has_an_end() -> None:
    slots = list(slots_of(DOCUMENT))
    assert len(slots) > 1000
    assert [f"{slot.name} lacks {slot.boundless}" for slot in slots if slot.boundless and not slot.exempt] == []


def test_names_by_a_pattern_are_the_only_names() -> None:
    metadata = DOCUMENT["components"]["schemas"]["TicketOpen"]["properties"]["metadata"]
    assert metadata["propertyNames"]["pattern"]
    assert metadata["additionalProperties"]["maxLength"] == 500
    assert "patternProperties" not in json.dumps(DOCUMENT)


@pytest.mark.parametrize("pattern", EXEMPT)
def test_whoever_is_exempt_has_none(pattern: str) -> None:
    assert [slot.name for slot in slots_of(DOCUMENT) if slot.exempt == pattern and slot.boundless]


@pytest.mark.parametrize(
    ("endless", "lacks"),
    [
        ({"type": "string", "pattern": "^a+$"}, "maxLength"),
        ({"type": "integer", "minimum": 0}, "maximum"),
        ({"type": "number"}, "minimum and maximum"),
        ({"type": "array", "items": {"type": "boolean"}}, "maxItems"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, "maxProperties"),
        ({}, "type"),
    ],
)
@pytest.mark.parametrize("place", ["body", "branch", "list", "map", "parameter"])
def test_a_value_without_an_end_is_found(endless: dict[str, Any], lacks: str, place: str) -> None:
    told = {
        "branch": {"anyOf": [endless, {"type": "null"}]},
        "list": {"type": "array", "maxItems": 3, "items": endless},
        "map": {"type": "object", "maxProperties": 3, "additionalProperties": endless or True},
    }.get(place, endless)
    body = {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Body"}}}}}
    asked: dict[str, Any] = {"parameters": [{"name": "q", "schema": told}]} if place == "parameter" else body
    named = {"Body": {"type": "object", "properties": {"member": told}}}
    document = {"components": {"schemas": named}, "paths": {"/x": {"post": {"operationId": "make"} | asked}}}
    assert [slot.boundless for slot in slots_of(document) if slot.boundless] == [lacks]


@pytest.mark.parametrize(
    "told",
    [
        {"type": "string", "maxLength": 5},
        {"type": "string", "format": "uuid"},
        {"type": "string", "enum": ["a"]},
        {"type": "integer", "minimum": 0, "exclusiveMaximum": 5},
        {"type": "boolean"},
    ],
)
def test_a_value_with_an_end_is_let_through(told: dict[str, Any]) -> None:
    assert Slot("x", told).boundless is None
