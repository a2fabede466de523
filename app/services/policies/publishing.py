"""A new version of a policy: judged as a whole, then stored as it will stay."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app.base.actor import the_system
from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.callers import whoami
from app.db.policies import facts_for_publishing, insert_version, numbers_at
from app.db.pool import Database
from app.db.providers import find_provider, store_provider
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.desk.publishing import announced
from app.policy.language.faults import PolicyFaults
from app.policy.language.model import words
from app.policy.library.files import library
from app.policy.lint import Finding, lint, lint_readings
from app.policy.loading import LoadedPolicy, load
from app.services.errands import Errand
from app.services.policies.telling import drafted
from app.services.shelf import Policies, compiled
from app.services.tickets.replanning import replan_at_once

_MOST_SAID = 200
_SLUG = "A provider's name may have small letters, digits and hyphens, and begins with a letter."
_PREFIX = "The prefix of ticket references has two to eight capital letters."


@dataclass(frozen=True, slots=True)
class Judged:
    """A document with all that is to be said about it; no policy: it cannot be used."""

    policy: LoadedPolicy | None
    faults: tuple[Fault, ...]
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    number: int
    effective_from: datetime
    warnings: tuple[Finding, ...]
    new: bool = True
    """False: the newest version says exactly the same, so nothing was stored."""
    announced: Decision | None = None
    """What the version in force says of its change; None: there was none."""
    notices: tuple[str, ...] = ()
    """Drafted for customers, who are to be told."""


async def validate(errand: Errand, text: str) -> Judged:
    """For whoever may still ask; nothing is stored."""
    await whoami(errand.database, errand.provider_id, errand.principal)
    return await judge(text, errand.now)


async def judge(text: str, today: datetime) -> Judged:
    """Every fault at once. It takes a moment, so it runs beside the requests."""
    return await asyncio.to_thread(_judge, text, today)


def _judge(text: str, today: datetime) -> Judged:
    try:
        policy = load(text, library())
    except PolicyFaults as unusable:
        return Judged(None, tuple(Fault(f.pointer, f.code, f"{f.message} {f.remedy}") for f in unusable.faults))
    day: date = today.astimezone(ZoneInfo(policy.document.tz)).date()
    found = [*lint(policy.document, day), *lint_readings(policy.raw)]
    errors = [Fault(f.pointer, f.code, f"{f.message} {f.remedy}") for f in found if f.level == "error"]
    if not (policy.document.prefix.isalpha() and len(policy.document.prefix) <= 8):
        errors.append(Fault("/prefix", "pattern", _PREFIX))
    if "_" in policy.document.provider:
        errors.append(Fault("/provider", "pattern", _SLUG))
    return Judged(policy, tuple(errors), tuple(f for f in found if f.level == "warning"))


def refuse_faults(judged: Judged) -> LoadedPolicy:
    if judged.faults or judged.policy is None:
        raise Problem("invalid", "The policy cannot be published as it is.", errors=judged.faults[:_MOST_SAID])
    return judged.policy


async def publish(errand: Errand, text: str, effective_from: datetime | None) -> Published:
    """Store the document as the provider's next version, in force from now or the later instant it names."""
    judged = await judge(text, errand.now)
    policy = refuse_faults(judged)
    if policy.document.provider != errand.principal.provider:
        raise Problem("invalid", errors=[Fault("/provider", "not_offered", "This must be the provider's own name.")])
    facts = await facts_for_publishing(errand.database, errand.provider_id, errand.principal, errand.now)
    version = _next(judged, policy, text, facts, effective_from, errand.now)
    before = await _in_force(errand)
    by = errand.principal.key
    row = _row(errand.provider_id, policy, text, version, by, errand.now)
    event = errand.event(EventType.POLICY_PUBLISHED, ("policy", row["id"]), 1, _told(version))
    stored = await _store(errand, before, row, event, version)
    # Now, and not at the first request that counts on it.
    await errand.policies.lexicons.learn(policy.document.topics)
    await replan_at_once(errand.database, errand.policies, errand.provider_id, errand.now)
    return replace(stored, announced=announced(before, errand.now) if before else None)


async def _in_force(errand: Errand) -> CompiledPolicy | None:
    numbers = await numbers_at(errand.database, errand.provider_id, errand.now)
    if numbers is None or numbers.version is None:
        return None
    return await errand.policies.policy(errand.provider_id, numbers.version, numbers.revision)


