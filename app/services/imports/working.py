"""Imports are worked off row by row, by the same use cases as single requests: every rule holds for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from app.base.actor import Principal
from app.base.clock import Clock
from app.base.errors import CODES, Problem
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.base.vocabulary import Role
from app.db.imports import claim_import, note_rows, release_import
from app.db.pool import Database
from app.db.subjects import find_contact
from app.schemas.accounts import AccountCreate, AccountPatch
from app.schemas.contacts import ContactAdd, ContactPatch
from app.schemas.idempotency import IdempotentRequest, StoredAnswer
from app.schemas.imports import ContactRow, Existing, ImportKind
from app.services import accounts, contacts
from app.services.administration import accounts as administration
from app.services.errands import Errand
from app.services.imports.reading import read_table, shaped
from app.services.shelf import Policies

AT_ONCE: Final = 25
"""Rows whose results are noted together."""
_TURN: Final = timedelta(seconds=3)
"""How long one import is worked at before others have their turn, and before a worker may stop."""
_LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Importing:
    database: Database
    policies: Policies
    clock: Clock

    async def work(self) -> bool:
        """One turn at the oldest import. Whether there may be more at once."""
        began = self.clock()
        lease = began + _LEASE
        claimed = await claim_import(self.database, began, lease)
        if claimed is None:
            return False
        try:
            lease = await self._turn(claimed, began, lease)
        finally:
            await release_import(self.database, claimed, lease)
        return True

    async def _turn(self, claimed: Mapping[str, Any], began: datetime, lease: datetime) -> datetime:
        kind = ImportKind(claimed["kind"])
        rows = read_table(claimed["content"], as_csv=claimed["options"]["csv"], kind=kind).rows
        left = list(enumerate(rows, start=1))[claimed["rows_done"] :]
        for batch in _batches(left):
            results = [await self._row(claimed, kind, number, row) for number, row in batch]
            now = self.clock()
            last = batch[-1][0] == len(rows)
            told = (uuid7(now), str(EventType.IMPORT_FINISHED)) if last else None
            until = now + _LEASE
            if not await note_rows(self.database, claimed, results, (lease, until), now, told):
                break  # another worker has taken over
            lease = until
            if now - began >= _TURN:
                break
        return lease

    async def _row(
        self, claimed: Mapping[str, Any], kind: ImportKind, number: int, row: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        errand = self._errand(claimed, number)
        try:
            asked = shaped(kind, row)
            outcome, subject = await _done(errand, asked, Existing(claimed["options"]["existing"]))
        except Problem as problem:
            if problem.status >= 500 or problem.code == "idempotency_in_progress":
                raise  # nothing is wrong with the row: it is tried again
            return _failed(number, problem)
        return {"number": number, "outcome": outcome, "subject_id": subject, "code": None, "detail": None, "errors": []}

    def _errand(self, claimed: Mapping[str, Any], number: int) -> Errand:
        """As whoever handed the file in, with what they may do now. A row that was begun before is not done twice."""
        who = UUID(claimed["requested_by"].partition(":")[2])
        client = claimed["options"]["client"]
        principal = Principal(claimed["provider"], Role.ADMIN, who, acting_client=client)
        name = f"import/{claimed['id']}/{number}"
        repeat = IdempotentRequest(name, principal.key, sha256(name.encode()).digest())
        return Errand(self.database, self.policies, claimed["provider_id"], principal, self.clock(), None, repeat)


def _batches(
    rows: list[tuple[int, Mapping[str, Any] | None]],
) -> list[list[tuple[int, Mapping[str, Any] | None]]]:
    return [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)]


async def _done(errand: Errand, asked: AccountCreate | ContactRow, existing: Existing) -> tuple[str, UUID]:
    """What was done, and the id of the account or contact."""
    try:
        return "created", _id_of(await _create(errand, asked))
    except Problem:
        if existing is Existing.REFUSE or (there := await _there(errand, asked)) is None:
            raise
    if existing is Existing.KEEP:
        return "kept", there
    await _change(replace(errand, repeat=None), asked, there)
    return "changed", there


async def _create(errand: Errand, asked: AccountCreate | ContactRow) -> StoredAnswer:
    if isinstance(asked, AccountCreate):
        return await administration.create(errand, asked)
    body = ContactAdd.model_validate(asked.model_dump(exclude={"account"}, exclude_unset=True))
    return await contacts.add(errand, asked.account, body)


async def _there(errand: Errand, asked: AccountCreate | ContactRow) -> UUID | None:
    """The account of this number, or the person of this address on the account, if there is one."""
    if isinstance(asked, ContactRow):
        found = await find_contact(errand.database, errand.provider_id, asked.email, asked.account)
        return found.id if found is not None else None
    try:
        account = await accounts.read(errand, asked.number)
    except Problem:
        return None
    there: UUID = account["id"]
    return there


async def _change(errand: Errand, asked: AccountCreate | ContactRow, there: UUID) -> None:
    """To what the row says; what it leaves out stays."""
    given = asked.model_dump(exclude_unset=True)
    if isinstance(asked, AccountCreate):
        known = {name: value for name, value in given.items() if name in AccountPatch.model_fields}
        await administration.change(errand, str(there), AccountPatch.model_validate(known), None)
        return
    known = {name: given[name] for name in ("name", "login") if name in given}
    if known:
        await contacts.change(errand, there, ContactPatch.model_validate(known), None)


def _id_of(answer: StoredAnswer) -> UUID:
    return UUID(orjson.loads(answer.body)["id"])


def _failed(number: int, problem: Problem) -> dict[str, Any]:
    faults = [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in problem.errors]
    detail = problem.detail or CODES[problem.code].title
    return {
        "number": number,
        "outcome": "failed",
        "subject_id": None,
        "code": problem.code,
        "detail": detail,
        "errors": faults,
    }
