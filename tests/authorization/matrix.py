"""Every cell of roles × operations × ownership, asked for over HTTP and held against what was decided."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from app.db.schema import metadata
from tests import factories
from tests.api.walking import Arranged, Names, Operation, Walk, filled
from tests.api.walking_desk import CALLS
from tests.authorization.estate import CALLERS, CONTACTS, OTHER_PROVIDER, OWN, OWNERSHIPS, SAME_ACCOUNT, Estate, maker
from tests.authorization.rights import may

NAMES_AN_ACCOUNT = frozenset({"open_ticket", "classify_request", "check_authority", "ask_for_action"})
"""Whoever is no contact says in the body whose account it is about."""
SHOWS = {"list_tickets": "ticket", "list_quotes": "quote_id", "read_queue": "ticket", "list_accounts": "account"}
"""Lists of everything in reach: what is decided is whether something is in them."""
PUBLIC = frozenset({"provider", "number", "clause", "new", "reseller"})
"""Names that may be told to anybody."""
_VERSIONED = [table.name for table in metadata.sorted_tables if "version" in table.columns]
_WRITTEN = "SELECT " + ", ".join(
    [f"(SELECT sum(version) FROM {table})" for table in _VERSIONED]
    + [f'(SELECT count(*) FROM "{table.name}")' for table in metadata.sorted_tables]
)


@dataclass
class Cell:
    operation: Operation
    caller: str
    ownership: str
    answer: httpx2.Response

    def __str__(self) -> str:
        return f"{self.operation.id}: {self.caller}, {self.ownership}"


@dataclass
class Matrix:
    """`leaks` are cells answered against what was decided, and answers that tell of what is out of reach."""

    estate: Estate
    walk: Walk
    asked: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """By operation and by what was decided."""
    leaks: list[str] = field(default_factory=list)
    granted: list[Cell] = field(default_factory=list)

    async def ask(self, operation: Operation) -> None:
        """Those who may not first, all about the same things, which must be as they were; then those who may."""
        for ownership in _ownerships(operation):
            refused = [caller for caller in CALLERS if not may(operation.id, caller, ownership)]
            if refused:
                await self._refused(operation, ownership, refused)
            await self._allowed(operation, ownership, [caller for caller in CALLERS if caller not in refused])

    async def _refused(self, operation: Operation, ownership: str, callers: list[str]) -> None:
        arranged = await self._arranged(operation, "nobody", ownership)
        before = await self._written()
        for caller in callers:
            answer = await self._send(operation, arranged, caller, ownership)
            self._judge(Cell(operation, caller, ownership, answer), arranged.names)
            last = next(reversed(operation.parameters["path"]), None)
            if ownership == OTHER_PROVIDER and last not in (None, "number", "clause"):
                nowhere = {str(last): str(factories.new_id())}
                other = await self._send(operation, arranged, caller, ownership, nowhere)
                if _told(other) != _told(answer):
                    self.leaks.append(f"{operation.id}: {caller} learns what another provider has: {_told(answer)}")
        if await self._written() != before:
            self.leaks.append(f"{operation.id}: something was written for one who may not, {ownership}")

    async def _allowed(self, operation: Operation, ownership: str, callers: list[str]) -> None:
        standing: dict[str, Arranged] = {}
        for caller in callers:
            by = maker(operation, caller, ownership)
            arranged = standing.get(by) or await self._arranged(operation, caller, ownership)
            if operation.reads:
                standing[by] = arranged
            answer = await self._send(operation, arranged, caller, ownership)
            self._judge(Cell(operation, caller, ownership, answer), arranged.names)

    async def _arranged(self, operation: Operation, caller: str, ownership: str) -> Arranged:
        besides = (SHOWS[operation.id],) if operation.id in SHOWS else ()
        theirs, arranged = await self.estate.arranged(operation, caller, ownership, *besides)
        await self.walk.bring_about(operation, theirs)
        return arranged

    async def _send(
        self, operation: Operation, arranged: Arranged, caller: str, ownership: str, names: Names | None = None
    ) -> httpx2.Response:
        content = None
        if operation.id in NAMES_AN_ACCOUNT and (caller not in CONTACTS or ownership not in (OWN, SAME_ACCOUNT)):
            known = arranged.names
            about = {"account": known["account"], "sender": {"email": known["email"]}}
            content = json.dumps(filled(CALLS[operation.id].body, known) | about).encode()
        return await self.walk.send(
            operation,
            arranged,
            who="nobody" if operation.public else caller,
            headers=self.walk.key(operation),
            content=content,
            query="?limit=100" if "limit" in operation.parameters["query"] else "",
            names=names,
        )

    def _judge(self, cell: Cell, names: Names) -> None:
        expected = may(cell.operation.id, cell.caller, cell.ownership)
        self.asked[cell.operation.id, expected] += 1
        status, got = cell.answer.status_code, _granted(cell, names)
        if got != expected:
            was = "allowed" if got else "refused"
            self.leaks.append(f"{cell} was {was}: {status} {cell.answer.text[:150]}")
        elif got:
            self.granted.append(cell)
        elif status not in (200, 401, 403, 404, 422):
            self.leaks.append(f"{cell} was refused with {status} {cell.answer.text[:150]}")
        elif told := [name for name in self._private(names) if names[name] in cell.answer.text]:
            self.leaks.append(f"{cell} was told {told}")

    def _private(self, names: Names) -> set[str]:
        """Those of things that were made for this cell."""
        return {name for name, known in names.items() if self.estate.ours.names.get(name) != known} - PUBLIC

    async def _written(self) -> tuple[Any, ...]:
        return tuple(await self.estate.ours.front.owner.fetchrow(_WRITTEN))


def _ownerships(operation: Operation) -> tuple[str, ...]:
    """All; just the provider's own where nothing that is named belongs to anybody."""
    names_something = operation.parameters["path"].keys() - {"clause"}
    body = json.dumps(CALLS[operation.id].body) if operation.id in CALLS else ""
    refers = any(f'"${thing}"' in body for thing in ("account", "ticket", "link"))
    anything = names_something or refers or operation.id in NAMES_AN_ACCOUNT or operation.id in SHOWS
    return OWNERSHIPS if anything else (OWN,)


def _granted(cell: Cell, names: Names) -> bool:
    if not cell.answer.is_success:
        return False
    shown = SHOWS.get(cell.operation.id)
    return shown is None or names[shown] in cell.answer.text


def _told(answer: httpx2.Response) -> tuple[int, Any]:
    problem = answer.json()
    return answer.status_code, {name: problem[name] for name in problem.keys() - {"request_id"}}