async def add_provider(
    database: Database, text: str, now: datetime, effective_from: datetime | None, *, new: bool | None = None
) -> Published:
    """The provider of a document, made if it is new, with the document as its next version: for the command line.

    `database` acts as the worker, which alone may add providers. `new`: whether the provider must be, or must not.
    """
    judged = await judge(text, now)
    policy = refuse_faults(judged)
    document = policy.document
    known = await find_provider(database, document.provider)
    if new is not None and new != (known is None):
        there = "This provider is here already: `clausedesk policy publish FILE` gives it another version."
        absent = "There is no such provider here yet: `clausedesk provider add FILE` adds it."
        raise Problem("conflict", there if new else absent)
    name = words(document.name, document.locale, document.locale) or document.provider
    provider_id = await store_provider(database, uuid7(now), document.provider, name, document.prefix, now)
    facts = await facts_for_publishing(database, provider_id, None, now)
    version = _next(judged, policy, text, facts, effective_from, now)
    errand = Errand(database, Policies(database), provider_id, the_system(document.provider), now)
    before = await _in_force(errand) if facts["latest"] is not None else None
    row = _row(provider_id, policy, text, version, "system", now)
    event = errand.event(EventType.POLICY_PUBLISHED, ("policy", row["id"]), 1, _told(version))
    return await _store(errand, before, row, event, version)


def _next(
    judged: Judged,
    policy: LoadedPolicy,
    text: str,
    facts: Mapping[str, Any],
    wished: datetime | None,
    now: datetime,
) -> Published:
    """The number and beginning of the new version. Nobody has been decided by a first one: it counts from its own."""
    latest = facts["latest"]
    if latest is None:
        begins = wished or policy.document.effective_from or now
        return Published(1, begins.astimezone(UTC), judged.warnings)
    if latest["digest"] == _digest(text).hex() and wished is None:
        return Published(latest["number"], datetime.fromisoformat(latest["from"]), (), new=False)
    own = policy.document.effective_from
    begins = wished or (own if own is not None and own > now else now)
    if begins < now:
        raise Problem(
            "invalid", errors=[Fault("/effective_from", "out_of_range", "A version begins now or later, never before.")]
        )
    if begins < datetime.fromisoformat(latest["from"]):
        message = "The version before begins later than this one would."
        raise Problem("invalid", errors=[Fault("/effective_from", "out_of_range", message)])
    _check_settings(policy, facts, begins)
    return Published(latest["number"] + 1, begins.astimezone(UTC), judged.warnings)


def _check_settings(policy: LoadedPolicy, facts: Mapping[str, Any], begins: datetime) -> None:
    """Problem where the operator's settings do not fit the new version."""
    for settings in facts["settings"]:
        try:
            compiled(policy.raw, begins, 1, settings["document"], settings["number"])
        except PolicyFaults as unfit:
            raise Problem(
                "invalid",
                f"The settings in force (revision {settings['number']}) do not fit this version.",
                errors=[Fault(f.pointer, f.code, f"{f.message} {f.remedy}") for f in unfit.faults[:_MOST_SAID]],
            ) from None


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _row(
    provider_id: UUID, policy: LoadedPolicy, text: str, version: Published, by: str, now: datetime
) -> dict[str, Any]:
    return {
        "provider_id": provider_id,
        "id": uuid7(now),
        "number": version.number,
        "document": orjson.dumps(policy.raw, default=str).decode(),
        "source": text,
        "digest": _digest(text),
        "effective_from": version.effective_from,
        "published_by": by,
        "warnings": told(version.warnings),
        "created_at": now,
    }


def _told(version: Published) -> dict[str, Any]:
    return {"version": version.number, "effective_from": version.effective_from}


async def _store(
    errand: Errand, before: CompiledPolicy | None, row: dict[str, Any], event: dict[str, Any], version: Published
) -> Published:
    """With what tells customers of it, where the version before has them told."""
    if not version.new:
        return version
    draft = drafted(errand, before, version.effective_from)
    notices, events = draft.get("notice", []), [event, *draft.get("event", [])]
    await insert_version(errand.database, errand.provider_id, row, notices, events, errand.now)
    return replace(version, notices=tuple(str(notice["id"]) for notice in notices))


def published_view(published: Published) -> dict[str, Any]:
    why = jsonable(published.announced) if published.announced is not None else {}
    return {
        "version": published.number,
        "effective_from": published.effective_from,
        "warnings": told(published.warnings),
        "notices": published.notices,
        **{name: why.get(name, []) for name in ("effects", "citations", "assumptions")},
    }


def told(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """Findings as the wire and the rows hold them."""
    return [
        {"level": f.level, "pointer": f.pointer, "code": f.code, "message": f"{f.message} {f.remedy}"} for f in findings
    ]
