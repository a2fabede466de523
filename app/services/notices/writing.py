"""Notices created, described, and moved on by verbs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.base.errors import Fault, Problem
from app.base.events import EventType
from app.db.commands import Command, Update, carry_out
from app.db.notices import facts_for_notice
from app.db.problems import violated_constraint
from app.schemas.idempotency import StoredAnswer
from app.schemas.notices import Audience, NoticeCreate, NoticePatch, NoticeSchedule
from app.services.errands import Errand
from app.services.linking import linked
from app.services.merging import merged_metadata
from app.services.notices.view import notice_view
from app.services.redacting import without_secrets
from app.services.repeating import check_repeated, check_version, once, persistently
from app.services.tickets.view import written

_OVER = ("resolved", "withdrawn")
_FROM: Mapping[str, tuple[str, ...]] = {
    "schedule": ("draft", "scheduled"),
    "publish": ("draft", "scheduled"),
    "resolve": ("open", "scheduled"),
    "withdraw": ("draft", "scheduled", "open", "resolved"),
}
_EVENTS = {
    "schedule": EventType.NOTICE_SCHEDULED,
    "publish": EventType.NOTICE_PUBLISHED,
    "resolve": EventType.NOTICE_RESOLVED,
    "withdraw": EventType.NOTICE_WITHDRAWN,
}


async def create(errand: Errand, body: NoticeCreate) -> StoredAnswer:
    """A draft; nobody is told yet."""
    clean = without_secrets(body).body
    return await once(lambda: _create(errand, clean))


async def _create(errand: Errand, body: NoticeCreate) -> StoredAnswer:
    await _gather(errand, None, body.audience)
    _check_order(body.starts_at, body.ends_at)
    row = new_row(errand, **body.model_dump(mode="json"))
    event = errand.event(EventType.NOTICE_CREATED, ("notice", row["id"]), 1, told(row))
    headers = {"Location": f"/v1/notices/{row['id']}", "ETag": '"1"'}
    answer = StoredAnswer(201, written(notice_view(row)), headers)
    plan = Command({"notice": [row], "event": [event]}, answer=answer, repeat=errand.repeat)
    await _carry_out(errand, plan)
    return answer


def new_row(errand: Errand, **given: Any) -> dict[str, Any]:
    """A row of a notice; what is not given is empty, and its state is `draft`."""
    return {
        "provider_id": errand.provider_id,
        "id": errand.new_id(),
        "state": "draft",
        "topic": None,
        "server": None,
        "audience": {},
        "held_by": [],
        "starts_at": None,
        "ends_at": None,
        "published_by": str(errand.principal.subject),
        "published_at": None,
        "external_ref": None,
        "metadata": {},
        "created_at": errand.now,
        "updated_at": errand.now,
        "version": 1,
        **given,
    }


def told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says of a notice; its words stay in its row."""
    return {name: row[name] for name in ("kind", "state", "server", "audience", "starts_at", "ends_at")}


async def describe(errand: Errand, notice: UUID, body: NoticePatch, expected: int | None) -> dict[str, Any]:
    clean = without_secrets(body).body
    return await persistently(lambda: _describe(errand, notice, clean, expected))


async def _describe(errand: Errand, notice: UUID, body: NoticePatch, expected: int | None) -> dict[str, Any]:
    patch = body.model_dump(mode="json", exclude_unset=True)
    row = await _gather(errand, notice, body.audience if "audience" in patch else None)
    check_version(row["version"], expected)
    if row["state"] in _OVER:
        raise Problem("conflict", f"The notice is {row['state']}.")
    if "audience" in patch and row["state"] != "draft":
        raise Problem("conflict", "It is out already: whom it is for changes in a draft only.")
    if "metadata" in patch:
        patch["metadata"] = merged_metadata(row["metadata"], patch["metadata"])
    changed = {**patch, "updated_at": errand.now}
    _check_order(body.starts_at if "starts_at" in patch else row["starts_at"],
                 body.ends_at if "ends_at" in patch else row["ends_at"])  # fmt: skip
    shown, update, event = _changed(errand, row, changed, EventType.NOTICE_CHANGED, fields=sorted(patch))
    await _carry_out(errand, Command({"event": [event]}, update))
    return shown


