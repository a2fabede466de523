"""`make examples`: what each operation is asked and answers, written down from a walk over a desk of our own."""

import asyncio
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import asyncpg
import httpx2
import structlog

from app.api.examples import EXAMPLES
from app.base.identifiers import parse_reference
from app.base.settings import Settings
from app.db.embedded import EmbeddedPostgres
from app.db.migrations import migrate
from app.db.pool import APP_ROLE, Database, teach_json
from app.main import create_app
from tests import factories
from tests.api.walking import Operation, Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.frontdesk import open_front_desk

Example = dict[str, Any]
_WORDS: Final = ("maple", "harbour", "granite", "northlight", "acorn", "bluebird", "cedar", "delta", "ember", "fern")
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    text = written(asyncio.run(recorded()))
    if "--check" in sys.argv:
        differing = "" if EXAMPLES.read_text("utf-8") == text else _difference(text)
        sys.exit(f"Some answers are not as they were: run `make records`.\n{differing}" if differing else 0)
    EXAMPLES.write_text(text, "utf-8")
    print(f"{len(json.loads(text))} operations, {len(text) // 1024} KiB")


def _difference(text: str) -> str:
    was, now = json.loads(EXAMPLES.read_text("utf-8")), json.loads(text)
    return ", ".join(name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name))


def written(examples: dict[str, Example]) -> str:
    return json.dumps(examples, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


async def recorded() -> dict[str, Example]:
    """By operation: the body it was sent, and by status what it answered; for what is JSON or a form."""
    named = count(1)
    factories._name = lambda: f"madeup{next(named)}x"
    document = create_app(Settings()).openapi()
    folder = Path(tempfile.mkdtemp(prefix="clausedesk-examples-"))
    try:
        with EmbeddedPostgres(folder, durable=False) as server:
            await migrate(server.dsn())
            owner = await asyncpg.connect(server.dsn())
            await teach_json(owner)
            database = await Database.connect(server.dsn(), role=APP_ROLE, size=4)
            try:
                async with open_front_desk(folder, database, owner) as front:
                    ground = await Ground.laid(front)
                    walk = Walk(operations_of(document), front.client, CALLS, ground.arrange)
                    return {one.id: await _example(walk, one) for one in walk.operations}
            finally:
                await database.close()
                await owner.close()
    finally:
        shutil.rmtree(folder)


async def _example(walk: Walk, operation: Operation) -> Example:
    arranged = await walk.fresh(operation)
    names, query = _INSTEAD.get(operation.id, {}), "?limit=1" if "limit" in operation.parameters["query"] else ""
    answers = [await walk.send(operation, arranged, names=names, query=query, headers=walk.key(operation))]
    if sum(status.startswith("2") for status in operation.told["responses"]) > 1:
        # Where it may be answered otherwise, as what is known already, it is asked again.
        answers.append(await walk.send(operation, arranged, headers=walk.key(operation)))
    for answer in answers:
        assert answer.is_success, (operation.id, answer.text)
    shown = {str(answer.status_code): answer.json() for answer in reversed(answers) if _is_json(answer)}
    if operation.id in _ABRIDGED:
        shown = _abridged(shown)
    request = _request(answers[0].request)
    still: Example = _Still().of(
        ({} if request is None else {"request": request}) | ({"responses": shown} if shown else {})
    )
    return still


def _abridged(value: Any) -> Any:
    if isinstance(value, dict):
        members = list(value.items())
        return {name: _abridged(inner) for name, inner in (members[:3] if len(members) > 30 else members)}
    return [_abridged(inner) for inner in value[:3]] if isinstance(value, list) else value


def _request(request: httpx2.Request) -> Any:
    kind = request.headers.get("content-type", "")
    if kind.endswith(("/json", "+json")):
        return json.loads(request.content)
    return dict(parse_qsl(request.content.decode())) if "urlencoded" in kind else None


def _is_json(answer: httpx2.Response) -> bool:
    return "json" in answer.headers.get("content-type", "")


class _Still:
    """What is random in an example is replaced by what is the same each time: the first id by the first, and so on."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], str] = {}
        self._made: dict[str, Iterator[int]] = {}

    def of(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: _SECRETS[name] if name in _SECRETS and inner else self.of(inner) for name, inner in value.items()
            }
        if isinstance(value, list):
            return [self.of(inner) for inner in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        for kind, (pattern, _) in _RANDOM.items():
            text = pattern.sub(partial(self._same, kind), text)
        return text

    def _same(self, kind: str, match: re.Match[str]) -> str:
        found = match[0]
        key = (kind, found.lower())
        if key not in self._seen:
            self._seen[key] = _RANDOM[kind][1](next(self._made.setdefault(kind, count(1))), found)
        known = self._seen[key]
        return known.upper() if found.isupper() and kind == "name" else known


def _reference(number: int, found: str) -> str:
    head = f"{found.partition('-')[0]}-7K3Q-9F2D-M{_CROCKFORD[number // 32]}{_CROCKFORD[number % 32]}"
    return next(whole for last in _CROCKFORD if (whole := parse_reference(head + last)) is not None)


def _word(number: int, _: str) -> str:
    return _WORDS[number % len(_WORDS)]


def _link(_: int, found: str) -> str:
    return f"{found.partition('.')[0]}.c2hvd24gdG8gd2hvZXZlciBob2xkcyB0aGUgbGluaw"


_INSTEAD: Final = {"read_policy_version": {"number": "3"}}
"""Of several things that could be read, the one that is short."""
_ABRIDGED: Final = frozenset({"read_policy_version"})
"""Of a whole policy, three of each kind are enough to see what it looks like."""
_SECRETS: Final = {
    "access_token": "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJjbGF1c2VkZXNrIn0.c2lnbmF0dXJl",
    "client_secret": "shown-once",
    "secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "next_cursor": "b3BhcXVl",
    "kid": "one",
    "x": "8zwPWgnGjgvd0B6GTtpjlnHbW8QOZPKWZ3LhVNcoEvM",
    "y": "OFTm7tMIDTUhQWXcUjCsQ_BqjHVJuIJtQeKxxLOOp1o",
}
_RANDOM: Final[dict[str, tuple[re.Pattern[str], Callable[[int, str], str]]]] = {
    "id": (
        re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
        lambda number, _: f"019c47f0-5a00-7000-8000-{number:012x}",
    ),
    "reference": (re.compile(r"\b[A-Z]{3}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b"), _reference),
    "digest": (re.compile(r"\b[0-9a-f]{64}\b"), lambda number, _: sha256(str(number).encode()).hexdigest()),
    "name": (re.compile(r"(?i)madeup\d+x|\bx[0-9a-f]{12}\b|\b[0-9a-f]{32}\b"), _word),
    "link": (re.compile(r"\b([a-z0-9_-]+)\.[\w-]{43}$"), _link),
}

if __name__ == "__main__":
    main()
