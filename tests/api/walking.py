"""A walk over the operations of an OpenAPI document: what it says of each, and requests that succeed."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
from structlog.testing import capture_logs

from tests.frontdesk import Headers

Names = dict[str, str]
_FREE = frozenset(
    {"note", "reason", "body", "subject", "title", "resolution", "name", "reference", "server", "content"}
)
"""Members that hold any words."""


@dataclass(frozen=True)
class Operation:
    """One operation as the document tells it."""

    method: str
    path: str
    told: Mapping[str, Any]
    methods: frozenset[str]
    """All that the document has at this path."""

    @property
    def id(self) -> str:
        return str(self.told["operationId"])

    @property
    def public(self) -> bool:
        return {} in self.told.get("security", [{}])

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @cached_property
    def parameters(self) -> dict[str, dict[str, dict[str, Any]]]:
        """By place (`path`, `query`, `header`) and name."""
        found: dict[str, dict[str, dict[str, Any]]] = {"path": {}, "query": {}, "header": {}}
        for parameter in self.told.get("parameters", ()):
            found[parameter["in"]][parameter["name"].lower()] = parameter
        return found

    @property
    def lists(self) -> bool:
        return "cursor" in self.parameters["query"]

    @property
    def media_type(self) -> str | None:
        content = self.told.get("requestBody", {}).get("content")
        return next(iter(content)) if content else None

    @property
    def takes_json(self) -> bool:
        return self.media_type is not None and self.media_type.endswith("json")

    @property
    def good(self) -> str:
        return next(str(status) for status in self.told["responses"] if status.startswith("2"))


def operations_of(document: Mapping[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, told, frozenset(name.upper() for name in operations))
        for path, operations in document["paths"].items()
        for method, told in operations.items()
    ]


@dataclass(frozen=True)
class Call:
    """A request that is answered with success. `$name` in a body stands for something that was arranged."""

    who: str = "admin"
    body: Any = field(default_factory=dict)
    after: tuple[str, ...] = ()
    """Operations that come before, on the same things."""
    other: Mapping[str, Any] = field(default_factory=dict)
    """What may stand in the body instead."""
    needs: tuple[str, ...] = ()
    """Things that are made for it besides those that its path names."""


@dataclass(frozen=True)
class Arranged:
    """Names of things that exist, and who may be asked to call."""

    names: Names
    callers: dict[str, Headers]


@dataclass
class Walk:
    """The operations of a document, and the means to carry them out."""

    operations: list[Operation]
    client: httpx2.AsyncClient
    calls: Mapping[str, Call]
    arrange: Callable[[Operation], Awaitable[Arranged]]
    """Fresh things for what changes them, the same ones for what reads."""
    elsewhere: Headers = field(default_factory=dict)
    """An administrator of another provider."""

    def __post_init__(self) -> None:
        self._by_id = {operation.id: operation for operation in self.operations}
        self.untold: set[str] = set()
        """Answers that the document does not tell of."""
        self._standing: dict[str, Arranged] = {}
        self._answers: dict[str, httpx2.Response] = {}
        self.logged: dict[str, tuple[str, list[str]]] = {}
        """What was logged of each success, and what its caller said: tokens, and words that are nobody's else."""

    async def answered(self, operation: Operation) -> httpx2.Response:
        """Its success, looked at from all sides; the id of the request is the operation's."""
        if operation.id not in self._answers:
            headers = self.key(operation) | {"X-Request-Id": operation.id}
            arranged = await self.fresh(operation)
            with capture_logs() as log:
                self._answers[operation.id] = await self.send(operation, arranged, headers=headers)
            told = filled(self._call(operation).body, arranged.names)
            tokens = [value for caller in arranged.callers.values() for value in caller.values()]
            self.logged[operation.id] = repr(log), [*tokens, *spoken(told)]
        return self._answers[operation.id]

    async def standing(self, operation: Operation) -> Arranged:
        """For requests that are refused: whatever they say, nothing changes."""
        if operation.id not in self._standing:
            self._standing[operation.id] = await self.fresh(operation)
        return self._standing[operation.id]

    async def fresh(self, operation: Operation) -> Arranged:
        """With everything done that comes before this operation."""
        arranged = await self.arrange(operation)
        await self.bring_about(operation, arranged)
        return arranged

    async def bring_about(self, operation: Operation, arranged: Arranged) -> None:
        for name in self._call(operation).after:
            before = self._by_id[name]
            await self.bring_about(before, arranged)
            answer = await self.send(before, arranged, headers=self.key(before))
            assert answer.is_success, (operation.id, name, answer.text)

    def _call(self, operation: Operation) -> Call:
        if operation.id not in self.calls and not operation.reads:
            raise LookupError(f"{operation.id}: CALLS does not say how it succeeds")
        return self.calls.get(operation.id, Call())

    def body(self, operation: Operation, arranged: Arranged) -> Any:
        """As it succeeds."""
        return filled(self._call(operation).body, arranged.names)

    @staticmethod
    def key(operation: Operation) -> dict[str, str]:
        """Headers without which a change is not made."""
        keyed = {"Idempotency-Key": uuid4().hex} if "idempotency-key" in operation.parameters["header"] else {}
        return keyed | ({"If-Match": "*"} if operation.method == "PATCH" else {})

    async def send(
        self,
        operation: Operation,
        arranged: Arranged,
        *,
        who: str | None = None,
        method: str | None = None,
        query: str = "",
        names: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        change: bool = False,
    ) -> httpx2.Response:
        """The request that succeeds, or the same with something else in its place; `who` may be `nobody`."""
        call = self._call(operation)
        caller = who or ("nobody" if operation.public else call.who)
        told = filled(call.body, arranged.names)
        usual, kind = _body(operation, altered(told, call.other) if change else told)
        body = usual if content is None else content
        if content == b"":
            kind = {}
        answer = await self.client.request(
            method or operation.method,
            operation.path.format_map({**arranged.names, **(names or {})}) + query,
            content=body,
            headers=({} if caller == "nobody" else arranged.callers[caller]) | kind | dict(headers or {}),
        )
        if method is None and str(answer.status_code) not in operation.told["responses"]:
            self.untold.add(f"{operation.id} can answer {answer.status_code}")
        return answer


