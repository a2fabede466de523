"""The edge around a few routes of every shape; none of them needs a database."""

import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from fastapi import Depends, FastAPI, Query, Response
from pydantic import Field

from app.api.callers import Allowed
from app.api.deps import Caller, Desk
from app.api.errands import answered
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.idempotency import MustRepeat, Repeatable
from app.api.pagination import PageDep
from app.api.routing import add_routes, desk_router
from app.base.money import Amount
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.db.connections import Connections
from app.db.pool import Database
from app.main import create_app
from app.schemas.fields import Count, Email, Id, JsonMap, Metadata, Model, ShortText, Slug, Text, When
from app.sealing.keys import SealingKeys
from app.services.callers import Callers, own_issuer
from app.tokens.issuer import issue
from app.tokens.keys import development_keys

NOW = datetime(2026, 2, 10, 15, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(Model):
    when: When | None = None
    tags: tuple[ShortText, ...] = ()


class Shape(Model):
    text: Text
    line: ShortText | None = None
    slug: Slug | None = None
    id: Id | None = None
    number: Count | None = None
    count: Count | None = None
    amount: Amount | None = None
    colour: Colour | None = None
    email: Email | None = None
    facts: JsonMap = Field({})
    metadata: Metadata = Field({})
    inner: Inner | None = None
    either: int | Inner | None = None


router = desk_router("/v1/shapes", "shapes")


@router.post("", status_code=201)
async def make_shape(shape: Shape) -> Response:
    return answered(shape.model_dump(mode="json"), 201)


@router.get("")
async def list_shapes(page: PageDep, colour: Colour | None = None) -> Response:
    after = page.after(tuple[When, int])
    first = 0 if after is None else after[1] + 1
    rows = list(range(first, 7))[: page.fetch]
    return page.answer(rows, position=lambda row: (NOW, row), view=lambda row: {"row": row})


@router.get("/{shape}")
async def read_shape(
    shape: UUID, if_none_match: IfNoneMatch = None, at: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None
) -> Any:
    return unchanged(if_none_match, 3) or Response(b"{}", headers={"ETag": etag(3)})


@router.patch("/{shape}")
async def describe_shape(shape: UUID, body: Inner, version: DemandedVersion) -> Response:
    return answered({"version": version})


@router.post("/{shape}/bend")
async def bend_shape(shape: UUID, version: ExpectedVersion) -> Response:
    return answered({"version": version})


@router.post("/{shape}/paid")
async def pay_shape(shape: UUID, body: Inner, repeatable: MustRepeat) -> Response:
    return answered({"fingerprint": repeatable.fingerprint.hex()})


@router.post("/{shape}/sold")
async def sell_shape(shape: UUID, repeatable: Repeatable) -> Response:
    return answered({"keyed": repeatable is not None})


@router.get("/{shape}/owner")
async def read_owner(shape: UUID, caller: Caller) -> Response:
    return answered({"owner": caller.key})


@router.get("/{shape}/secrets")
async def read_secrets(
    shape: UUID,
    caller: Annotated[Any, Depends(Allowed(frozenset({Role.ADMIN, Role.SERVICE}), frozenset({Scope.EVENTS})))],
) -> Response:
    return answered({"owner": caller.key})


@router.post("/broken")
async def break_shape(shape: Shape) -> Response:
    raise RuntimeError(shape.text)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder: Path = tmp_path_factory.mktemp("edge")
    return Settings(data_dir=folder, public_url="https://desk.example", max_body_bytes=20_000)


@pytest.fixture(scope="session")
async def desk(settings: Settings) -> Desk:
    keys = development_keys(settings.data_dir)
    nowhere = Database(Connections(partial(asyncpg.connect, "postgresql://nowhere.invalid/none"), 1, 0.1))
    return Desk(settings, lambda: NOW, nowhere, keys, SealingKeys({"one": b"1" * 32}), Callers(settings, keys))


@pytest.fixture(scope="session")
def shapes(settings: Settings, desk: Desk) -> FastAPI:
    app = create_app(settings, desk=desk)
    add_routes(app, router)
    return app


@pytest.fixture(scope="session")
async def edge(shapes: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A caller at the door; what breaks inside must come back as an answer, so exceptions are not let through."""
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=shapes), base_url="https://desk.example"
    ) as client:
        yield client


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


@pytest.fixture(scope="session")
def staff(desk: Desk, settings: Settings) -> dict[str, str]:
    return _bearer(desk, settings, Role.STAFF)


@pytest.fixture(scope="session")
def admin(desk: Desk, settings: Settings) -> dict[str, str]:
    return _bearer(desk, settings, Role.ADMIN)


@pytest.fixture(scope="session")
def service(desk: Desk, settings: Settings) -> dict[str, str]:
    return _bearer(desk, settings, Role.SERVICE)


def _bearer(desk: Desk, settings: Settings, role: Role) -> dict[str, str]:
    token = issue(
        desk.keys,
        own_issuer(settings),
        provider="northwind",
        role=role,
        subject=UUID(int=7),
        now=NOW,
        ttl_seconds=900,
    )
    return {"Authorization": f"Bearer {token}"}
