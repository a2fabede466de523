"""Every operation is called with a mark of its own in every field; then the workers do what follows."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx2

from app.base.settings import Settings
from app.clients.addresses import networks
from app.clients.outbound import Outbound, resolved
from app.db.clock import DatabaseClock
from app.db.pool import WORKER_ROLE, Database
from app.worker import Means, work
from tests.api.walking import Arranged, Operation, Walk
from tests.canaries.calls import MORE
from tests.canaries.fields import PERSONAL, SECRET, WORDS, Field, fields_of, put
from tests.canaries.surfaces import as_telephone, mark
from tests.clients.receiver import Receiver
from tests.frontdesk import FrontDesk, Headers

_HERE = "127.0.0.0/8"
_DOCUMENTS = frozenset({"publish_policy", "revise_settings"})
"""What an operator decides by is kept as it was written."""


@dataclass
class Sweep:
    """What was said with which mark, how it was answered, and the secrets that answers showed."""

    walk: Walk
    components: Mapping[str, Any]
    said: dict[str, Field] = field(default_factory=dict)
    taken: dict[str, bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        most = max(map(len, MORE.values()))
        tables = [{name: calls[n] for name, calls in MORE.items() if n < len(calls)} for n in range(most)]
        self._walks = [self.walk, *(replace(self.walk, calls={**self.walk.calls, **more}) for more in tables)]

    def new(self, about: Field) -> str:
        made = mark(next(self._numbers))
        self.said[made], self.taken[made] = about, False
        return made

    # ── fields ───────────────────────────────────────────────────────────────
    async def fields(self) -> None:
        for operation in self.walk.operations:
            for one in fields_of(operation, self.components):
                for walk in self._walks:
                    if (walk is self.walk or operation.id in MORE) and await self._field(walk, operation, one):
                        break

    async def _field(self, walk: Walk, operation: Operation, one: Field) -> bool:
        arranged = await walk.fresh(operation)
        made = self.new(one)
        value = as_telephone(made) if one.telephone else one.holding(made)
        inside = None
        if one.kind == WORDS and operation.id not in _DOCUMENTS:
            inside = self.new(one.as_secret_within())
            value = f"{value} password: {inside}"
        body = put(walk.body(operation, arranged), one.pointer, value)
        content = json.dumps(body) if operation.takes_json else urlencode(body)
        answer = await self._answered(walk, operation, arranged, content=content.encode(), headers=walk.key(operation))
        self.taken[made] = answer.is_success
        if inside is not None:
            self.taken[inside] = answer.is_success
        return answer.is_success

    async def files(self) -> None:
        """What is no JSON: an attachment, a mail, a table to import."""
        for operation in self.walk.operations:
            for kind, content, marks in self._files(operation.id):
                arranged = await self.walk.fresh(operation)
                headers = {**self.walk.key(operation), "Content-Type": kind}
                answer = await self._answered(self.walk, operation, arranged, content=content, headers=headers)
                self.taken |= dict.fromkeys(marks, answer.is_success)

    def _files(self, operation: str) -> Iterator[tuple[str, bytes, Sequence[str]]]:
        def within(*names: tuple[str, int]) -> list[str]:
            return [self.new(Field(operation, (name,), {"maxLength": longest})) for name, longest in names]

        if operation == "upload_attachment":
            name, content = within(("login", 0), ("body", 65_536))
            head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}.log"\r\n\r\n'
            form = f"{head}{content}\r\n--x--\r\n".encode()
            yield "multipart/form-data; boundary=x", form, (name, content)
        if operation == "receive_mail":
            marks = within(("email", 0), ("user", 0), ("login", 0), ("subject", 0), ("body", 65_536), ("note", 65_536))
            address, name, id_, subject, body, other = marks
            mail = (
                f"From: {name} <{address}@leak.example>\nMessage-ID: <{id_}@leak.example>\nSubject: {subject}\n"
                f"X-Other: {other}\n\n{body}\n"
            )
            yield "message/rfc822", mail.encode(), marks
        if operation == "create_import":
            number, holder, email, person = within(("number", 0), ("user", 0), ("email", 0), ("login", 0))
            yield "text/csv", f"number,name\n{number},{holder}\n".encode(), (number, holder)
            table = f"account,role,email,name\n{number},authorised,{email}@leak.example,{person}\n"
            yield "text/csv", table.encode(), (email, person)

    # ── whatever is refused ──────────────────────────────────────────────────
    async def around(self) -> None:
        """Names in paths, queries and headers, and fields of every wrong shape, of every operation."""
        for operation in self.walk.operations:
            standing = await self.walk.standing(operation)
            for name in operation.parameters["path"]:
                made = self.new(Field(operation.id, ("path", name), {}).as_kind(PERSONAL))
                await self._answered(self.walk, operation, standing, names={name: made}, headers=self._key(operation))
            for name in operation.parameters["query"]:
                made = self.new(Field(operation.id, ("query", name), {}).as_kind(PERSONAL))
                await self._answered(self.walk, operation, standing, query=f"?{quote(name)}={made}")
            for name in ("authorization", "if-match", "if-none-match", "cookie", "referer", "user-agent", "tracestate"):
                secret = self.new(Field(operation.id, ("header", name), {}).as_kind(SECRET))
                value = f"Bearer {secret}" if name == "authorization" else f'"{secret}"'
                headers = {**self._key(operation), name.title(): value}
                query = "?nonsense=1" if name in ("cookie", "referer", "user-agent", "tracestate") else ""
                await self._answered(self.walk, operation, standing, query=query, headers=headers)
            for shape in ("{}\u0000", "{}" * 7_000, "{}\ud800"):
                await self._spoiled(operation, standing, shape)

    async def _spoiled(self, operation: Operation, standing: Arranged, shape: str) -> None:
        """Each field holds what it must not; the marks are all in one request."""
        body = self.walk.body(operation, standing)
        for one in fields_of(operation, self.components):
            made = self.new(Field(operation.id, one.pointer, {}).as_kind(PERSONAL))
            body = put(body, one.pointer, shape.format(*[made] * shape.count("{}")))
        if operation.takes_json:
            content = json.dumps(body).encode()
            await self._answered(self.walk, operation, standing, content=content, headers=self._key(operation))

    def _key(self, operation: Operation) -> dict[str, str]:
        return self.walk.key(operation)

    async def _answered(
        self, walk: Walk, operation: Operation, arranged: Arranged, *, query: str = "", **given: Any
    ) -> httpx2.Response:
        answer = await walk.send(operation, arranged, query=query, **given)
        if answer.is_success:
            self.shown |= set(_secrets_of(answer))
        else:
            self.problems.append(answer.text)
        return answer


def _secrets_of(answer: httpx2.Response) -> Iterator[str]:
    """What an answer shows this once: tokens, secrets of clients and webhooks, links of secure forms."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return
    view = answer.json()
    if isinstance(view, dict):
        for name in ("access_token", "client_secret", "secret"):
            if isinstance(view.get(name), str):
                yield view[name].rpartition(".")[2].removeprefix("whsec_")
        if isinstance(view.get("link"), str):
            yield view["link"].rpartition(".")[2]