def _body(operation: Operation, body: Any) -> tuple[bytes | None, dict[str, str]]:
    kind = operation.media_type
    if kind is None:
        return None, {}
    match kind:
        case "multipart/form-data":
            form = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.log"\r\n\r\nFull\r\n--x--\r\n'
            return form.encode(), {"Content-Type": f"{kind}; boundary=x"}
        case "application/x-www-form-urlencoded":
            return urlencode(body).encode(), {"Content-Type": kind}
        case "text/csv":
            return f"{','.join(body)}\n{','.join(body.values())}\n".encode(), {"Content-Type": kind}
        case "message/rfc822":
            mail = f"From: jane@maple.example\nMessage-ID: <{uuid4()}@x.example>\nSubject: Help\n\nIt is down.\n"
            return mail.encode(), {"Content-Type": kind}
        case _:
            return json.dumps(body).encode(), {"Content-Type": kind}


def altered(body: Any, other: Mapping[str, Any]) -> Any:
    """Another body that would succeed, too: with `other` in it, or else with another number or other words."""
    if other:
        return {**body, **other}
    for name, value in body.items():
        if isinstance(value, int) and not isinstance(value, bool):
            return {**body, name: value + 1}
        if name in _FREE:
            return {**body, name: f"{value}x"}
    raise LookupError(f"Nothing says how {body} may differ.")


def spoken(body: Any) -> Iterator[str]:
    """Texts of a body that are in someone's own words: an address, or more words than one."""
    if isinstance(body, dict):
        for value in body.values():
            yield from spoken(value)
    elif isinstance(body, list):
        for value in body:
            yield from spoken(value)
    elif isinstance(body, str) and ("@" in body or " " in body):
        yield body


def with_canaries(body: Any, canary: str) -> Any:
    """The canary in place of every text, however deep."""
    if isinstance(body, dict):
        return {name: with_canaries(value, canary) for name, value in body.items()}
    if isinstance(body, list):
        return [with_canaries(value, canary) for value in body]
    return canary if isinstance(body, str) else body


def filled(body: Any, names: Names) -> Any:
    """With `$name` replaced by what has that name; the longest name that fits."""
    if isinstance(body, dict):
        return {name: filled(value, names) for name, value in body.items()}
    if isinstance(body, str) and body.startswith("$"):
        name = max((name for name in names if body.startswith(f"${name}")), key=len)
        return names[name] + body[1 + len(name) :]
    return body
