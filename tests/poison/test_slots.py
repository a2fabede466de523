"""Whatever is put wherever in a request about things that exist: an answer that means something, and never a 5xx."""

import os
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest

from app.api.problems import TOKEN_PATH
from app.base.settings import Settings
from app.main import create_app
from tests.api.walking import Arranged, Operation, Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.frontdesk import FrontDesk
from tests.poison.slots import Document, Slot
from tests.poison.values import ADDRESSES, HEADERS, MEMBERS, WHOLE
from tests.reliability.report import caught, examined

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
DOCUMENT: Final = create_app(Settings()).openapi()
OPERATIONS: Final = operations_of(DOCUMENT)
SEED: Final = int(os.environ.get("CLAUSEDESK_TEST_SEED", "1"))
EACH: Final = None if os.environ.get("CLAUSEDESK_TEST_TIER") == "long" else 4
"""How many values each slot gets, other ones with each seed; None: all."""
VALUES: Final[dict[str, Sequence[Any]]] = {
    "path": ADDRESSES,
    "query": ADDRESSES,
    "header": HEADERS,
    "any": HEADERS,
    "member": MEMBERS,
    "whole": WHOLE,
}
_ANY: Final = 2
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass
class Poisoning:
    """Requests that succeed, with one thing in them exchanged for another."""

    walk: Walk
    document: Document
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    asked: int = 0
    taken: set[str] = field(default_factory=set)
    """Operations that took something."""
    faults: list[str] = field(default_factory=list)

    async def of(self, operation: Operation, each: int | None = EACH) -> None:
        arranged = await self.walk.fresh(operation)
        for slot in self.document.slots(operation):
            values = VALUES[slot.place]
            # What is read alike for every operation is asked about in all of them together.
            few = min(each or _ANY, _ANY) if slot.place == "any" else each
            for value in values if few is None else self.chance.sample(values, few):
                answer = await self._sent(operation, arranged, slot, value)
                if answer is not None and answer.is_success:
                    self.taken.add(operation.id)
                    if not operation.reads:  # it may have been used up
                        arranged = await self.walk.fresh(operation)

    async def _sent(self, operation: Operation, arranged: Arranged, slot: Slot, value: Any) -> httpx2.Response | None:
        self.asked += 1
        try:
            answer = await self._send(operation, arranged, slot, value)
        except Exception as error:  # noqa: BLE001 - over a socket, this drops the connection
            self.faults.append(f"{operation.id}, {slot}, {value[:80]!r}: {error!r}")
            return None
        if fault := _fault(operation, answer):
            self.faults.append(f"{operation.id}, {slot}, {value[:80]!r}: {fault}")
        return answer

    async def _send(self, operation: Operation, arranged: Arranged, slot: Slot, value: Any) -> httpx2.Response:
        headers: dict[str, Any] = dict(self.walk.key(operation))
        query, names, content = "", {}, None
        match slot.place:
            case "path":
                names = {slot.name: _quoted(value) or "%20"}
            case "query":
                query = f"?{slot.name}={_quoted(value)}"
            case "header" | "any":
                headers = {name: text for name, text in headers.items() if name.lower() != slot.name}
                headers[slot.name] = value
            case "member":
                usual = self.walk.body(operation, arranged)
                content = slot.body(usual, value) if operation.takes_json else _form(usual, slot.name, value)
            case _:
                content = value
        return await self.walk.send(operation, arranged, names=names, query=query, content=content, headers=headers)


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _form(usual: Any, name: str, value: bytes) -> bytes:
    """Of what is no JSON only forms have members."""
    return "&".join(
        f"{key}={quote(value if key == name else str(text))}" for key, text in {**usual, name: ""}.items()
    ).encode()


def _fault(operation: Operation, answer: httpx2.Response) -> str | None:
    """What is wrong with an answer, whatever was asked."""
    if unsendable := [name for name, text in answer.headers.raw if _UNSENDABLE.search(text)]:
        return f"headers that no connection carries: {unsendable}"
    if answer.status_code < 400:
        return None
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    kind = answer.headers.get("content-type")
    if operation.path == TOKEN_PATH and kind == "application/json":
        return None if "error" in answer.json() else f"no error of OAuth: {answer.text[:200]}"
    if kind != "application/problem+json" or answer.json().get("status") != answer.status_code:
        return f"no problem: {answer.status_code} {kind} {answer.text[:200]}"
    return None


@pytest.fixture
async def poisoning(front: FrontDesk) -> Poisoning:
    ground = await Ground.laid(front)
    return Poisoning(Walk(OPERATIONS, front.client, CALLS, ground.arrange), Document(DOCUMENT))


async def test_no_value_in_any_slot_ends_in_a_5xx(poisoning: Poisoning) -> None:
    for operation in OPERATIONS:
        await poisoning.of(operation)
    # What was taken must be shown like anything else: one row must not spoil each list that it is in.
    for operation in OPERATIONS:
        if operation.reads:
            await poisoning.of(operation, each=1)
    examined("poison", poisoning.asked, len(poisoning.faults))
    assert not poisoning.faults, f"seed {SEED}: {len(poisoning.faults)}\n" + "\n".join(poisoning.faults[:40])
    assert len(poisoning.taken) > len(OPERATIONS) / 2, "hardly anything was taken: are the requests sound?"


# ── negative control ─────────────────────────────────────────────────────────
class Fragile(httpx2.AsyncBaseTransport):
    """The desk, but for an operation that breaks in three ways."""

    def __init__(self, sound: httpx2.AsyncClient) -> None:
        self._sound = sound

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = request.content
        if request.url.path.endswith("/messages") and request.method == "POST":
            if b"DROP TABLE" in body:
                return httpx2.Response(500, json={"status": 500}, headers={"content-type": "application/problem+json"})
            if b"\\u0000" in body:
                raise httpx2.RemoteProtocolError("closed without an answer")
            if b"1e999" in body:
                return httpx2.Response(422, text="No.")
        return await self._sound.send(request)


@pytest.fixture
async def fragile(front: FrontDesk) -> AsyncIterator[Poisoning]:
    ground = await Ground.laid(front)
    async with httpx2.AsyncClient(transport=Fragile(front.client), base_url=front.client.base_url) as client:
        yield Poisoning(Walk(OPERATIONS, client, CALLS, ground.arrange), Document(DOCUMENT))


async def test_an_operation_that_breaks_is_found_out(fragile: Poisoning) -> None:
    await fragile.of(next(operation for operation in OPERATIONS if operation.id == "write_message"), each=None)
    kinds = {
        kind for kind in ("500", "closed without", "no problem: 422") if any(kind in one for one in fragile.faults)
    }
    caught("poison", "an operation that answers 500, not at all, and in plain words", len(kinds))
    assert len(kinds) == 3, fragile.faults[:5]
