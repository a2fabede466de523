"""Every convention of the API, proved on every operation of the OpenAPI document."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog import get_logger

from app.base.settings import Settings
from app.base.vocabulary import Role
from app.main import create_app
from tests.api.conventions.answers import COMPONENTS
from tests.api.conventions.asking import PAGE
from tests.api.conventions.every import CONVENTIONS
from tests.api.conventions.exempt import DOCS, EXEMPT, shown
from tests.api.conventions.kept import Convention
from tests.api.conventions.lists import ENUMS
from tests.api.walking import Arranged, Call, Operation, Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.frontdesk import FrontDesk

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()


@pytest.fixture(scope="module")
async def walk(shared_front: FrontDesk) -> AsyncIterator[Walk]:
    ground = await Ground.laid(shared_front)
    ENUMS.update({name: str(s["enum"][-1]) for name, s in DOCUMENT["components"]["schemas"].items() if "enum" in s})
    COMPONENTS.update(DOCUMENT["components"])
    desk = shared_front.desk
    app = create_app(desk.settings.model_copy(update={"cors_origins": [PAGE]}), desk=desk)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://desk.example") as client:
        elsewhere = await shared_front.staff(await shared_front.provider(), Role.ADMIN)
        yield Walk(operations_of(DOCUMENT), client, CALLS, ground.arrange, elsewhere)


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


def test_the_documentation_shows_who_is_exempt() -> None:
    text = DOCS.read_text("utf-8")
    assert len(shown(text)) > 3000
    assert shown(text) == text, "run `make records`"


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
        needed = {"requestBody": {"required": True, "content": {"application/json": {}}}}
        return told | (needed if body else {})

    limit, cursor, key = ("query", "limit"), ("query", "cursor"), ("header", "Idempotency-Key")
    thing, match = ("path", "thing"), ("header", "If-Match")
    return {
        "paths": {
            "/things": {"get": operation("list", limit, cursor), "post": operation("ask_for_secure_form", body=True)},
            "/things/{thing}": {"get": operation("read", thing), "patch": operation("change", thing, match, body=True)},
            "/things/{thing}/sell": {"post": operation("sell", thing, key, body=True)},
            "/things/{thing}/drop": {"post": operation("drop", thing, key)},
        }
    }


@pytest.fixture(scope="module")
async def rude() -> AsyncIterator[Walk]:
    """A service that answers everything with success, and keeps no convention at all."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        get_logger().info("request", path=scope["path"], body=(await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        body = b'{"at": "2026-02-10T15:00:00", "data": [], "total": 0}'
        await send({"type": "http.response.body", "body": body + b" " * 1024})

    async def arrange(_: Operation) -> Arranged:
        return Arranged({"thing": "1"}, {"admin": {}})

    calls = {name: Call(body={"name": "x"}) for name in ("ask_for_secure_form", "change", "sell")} | {"drop": Call()}
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=answer), base_url="https://rude.example"
    ) as client:
        yield Walk(operations_of(_rude_document()), client, calls, arrange)


@pytest.mark.parametrize("name", CONVENTIONS)
async def test_a_service_without_manners_is_found_out(rude: Walk, name: str) -> None:
    examined, found = await complaints(rude, CONVENTIONS[name])
    assert examined
    assert found
