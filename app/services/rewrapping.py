"""After a rotation of the sealing keys: whatever an older one wraps is wrapped by the newest."""

import io
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.base.errors import Problem
from app.clients.objects import Objects
from app.db.pool import Database
from app.db.sealed import START, mail_is_kept, replace_sealed, sealed_rows
from app.sealing.envelope import CannotUnseal, rewrapped
from app.sealing.keys import SealingKeys
from app.services.mail.mailroom import place_of_mail
from app.services.tickets.forms.filling import place_of
from app.services.webhooks.sending import secret_place

_AT_ONCE: Final = 200
_COLUMNS: Final[tuple[tuple[str, str, Callable[[Any], str]], ...]] = (
    ("webhook", "secret", lambda row: secret_place(row["provider_id"], row["id"])),
    ("webhook", "previous_secret", lambda row: secret_place(row["provider_id"], row["id"])),
    ("secure_form", "sealed", lambda row: place_of(row["provider_id"], row)),
)


@dataclass
class Rewrapped:
    """How many were wrapped anew, were so already, or could not be opened, with the reasons."""

    anew: int = 0
    already: int = 0
    closed: Counter[str] = field(default_factory=Counter)


async def rewrap_all(database: Database, objects: Objects, keys: SealingKeys) -> Rewrapped:
    """Secrets of webhooks, secure forms, and mail as it came. `database` acts as the worker; it may run at any time."""
    done = Rewrapped()
    for table, column, place in _COLUMNS:
        async for row in _rows(database, table):
            if row[column] is not None:
                made = _made(done, keys, row[column], place(row))
                if made is not None and await replace_sealed(database, table, column, row, made):
                    done.anew += 1
    async for row in _rows(database, "inbound_mail"):
        await _mail(database, objects, keys, row, done)
    return done


async def _mail(
    database: Database, objects: Objects, keys: SealingKeys, row: Mapping[str, Any], done: Rewrapped
) -> None:
    key = row["storage_key"]
    try:
        kept = b"".join([chunk async for chunk in await objects.get(key)])
    except Problem as problem:
        done.closed[problem.detail] += 1
        return
    made = _made(done, keys, kept, place_of_mail(row["provider_id"], row["id"]))
    if made is None:
        return
    await objects.put(key, io.BytesIO(made))
    done.anew += 1
    if not await mail_is_kept(database, row):
        await objects.delete([key])  # it was forgotten meanwhile, and stays so


def _made(done: Rewrapped, keys: SealingKeys, envelope: bytes, place: str) -> bytes | None:
    try:
        made = rewrapped(keys, envelope, place)
    except CannotUnseal as error:
        done.closed[str(error)] += 1
        return None
    done.already += made is None
    return made


async def _rows(database: Database, table: str) -> AsyncIterator[Mapping[str, Any]]:
    after = START
    while rows := await sealed_rows(database, table, after, _AT_ONCE):
        for row in rows:
            yield row
        after = rows[-1]["provider_id"], rows[-1]["id"]
