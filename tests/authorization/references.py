"""Things of others, named in a body or a parameter: that tells and changes as much as a name of nothing would."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx2

from app.db.schema import metadata
from tests import factories
from tests.api.walking import Arranged, Names, Operation, Walk
from tests.authorization.estate import CALLERS, CONTACTS, OTHER_ACCOUNT, OTHER_PROVIDER, OWN, Estate
from tests.authorization.rights import may
from tests.poison.slots import Document, Slot

REFERENCES: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("account", "account_id"),
    "on_behalf_of": ("account", "account_id"),
    "accounts": ("account", "account_id"),
    "ticket": ("ticket",),
    "into": ("ticket",),
    "staff": ("staff", "staff_id"),
    "assignee": ("staff", "staff_id"),
    "attachments": ("attachment",),
    "contact": ("contact",),
    "email": ("email",),
    "domain": ("domain",),
    "delivery": ("delivery",),
    "reseller": ("reseller", "reseller_id"),
    "parent": ("reseller", "reseller_id"),
}
"""By the name of a member or parameter: the things that it can name, in each way that it can name them."""
TEXTS: Final = frozenset({"add_contact", "change_contact", "create_staff", "change_staff"})
"""Here an email names nobody who is there already: it is a new one."""
_ELSEWHERE: Final = (OTHER_ACCOUNT, OTHER_PROVIDER)
_MADE: Final = ("ticket", "attachment", "contact", "staff", "delivery", "reseller")


def named(slot: Slot) -> str:
    """The last word of where it stands that is no place in a list."""
    return next((word for word in reversed(slot.name.split("/")) if not word.isdigit()), "")


def references(document: Document, operation: Operation) -> Iterator[Slot]:
    for slot in document.slots(operation):
        known = slot.place in ("member", "query") and named(slot) in REFERENCES
        a_list = slot.name.endswith(("attachments", "accounts"))
        if known and not a_list and not (operation.id in TEXTS and named(slot) == "email"):
            yield slot


@dataclass
class Others:
    """What somebody else has, of whom nobody here may know."""

    names: Names
    ids: tuple[str, ...]
    """By which its rows, and whatever would be tied to them, are told from others."""

    @classmethod
    async def of(cls, estate: Estate, ownership: str) -> "Others":
        home = await estate.home(ownership)
        household, ground = home.household, home.ground
        names = dict(household.names)
        for thing in _MADE:
            names |= await ground.made(thing, household)
        rows = await ground.front.owner.fetch(
            "SELECT id::text, email AS name FROM staff WHERE email = $1 "
            "UNION ALL SELECT id::text, number FROM reseller WHERE number = $2",
            names["staff"],
            names["reseller"],
        )
        ids = {row["name"]: row["id"] for row in rows}
        names |= {"account_id": str(household.account.id)}
        names |= {"staff_id": ids[names["staff"]], "reseller_id": ids[names["reseller"]]}
        return cls(names, tuple(names[name] for name in ("account_id", "ticket", "attachment", "contact", "delivery")))


@dataclass
class Probe:
    """Requests that succeed, but for one reference that leads elsewhere."""

    estate: Estate
    walk: Walk
    document: Document
    asked: int = 0
    leaks: list[str] = field(default_factory=list)
    others: dict[str, Others] = field(default_factory=dict)
    untouched: tuple[Any, ...] = ()

    async def __call__(self, operation: Operation) -> None:
        slots = list(references(self.document, operation))
        callers = [caller for caller in CALLERS if may(operation.id, caller, OWN)]
        for caller in callers if slots and not operation.public else ():
            arranged = await self._arranged(operation, caller)
            for slot in slots:
                for ownership in _ELSEWHERE:
                    # Staff and machines are there for all accounts of their provider.
                    if ownership == OTHER_PROVIDER or caller in (*CONTACTS, "reseller"):
                        arranged = await self._ask(operation, caller, arranged, slot, ownership)
        if slots and (rows := await self._rows()) != self.untouched:
            self.leaks.append(f"{operation.id}: something of others has changed, or was tied to something")
            self.untouched = rows

    async def _ask(self, operation: Operation, caller: str, arranged: Arranged, slot: Slot, ownership: str) -> Arranged:
        others = self.others[ownership]
        for kind in REFERENCES[named(slot)]:
            if ownership == OTHER_ACCOUNT and kind in ("staff", "staff_id", "delivery"):
                continue  # the provider's, and not an account's
            foreign = await self._send(operation, caller, arranged, slot, others.names[kind])
            if foreign.is_success and not operation.reads:
                arranged = await self._arranged(operation, caller)
            nothing = await self._send(operation, caller, arranged, slot, _nothing(kind))
            if nothing.is_success and not operation.reads:
                arranged = await self._arranged(operation, caller)
            self.asked += 1
            self._judge(f"{operation.id}, {slot}: {caller}, {kind} of {ownership}", foreign, nothing, others, kind)
        return arranged

    def _judge(self, what: str, foreign: httpx2.Response, nothing: httpx2.Response, others: Others, kind: str) -> None:
        secret = {name: value for name, value in others.names.items() if value != others.names[kind] and len(value) > 3}
        if told := [name for name, value in secret.items() if value in foreign.text and value not in nothing.text]:
            self.leaks.append(f"{what}: was told {told}")
        if (foreign.status_code, _problem(foreign)) != (nothing.status_code, _problem(nothing)):
            self.leaks.append(f"{what}: {_problem(foreign)} is not {_problem(nothing)}")

    async def _send(
        self, operation: Operation, caller: str, arranged: Arranged, slot: Slot, reference: str
    ) -> httpx2.Response:
        poison = json.dumps(reference).encode()
        content = slot.body(self.walk.body(operation, arranged), poison) if slot.place == "member" else None
        query = f"?{slot.name}={reference}" if slot.place == "query" else ""
        headers = self.walk.key(operation)
        return await self.walk.send(operation, arranged, who=caller, content=content, query=query, headers=headers)

    async def _arranged(self, operation: Operation, caller: str) -> Arranged:
        theirs, arranged = await self.estate.arranged(operation, caller, OWN)
        await self.walk.bring_about(operation, theirs)
        return arranged

    async def lay(self) -> None:
        self.others = {ownership: await Others.of(self.estate, ownership) for ownership in _ELSEWHERE}
        self.untouched = await self._rows()

    async def _rows(self) -> tuple[Any, ...]:
        """Whatever names a thing of others, in any column."""
        either = " OR ".join(f"t::text LIKE '%{one}%'" for others in self.others.values() for one in others.ids)
        counted = [f'(SELECT sum(hashtext(t::text)::bigint) FROM "{name}" t WHERE {either})' for name in _TABLES]
        return tuple(await self.estate.ours.front.owner.fetchrow(f"SELECT {', '.join(counted)}"))


_APART: Final = ("idempotency_key", "policy_version", "provider")
_TABLES: Final = [table.name for table in metadata.sorted_tables if table.name not in _APART]


def _nothing(kind: str) -> str:
    """A name of that kind which nobody has."""
    match kind:
        case "email" | "staff":
            return f"x{uuid4().hex[:10]}@mailbox.example"
        case "domain":
            return f"x{uuid4().hex[:10]}.example"
        case "account" | "reseller":
            return f"X{uuid4().hex[:8]}"
        case _:
            return str(factories.new_id())


def _problem(answer: httpx2.Response) -> Any:
    """What a refusal says; a success says that it is one."""
    if answer.is_success:
        return "success"
    told = answer.json()
    return {name: told[name] for name in told.keys() - {"request_id"}}
