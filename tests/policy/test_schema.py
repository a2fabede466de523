"""The schema that editors check by is the one in the repository, and agrees with what loads."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.policy.checks.source import read
from app.policy.schema import schema
from tests.policy.documents import LIBRARY, SMALL

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "openapi" / "policy.schema.json"
DOCUMENTS = sorted((ROOT / "app" / "policy" / "library").glob("*.yaml"))
SCHEMA = schema(LIBRARY)
VALIDATOR = Draft202012Validator(SCHEMA)

OF_SHAPE = [
    "unknown_member",
    "unknown_member_inside",
    "missing_member",
    "missing_rank",
    "wrong_type",
    "yes_is_a_word",
    "number_in_quotes",
    "amount_as_float",
    "amount_negative",
    "bad_duration",
    "bad_time",
    "bad_day",
    "bad_name",
    "bad_clause_id",
    "unknown_kind",
    "unknown_effect",
    "effect_without_do",
    "unknown_stage",
    "unknown_outcome",
    "unknown_catalogue",
    "fee_without_amount",
    "fee_without_unit",
    "fee_without_threshold",
    "fee_without_steps",
    "target_without_max",
    "target_without_calendar",
    "target_without_days",
    "unknown_operator",
    "any_without_list",
    "not_without_condition",
    "empty_list",
]
"""The bad documents that an editor can tell by the schema alone."""


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(read(text)[0])]


def objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for part in node for found in objects(part)]
    if isinstance(node, dict):
        return [node, *(found for part in node.values() for found in objects(part))]
    return []


def test_the_published_schema_is_the_present_one() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == SCHEMA, "run `make schema`"


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_reference_leads_somewhere_and_no_mark_is_left() -> None:
    for node in objects(SCHEMA):
        assert "x-shape" not in node
        if "$ref" in node:
            assert node["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]


def test_a_sound_document_satisfies_it() -> None:
    assert complaints(SMALL) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_document_of_the_library_satisfies_it(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", OF_SHAPE)
def test_a_document_of_the_wrong_shape_does_not(name: str) -> None:
    path = Path(__file__).parent / "invalid" / f"{name}.yaml"
    assert complaints(path.read_text(encoding="utf-8"))


def test_every_part_says_what_it_is() -> None:
    silent = [name for name, part in SCHEMA["$defs"].items() if part.get("type") == "object" and "title" not in part]
    assert silent == []
