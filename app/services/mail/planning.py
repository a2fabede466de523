"""Who is written to because of an event; nobody twice, nobody in a loop, and nobody whom the policy passes over."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.log import Logged
from app.db.outbound import tickets_to_write_about
from app.schemas.deliveries import NewDelivery
from app.services.mail.letters import ANSWERS, BY_TIME, SENDER, Letter, Wanted, wanted_by
from app.services.sequencing import News

_MOST_AN_HOUR: Final = 3
"""Answers that no person wrote, to one address."""
_MACHINES: Final = ("staff", "system")


async def plan_mail(connection: ScopedConnection, news: News) -> Sequence[NewDelivery]:
    """Addresses are looked up when it is sent: a delivery names a ticket and a party, and holds nothing personal."""
    wanted = [(event, ticket, one) for event in news.events for ticket, one in _of_event(event)]
    tickets = {ticket for _, ticket, _ in wanted if ticket is not None}
    known: Mapping[UUID, Any] = {}
    if tickets:
        answers = [str(letter) for letter in ANSWERS]
        known = await tickets_to_write_about(connection, news.provider_id, list(tickets), answers, news.now)
    planned: list[NewDelivery] = []
    in_this_batch: Counter[object] = Counter()
    for event, ticket, one in wanted:
        facts = known.get(ticket) if ticket is not None else None
        payload = {"letter": str(one.letter), **one.about}
        key, address = (ticket, _key(one, payload)), facts and facts["address"]
        if in_this_batch[key] or (ticket is not None and facts is None):
            continue
        if facts is not None and (not _may_go(one, facts, in_this_batch[address]) or _is_said(one, payload, facts)):
            continue
        in_this_batch[key] += 1
        in_this_batch[address] += one.letter in ANSWERS
        target = {"to": one.to, **({"ticket": str(ticket)} if ticket is not None else {})}
        target |= {name: payload.pop(name) for name in ("contact", "account") if name in payload}
        planned.append(NewDelivery("mail", uuid7(news.now), target, payload, event.id))
    return planned


def _of_event(event: Logged) -> list[tuple[UUID | None, Wanted]]:
    if event.subject_kind == "ticket":
        return [(event.subject_id, one) for one in wanted_by(event.type, event.data, event.decision)]
    data = event.data
    if event.type == EventType.QUOTE_OFFERED and data.get("ticket_id"):
        return [(UUID(data["ticket_id"]), Wanted(Letter.QUOTE, about={"quote": str(event.subject_id)}))]
    if event.type == EventType.QUOTE_EXPIRED and data.get("ticket_id"):
        return [(UUID(data["ticket_id"]), Wanted(Letter.EXPIRED, about={"quote": str(event.subject_id)}))]
    if event.type == EventType.SECURE_FORM_REQUESTED and data.get("contact"):
        about = {"form": str(event.subject_id), "contact": data["contact"]}
        ticket = data.get("ticket")
        return [(UUID(ticket) if ticket else None, Wanted(Letter.SECURE_FORM, "contact", about=about))]
    return []


def _may_go(one: Wanted, ticket: Mapping[str, Any], just_now: int) -> bool:
    """What no person wrote goes to nobody unknown without proof, and to nobody again and again."""
    if one.to == SENDER and ticket["role"] in _MACHINES:
        return False
    stranger = ticket["standing"] == "unlisted"
    if one.letter not in ANSWERS:
        return one.letter not in BY_TIME or not stranger or ticket["mail_auth"] == "pass"
    if stranger and (ticket["mail_auth"] != "pass" or ticket["in_a_day"] or just_now):
        return False
    return bool(ticket["in_an_hour"] + just_now < _MOST_AN_HOUR)


def _is_said(one: Wanted, payload: Mapping[str, Any], ticket: Mapping[str, Any]) -> bool:
    """Acknowledged once; what a rule wants told is told once; what was held is acknowledged when it is complete."""
    letters = [str(before["letter"]) for before in ticket["sent"]]
    if one.after_hold and Letter.HOLD not in letters:
        return True
    if one.letter is Letter.ACKNOWLEDGEMENT:
        return Letter.ACKNOWLEDGEMENT in letters
    return one.letter is Letter.NOTICE and payload in ticket["sent"]


def _key(one: Wanted, payload: Mapping[str, Any]) -> str:
    """Of two of these in one batch the first is enough."""
    if one.letter in (Letter.REPLY, Letter.QUOTE, Letter.EXPIRED, Letter.SECURE_FORM):
        return f"{one.letter} {payload.get('message') or payload.get('quote') or payload.get('form')}"
    return f"{one.letter} {payload.get('of', '')} {one.to if one.letter is Letter.NOTICE else ''}"