async def move(
    errand: Errand, notice: UUID, verb: str, body: NoticeSchedule | None, expected: int | None
) -> StoredAnswer:
    """`schedule`, `publish`, `resolve` or `withdraw`."""
    return await once(lambda: _move(errand, notice, verb, body, expected))


async def _move(
    errand: Errand, notice: UUID, verb: str, body: NoticeSchedule | None, expected: int | None
) -> StoredAnswer:
    row = await _gather(errand, notice, None)
    check_version(row["version"], expected)
    if row["state"] not in _FROM[verb]:
        raise Problem("conflict", f"The notice is {row['state']}.")
    values = {**_values(errand, row, verb, body), "updated_at": errand.now}
    shown, update, event = _changed(errand, row, values, _EVENTS[verb])
    tickets: list[dict[str, Any]] = []
    events = [event]
    if verb == "publish" and row["kind"] == "incident" and row["server"] is not None:
        if row["other_incident"] is not None:
            raise Problem("already_exists", f"{row['server']} has an open incident already.")
        tickets, links = linked(errand, row["tickets"], row["server"], notice)
        events += links
    answer = StoredAnswer(200, written(shown), {"ETag": f'"{shown["version"]}"'})
    await _carry_out(
        errand, Command({"event": events}, update, each={"ticket": tickets}, answer=answer, repeat=errand.repeat)
    )
    return answer


def _values(errand: Errand, row: Mapping[str, Any], verb: str, body: NoticeSchedule | None) -> dict[str, Any]:
    now, starts, ends = errand.now, row["starts_at"], row["ends_at"]
    match verb:
        case "schedule":
            assert body is not None
            _check_order(body.starts_at, body.ends_at)
            return {"state": "scheduled", "starts_at": body.starts_at, "ends_at": body.ends_at}
        case "publish":
            begun = starts or now if row["kind"] != "incident" else min(starts or now, now)
            return {"state": "open", "starts_at": begun, "published_at": now}
        case "resolve":
            # What is over before it was to begin ends when it begins.
            over = min(ends or now, now)
            return {"state": "resolved", "ends_at": max(over, starts or over)}
        case _:
            return {"state": "withdrawn"}


# ── parts ────────────────────────────────────────────────────────────────────
async def _gather(errand: Errand, notice: UUID | None, audience: Audience | None) -> Mapping[str, Any]:
    numbers = audience.accounts if audience is not None else []
    _, row = await facts_for_notice(
        errand.database, errand.provider_id, errand.principal, notice, numbers, errand.repeat
    )
    await check_repeated(errand, row)
    if notice is not None and row["id"] is None:
        raise Problem("not_found")
    faults = [
        Fault(f"/audience/accounts/{place}", "unknown", "There is no account of this number here.")
        for place, number in enumerate(numbers)
        if number not in row["known"]
    ]
    if faults:
        raise Problem("invalid", errors=faults)
    found: Mapping[str, Any] = row
    return found


def _changed(
    errand: Errand, row: Mapping[str, Any], values: dict[str, Any], kind: EventType, **more: Any
) -> tuple[dict[str, Any], Update, dict[str, Any]]:
    """As it is shown then, its row's change, and the event of it."""
    version = row["version"] + 1
    after = {**row, **values, "version": version}
    event = errand.event(kind, ("notice", row["id"]), version, {**told(after), **more})
    return notice_view(after), Update("notice", row["id"], row["version"], values), event


def _check_order(starts: Any, ends: Any) -> None:
    if starts is not None and ends is not None and ends < starts:
        raise Problem("invalid", errors=[Fault("/ends_at", "out_of_range", "It ends before it begins.")])


async def _carry_out(errand: Errand, command: Command) -> None:
    try:
        await carry_out(errand.database, errand.provider_id, command, errand.now)
    except Problem as problem:
        if violated_constraint(problem) == "uq_notice_external_ref":
            raise Problem("already_exists", "Another notice has this external_ref.") from problem
        raise
