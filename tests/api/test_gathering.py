"""What a route asks for is gathered in a straight line, each dependency once, with every fault of what was sent."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, Header, Query
from fastapi.dependencies.utils import get_dependant
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.requests import Request
from starlette.responses import Response

from app.api.gathering import Gathering

asked: list[str] = []


async def _ground() -> str:
    asked.append("ground")
    return "ground"


async def _left(ground: Annotated[str, Depends(_ground)], size: Annotated[int, Query()]) -> str:
    asked.append("left")
    return f"{ground} left {size}"


async def _right(ground: Annotated[str, Depends(_ground)], x_kind: Annotated[str, Header()]) -> str:
    asked.append("right")
    return f"{ground} right {x_kind}"


async def _route(left: Annotated[str, Depends(_left)], right: Annotated[str, Depends(_right)]) -> tuple[str, str]:
    asked.append("route")
    return left, right


def gathering(call: Any) -> Gathering:
    return Gathering(get_dependant(path="/", call=call), embed_body_fields=False)


def sent(query: bytes, *headers: tuple[bytes, bytes]) -> Request:
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query, "headers": list(headers)})


async def test_each_dependency_is_asked_once_and_before_what_rests_on_it() -> None:
    asked.clear()
    answer = await gathering(_route).answer(sent(b"size=3", (b"x-kind", b"round")), PydanticUndefined)
    assert answer == ("ground left 3", "ground right round")
    assert asked == ["ground", "left", "right", "route"]


async def test_every_fault_is_told_and_what_rests_on_one_is_not_asked() -> None:
    asked.clear()
    with pytest.raises(RequestValidationError) as refused:
        await gathering(_route).answer(sent(b"size=three"), PydanticUndefined)
    assert [fault["loc"] for fault in refused.value.errors()] == [("query", "size"), ("header", "x-kind")]
    assert asked == ["ground"]


def test_what_cannot_be_awaited_cannot_be_asked_for() -> None:
    def plain() -> None: ...

    async def route(plainly: Annotated[None, Depends(plain)]) -> None: ...

    with pytest.raises(TypeError, match="no coroutine function"):
        gathering(route)


def test_what_is_not_gathered_cannot_be_asked_for() -> None:
    async def route(request: Request, response: Response) -> None: ...

    with pytest.raises(TypeError, match="asks for what is not gathered: response"):
        gathering(route)


async def test_what_was_not_sent_has_its_default() -> None:
    async def route(
        size: Annotated[int, Query(ge=1)] = 25, x_kind: Annotated[str | None, Header()] = None, limit: int = 7
    ) -> tuple[int, str | None, int]:
        return size, x_kind, limit

    asked = gathering(route)
    assert await asked.answer(sent(b""), PydanticUndefined) == (25, None, 7)
    assert await asked.answer(sent(b"size=3", (b"x-kind", b"round")), PydanticUndefined) == (3, "round", 7)
    with pytest.raises(RequestValidationError):
        await asked.answer(sent(b"size=0"), PydanticUndefined)
