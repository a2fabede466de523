"""Lists by keyset: `limit`, an opaque `cursor` that fits one list only, and the link to the next page."""

import base64
import binascii
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Any, TypeVar, cast
from urllib.parse import quote_plus, urlencode

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from app.api.answers import JsonAnswer
from app.api.deps import DeskDep
from app.api.notes import note_of
from app.api.routing import path_of
from app.base.errors import Problem
from app.schemas.fields import ShortText

_PAGING = ("limit", "cursor", "wait_seconds")
_DIGEST_BYTES = 9

T = TypeVar("T")
Position = TypeVar("Position")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list that the request describes. Ask the database for `fetch` rows after `after(shape)`."""

    limit: int
    cursor: str | None
    url: str
    query: Sequence[tuple[str, str]]
    binding: bytes
    """Of its cursors: to the list, its filters and order, and the provider."""
    unbound: bytes
    """The same without the provider, as cursors were before; readers of the feed keep theirs for long."""

    @property
    def fetch(self) -> int:
        """One more than is shown: it tells whether there is a next page."""
        return self.limit + 1

    def after(self, shape: type[Position]) -> Position | None:
        """The position after which the page begins, such as tuple[When, Id]; None for the first page."""
        if self.cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(self.cursor.encode("ascii") + b"=" * (-len(self.cursor) % 4))
            if raw[:_DIGEST_BYTES] not in (self.binding, self.unbound):
                raise Problem("invalid_cursor")
            position: Position = _adapter(cast(Hashable, shape)).validate_json(raw[_DIGEST_BYTES:])
        except (UnicodeEncodeError, binascii.Error, ValidationError):
            raise Problem("invalid_cursor") from None
        return position

    def answer(
        self,
        rows: Sequence[T],
        *,
        position: Callable[[T], Sequence[object]],
        view: Callable[[T], object],
        headers: Mapping[str, str] | None = None,
        start: Sequence[object] | None = None,
    ) -> Response:
        """The page: `rows` as fetched, each shown by `view` (an orjson.Fragment for JSON made by the database).

        A list with a `start`, the position before all others, goes on: its last page, too, says where to look again.
        """
        shown = rows[: self.limit]
        goes_on = len(rows) > self.limit or (start is not None and shown)
        following = self._cursor(position(shown[-1])) if goes_on else None
        if start is not None and following is None:
            following = self.cursor or self._cursor(start)
        all_headers = dict(headers or {})
        if following is not None:
            before = f"{urlencode(self.query)}&" if self.query else ""
            link = f"{before}limit={self.limit}&cursor={quote_plus(following)}"
            all_headers["Link"] = f'<{self.url}?{link}>; rel="next"'
        page = {"data": [view(row) for row in shown], "next_cursor": following}
        body = orjson.dumps(page, default=str, option=orjson.OPT_UTC_Z)
        return JsonAnswer(body, headers=all_headers)

    def _cursor(self, position: Sequence[object]) -> str:
        raw = self.binding + orjson.dumps(list(position), default=str)
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def _page(
    request: Request,
    desk: DeskDep,
    limit: Annotated[int, Query(ge=1, le=100, description="Entries per page")] = 25,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before")] = None,
) -> Page:
    query = [(name, value) for name, value in request.query_params.multi_items() if name not in _PAGING]
    path = path_of(request)
    asked = orjson.dumps((path, sorted(query)))
    caller = note_of(request.scope).principal
    binding = _digest(asked + caller.provider.encode()) if caller is not None else _digest(asked)
    unbound = _digest(asked) if cursor is not None else binding
    return Page(limit, cursor, desk.settings.origin + path, query, binding, unbound)


def _digest(of: bytes) -> bytes:
    return sha256(of).digest()[:_DIGEST_BYTES]


PageDep = Annotated[Page, Depends(_page)]
ExternalRef = Annotated[ShortText | None, Query(description="What the caller's own system calls it")]
Active = Annotated[bool | None, Query(description="Whether it can be used at present")]


@lru_cache(maxsize=64)
def _adapter(shape: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, shape))
