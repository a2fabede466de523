"""Steps about the policy itself and about all tickets: read, published, the queue, goals."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.base.identifiers import uuid7
from app.db.tables.clocks import TicketClock
from app.db.tables.tickets import Ticket
from app.policy.desk.publishing import revised
from app.policy.scenarios import steps
from tests import factories
from tests.api.playing.answers import read_instants, reasons, refused
from tests.api.playing.play import Play
from tests.frontdesk import library_policy

_TABLE: Any = Ticket.__table__  # type: ignore[attr-defined] # SQLModel makes it, and does not say so
_COLUMNS = ", ".join(column.name for column in _TABLE.columns if column.name != "search")


async def read(play: Play, step: steps.ReadStep) -> dict[str, Any]:
    """As anybody may read it."""
    at = {"at": play.front.now.isoformat()} if step.at is not None else {}
    answer = await play.front.client.get(f"/v1/policies/{play.town.provider.slug}", params=at)
    if answer.status_code in (404, 409):
        return {"policy": None}
    view = {**answer.json(), "clauses": len(answer.json()["clauses"])}
    view["published"] = view["published"] and date.fromisoformat(view["published"])
    return {"outcome": "accepted", "policy": read_instants(view)}


async def publish(play: Play, step: steps.PublishStep) -> dict[str, Any]:
    """The document with other times, from an instant on."""
    if step.at is None:
        play.front.now = step.effective_from
    _, loaded = library_policy(play.town.provider.slug)
    targets = [
        target.model_dump(mode="json", exclude_defaults=True)
        for target in revised(loaded.document, step.changes).targets
    ]
    play.town.published = True
    answer = await play.front.client.post(
        f"/v1/policies/{play.town.provider.slug}/versions",
        params={"effective_from": step.effective_from.isoformat()},
        json={**loaded.raw, "targets": targets},
        headers=await play.town.by_admin(),
    )
    if answer.status_code != 201:
        return refused(answer)
    view = answer.json()
    in_force = await read(play, steps.ReadStep(at=play.front.now))
    return {**in_force, "effects": view["effects"], **reasons(view)}


async def queue(play: Play, step: steps.QueueStep) -> dict[str, Any]:
    names = await _arranged(play, step.tickets)
    answer = await play.front.client.get("/v1/queue", params={"limit": 100}, headers=await play.town.by_staff(None))
    view = answer.json()
    order = [names[UUID(ticket["id"])] for ticket in view["data"]]
    return {"queue": {"order": order, "override_requires": view["override_requires"]}, **reasons(view)}


async def report(play: Play, step: steps.ReportStep) -> dict[str, Any]:
    """Of tickets that are as many as the step counts."""
    names = await _arranged(play, step.tickets or ())
    await _counted(play, step.counts)
    answer = await play.front.client.get("/v1/reports/goals", headers=await play.town.by_staff(None))
    view = answer.json()
    goal = next(goal for goal in view["data"] if goal["metric"] == step.metric)
    overdue = [names[UUID(ticket["id"])] for ticket in view["overdue"]]
    return {"report": {**goal, "overdue": overdue}, **reasons(goal)}


# ── tickets that a step only lists or counts ─────────────────────────────────
async def _arranged(play: Play, listed: Sequence[steps.ListedTicket]) -> dict[UUID, str]:
    owner, now, names = play.front.owner, play.front.now, dict[UUID, str]()
    for n, one in enumerate(listed):
        made = await factories.ticket(
            owner,
            play.town.provider.id,
            id=uuid7(now + timedelta(milliseconds=n)),
            received_at=one.received_at or now,
            priority=one.priority,
            department=one.department,
            level=1,
        )
        names[made.id] = one.as_
        if one.due is not None:
            state = {"state": "met", "stopped_at": now} if one.responded else {"state": "running"}
            clock = TicketClock(
                provider_id=made.provider_id, ticket_id=made.id, metric="first_response", cycle=1, kind="elapsed",
                strength="unspecified", due_at=one.due, updated_at=now, **state,
            )  # fmt: skip
            await factories.insert(owner, clock)
    return names


async def _counted(play: Play, counts: Mapping[str, int]) -> None:
    """Tickets that were solved, at the first level or at the second."""
    first = counts.get("solved_at_level_1", 0)
    for level, number in ((1, first), (2, counts.get("solved", 0) - first)):
        if number == 0:
            continue
        hour_ago = play.front.now - timedelta(hours=1)
        solved = {"status": "resolved", "level": level, "received_at": hour_ago, "resolved_at": hour_ago}
        made = await factories.ticket(play.front.owner, play.town.provider.id, **solved)
        await play.front.owner.execute(
            f"""INSERT INTO ticket ({_COLUMNS}) SELECT {_COLUMNS} FROM (SELECT other.* FROM ticket AS t,
                  generate_series(2, $2) AS n, jsonb_populate_record(
                    t, jsonb_build_object('id', gen_random_uuid(), 'reference', t.reference || n)) AS other
                  WHERE t.id = $1) AS copied""",
            *(made.id, number),
        )