# ── what follows ─────────────────────────────────────────────────────────────
async def subscribed(front: FrontDesk, admin: Headers, receiver: Receiver) -> str:
    """Id of a webhook that hears of everything."""
    body = {"url": receiver.url, "event_types": []}
    answer = await front.client.post("/v1/webhooks", json=body, headers={**admin, "Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _resolve(host: str, port: int) -> Sequence[str]:
    """Nobody is asked for names that nobody has: the answer can take long where there is no network."""
    if host.endswith(".example"):
        raise OSError
    return await resolved(host, port)


@asynccontextmanager
async def at_work(front: FrontDesk, dsn: str) -> AsyncIterator[None]:
    """A worker, as it is outside tests, in this process."""
    database = await Database.connect(dsn, role=WORKER_ROLE, size=4)
    settings: Settings = front.desk.settings
    outbound = Outbound(allowed=networks(_HERE), development=True, timeout_seconds=5, resolve=_resolve)
    clock = DatabaseClock()
    await clock.set(database)
    desk, stop = front.desk, asyncio.Event()
    means = Means(settings, database, clock, desk.sealing, outbound, desk.objects, desk.policies, desk.mailroom)
    loops = asyncio.create_task(work(means, stop))
    try:
        yield
    finally:
        stop.set()
        await loops
        await outbound.close()
        await database.close()
