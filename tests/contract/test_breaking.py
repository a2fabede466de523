"""Each manner of breaking callers is noticed, and what only adds is let through."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from app.base.settings import Settings
from app.main import create_app
from tests.contract.breaking import breaks, operations_of, owned_up, promised

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
Change = Callable[[dict[str, Any]], object]


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def operation(document: dict[str, Any], name: str) -> Any:
    return next(one for one in operations_of(document).values() if one["operationId"] == name)


def parameter(document: dict[str, Any], name: str, of: str) -> dict[str, Any]:
    return next(one for one in operation(document, of)["parameters"] if one["name"] == name)


BREAKS: dict[str, Change] = {
    "an operation is gone": lambda d: d["paths"]["/v1/me"].pop("get"),
    "an operation has another name": lambda d: operation(d, "read_me").update(operationId="read_self"),
    "a caller is shut out": lambda d: operation(d, "read_ticket")["x-callers"].remove("service:submit"),
    "a parameter is gone": lambda d: operation(d, "list_tickets")["parameters"].pop(),
    "a parameter is required": lambda d: parameter(d, "limit", "list_tickets").update(required=True),
    "a number may not be as large": lambda d: parameter(d, "limit", "list_tickets")["schema"].update(maximum=50),
    "a member is gone from an answer": lambda d: schema(d, "Ticket")["properties"].pop("reference"),
    "a member is not always there": lambda d: schema(d, "Ticket")["required"].remove("reference"),
    "a member may be null": lambda d: schema(d, "Ticket")["properties"].update(
        reference={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
    "a member has another type": lambda d: schema(d, "Quote")["properties"].update(id={"type": "integer"}),
    "a member of a body is gone": lambda d: schema(d, "TicketOpen")["properties"].pop("external_ref"),
    "a member of a body is required": lambda d: schema(d, "TicketOpen")["required"].append("language"),
    "a text may not be as long": lambda d: schema(d, "HandOver")["properties"]["note"].update(maxLength=5),
    "a text must look otherwise": lambda d: schema(d, "HandOver")["properties"]["note"].update(pattern="^a$"),
    "a value is not taken": lambda d: schema(d, "Verify")["properties"]["result"]["enum"].remove("negative"),
    "a body is needed": lambda d: operation(d, "start_work").update(
        requestBody={"required": True, "content": {"application/json": {"schema": {}}}}
    ),
    "a status is not answered": lambda d: operation(d, "open_ticket")["responses"].pop("200"),
}
ADDITIONS: dict[str, Change] = {
    "an operation": lambda d: d["paths"].update({"/v1/new": {"get": operation(d, "read_me")}}),
    "a caller": lambda d: operation(d, "read_queue")["x-callers"].append("reseller"),
    "a member of an answer": lambda d: schema(d, "Ticket")["properties"].update(mood={"type": "string"}),
    "a member of a body that may be left out": lambda d: schema(d, "TicketOpen")["properties"].update(mood={}),
    "a value in an answer": lambda d: schema(d, "TicketStatus")["enum"].append("asleep"),
    "a longer text": lambda d: schema(d, "HandOver")["properties"]["note"].update(maxLength=10**6),
    "other words": lambda d: operation(d, "read_me").update(summary="Me"),
}


def test_a_document_does_not_break_itself() -> None:
    assert breaks(promised(DOCUMENT), DOCUMENT) == []


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_noticed(name: str) -> None:
    changed = copy.deepcopy(DOCUMENT)
    BREAKS[name](changed)
    assert breaks(promised(DOCUMENT), changed)


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition_is_let_through(name: str) -> None:
    changed = copy.deepcopy(DOCUMENT)
    ADDITIONS[name](changed)
    assert breaks(promised(DOCUMENT), changed) == []


def test_the_change_log_owns_up_by_name() -> None:
    owned = "### Breaking changes\n- `read_me` is gone, use `Other`\n"
    assert owned_up(f"## Unreleased\n- `x` is new\n{owned}### Fixed\n- `y`\n## 1.0\n`z`") == {"read_me", "Other"}
    assert owned_up("## 1.0\n### Breaking changes\n`read_me`") == frozenset()
