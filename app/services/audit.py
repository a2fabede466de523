"""The audit chain: each event's seal binds it to all before it, so that whoever alters one is found out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

import orjson

from app.db.log import Logged, placed_events
from app.db.pool import Database
from app.db.providers import all_providers

_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Tampered:
    """The first place where the log is not what was sealed."""

    position: int
    event: UUID | None
    """None: there is none at that place or behind it."""
    what: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The last seal of a log as it was once, kept where whoever can alter the log cannot."""

    position: int
    seal: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """How much of a provider's log was looked at, and what was found."""

    events: int
    seal: bytes
    """Of the last event: kept elsewhere, it also tells when the log's end is cut off."""
    tampered: Tampered | None


def seal(before: bytes, event: Logged, position: int) -> bytes:
    """The digest over the seal before it and everything that the event says, in one fixed form."""
    said = (
        position,
        event.provider_id,
        event.id,
        event.subject_kind,
        event.subject_id,
        event.seq,
        event.type,
        event.actor_kind,
        event.actor_id,
        event.on_behalf_of,
        event.policy_version,
        event.settings_revision,
        event.request_id,
        event.occurred_at,
        *event.texts,
    )
    return sha256(before + orjson.dumps(said, default=str, option=orjson.OPT_UTC_Z)).digest()


def sealed(before: bytes, events: Sequence[Logged], first: int) -> Iterator[tuple[UUID, int, bytes]]:
    """Id, position and seal of each event, the first one at `first`."""
    for position, event in enumerate(events, start=first):
        before = seal(before, event, position)
        yield event.id, position, before


async def verify(database: Database, provider_id: UUID, kept: Kept | None = None) -> Verified:
    """Every position there, every seal what it must be, and the one that was kept in its place.

    Whoever cuts off the end, or seals everything anew from some place on, is found out by a kept seal alone.
    """
    position, last = 0, b""
    while events := await placed_events(database, provider_id, position, _AT_ONCE):
        for event in events:
            assert event.position is not None
            if event.position != position + 1:
                missing = Tampered(position + 1, event.id, "is missing; the next one is another")
                return Verified(position, last, missing)
            position, expected = event.position, seal(last, event, event.position)
            if expected != event.seal:
                return Verified(position, last, Tampered(position, event.id, "is not what was sealed"))
            last = expected
            if kept is not None and position == kept.position and last != kept.seal:
                changed = Tampered(position, event.id, "is not what it was when its seal was kept, or one before it")
                return Verified(position, last, changed)
    if kept is not None and position < kept.position:
        cut = f"is missing: there were {kept.position} when the seal was kept"
        return Verified(position, last, Tampered(position + 1, None, cut))
    return Verified(position, last, None)


async def verify_all(
    database: Database, only: str | None = None, kept: Mapping[str, Kept] | None = None
) -> dict[str, Verified]:
    """By slug: every provider, or this one alone. `database` acts as the worker."""
    known = kept or {}
    return {
        slug: await verify(database, id_, known.get(slug))
        for id_, slug in await all_providers(database)
        if only in (None, slug)
    }
