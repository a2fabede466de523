"""Every convention of the API, proved on every operation of the OpenAPI document."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog import get_logger

from app.base.settings import Settings
from app.main import create_app
from tests.api.conventions import COMPONENTS, CONVENTIONS, ENUMS, Convention
from tests.api.walking import Arranged, Call, Operation, Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.frontdesk import FrontDesk

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()

_OAUTH = "RFC 6749 says how it fails."
_NOTHING = "Nothing is stored: the same request is judged again."
EXEMPT: dict[str, dict[str, str]] = {
    "unknown_parameters_are_refused": {"create_token": _OAUTH},
    "other_methods_are_refused_by_name": {"create_token": _OAUTH},
    "bodies_have_a_known_media_type": {"create_token": _OAUTH},
    "faults_of_a_body_are_pointed_at": {"validate_policy": "The faults of the draft are its answer."},
    "every_post_takes_an_idempotency_key": {
        "create_token": "Whoever asks again gets another token; RFC 6749 knows no key.",
        "publish_policy": "The document is its own key: the same one again is answered 200 and stores nothing.",
        "receive_mail": "The mail is its own key: the same one again is answered 200 in the same words.",
        "redeliver": "What it sends again has the id that it had: receivers know it.",
        "acknowledge_page": "Whoever has answered stays the one who did, however often it is said.",
        "requeue_dead_letter": "What is tried again is no dead letter any more: it is not there a second time.",
        "erase_person": "What is erased stays so, however often it is asked for.",
        "validate_policy": _NOTHING,
        "classify_request": _NOTHING,
        "check_authority": _NOTHING,
    },
    "lists_lead_from_page_to_page": {
        "read_events": "The feed has no last page: its cursor leads on to what is to come."
    },
    "a_change_rests_on_the_version_that_was_read": {
        "erase_person": "Whoever is to be forgotten is, whatever has changed about them meanwhile.",
        "validate_policy": _NOTHING,
        "ping_webhook": "It tries the webhook out as it is and changes nothing of it.",
        "redeliver": "What it sends again rests on no version of the webhook.",
        "acknowledge_page": "Whoever is called out at night has read nothing.",
        "requeue_dead_letter": "Letters have no versions.",
        "fill_secure_form": "Whoever holds the link has read nothing, and fills it in once.",
        "reveal_secure_form": "It is shown once, whatever its version.",
    },
}
"""Operations that do not keep a convention, and why."""


@pytest.fixture(scope="module")
async def walk(shared_front: FrontDesk) -> Walk:
    ground = await Ground.laid(shared_front)
    ENUMS.update({name: str(s["enum"][-1]) for name, s in DOCUMENT["components"]["schemas"].items() if "enum" in s})
    COMPONENTS.update(DOCUMENT["components"])
    return Walk(operations_of(DOCUMENT), shared_front.client, CALLS, ground.arrange)


async def complaints(walk: Walk, convention: Convention) -> tuple[int, list[str]]:
    examined, found = 0, []
    for operation in walk.operations:
        if convention.applies(operation) and operation.id not in EXEMPT.get(convention.name, {}):
            examined += 1
            try:
                complaint = await convention.holds(walk, operation)
            except LookupError as missing:
                complaint = f"cannot be asked: {missing}"
            if complaint is not None:
                found.append(f"{operation.id}: {complaint}")
    return examined, found


@pytest.mark.parametrize("name", CONVENTIONS)
async def test_every_operation_keeps(walk: Walk, name: str) -> None:
    examined, found = await complaints(walk, CONVENTIONS[name])
    assert examined
    assert not found, "\n".join(found)
    assert not walk.untold


@pytest.mark.parametrize("name", EXEMPT)
async def test_who_is_exempt_does_not_keep_it(walk: Walk, name: str) -> None:
    known = {operation.id: operation for operation in walk.operations}
    for exempt, reason in EXEMPT[name].items():
        assert reason
        assert await CONVENTIONS[name].holds(walk, known[exempt]) is not None, f"{exempt} keeps {name}"


# ── negative control ─────────────────────────────────────────────────────────
def _rude_document() -> dict[str, Any]:
    def operation(name: str, *parameters: tuple[str, str], body: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {
            "operationId": name,
            "responses": {"200": {}},
            "security": [{"bearer": []}],
            "x-callers": ["staff"],
        }
        told["parameters"] = [{"in": place, "name": of, "schema": {}, "required": True} for place, of in parameters]
        return told | ({"requestBody": {"content": {"application/json": {}}}} if body else {})

    limit, cursor, key = ("query", "limit"), ("query", "cursor"), ("header", "Idempotency-Key")
    thing, match = ("path", "thing"), ("header", "If-Match")
    return {
        "paths": {
            "/things": {"get": operation("list", limit, cursor), "post": operation("ask_for_secure_form", body=True)},
            "/things/{thing}": {"get": operation("read", thing), "patch": operation("change", thing, match, body=True)},
            "/things/{thing}/sell": {"post": operation("sell", thing, key, body=True)},
        }
    }


@pytest.fixture(scope="module")
async def rude() -> AsyncIterator[Walk]:
    """A service that answers everything with success, and keeps no convention at all."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        get_logger().info("request", path=scope["path"], body=(await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"at": "2026-02-10T15:00:00", "data": [], "total": 0}'})

    async def arrange(_: Operation) -> Arranged:
        return Arranged({"thing": "1"}, {"admin": {}})

    calls = {name: Call(body={"name": "x"}) for name in ("ask_for_secure_form", "change", "sell")}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=answer), base_url="https://rude.example"
    ) as client:
        yield Walk(operations_of(_rude_document()), client, calls, arrange)


@pytest.mark.parametrize("name", CONVENTIONS)
async def test_a_service_without_manners_is_found_out(rude: Walk, name: str) -> None:
    examined, found = await complaints(rude, CONVENTIONS[name])
    assert examined
    assert found
