"""The OpenAPI document in the repository is what the service says of itself, and can be relied on."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.base.settings import Settings
from app.main import create_app

PUBLISHED = Path(__file__).parents[2] / "openapi" / "openapi.json"
OPENAPI: dict[str, Any] = create_app(Settings()).openapi()
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, operations in OPENAPI["paths"].items()
    for method, operation in operations.items()
]


def test_the_published_document_is_the_present_one() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == OPENAPI, "run `make schema`"


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_an_operation_says_what_it_does_and_has_a_name_of_its_own(name: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["tags"]
    assert [other for other, o in OPERATIONS if o["operationId"] == operation["operationId"]] == [name]
