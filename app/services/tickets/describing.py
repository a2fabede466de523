"""A ticket described better: subject, facts and the caller's own words; what was missing decides again."""

from collections.abc import Mapping
from typing import Any

from app.base.errors import Problem
from app.base.events import EventType
from app.db.callers import Kind
from app.db.commands import Command, Update, carry_out
from app.db.problems import violated_constraint
from app.policy.language.standard import CLAIMED
from app.policy.life import told_more
from app.policy.stages.admission import word_of_others
from app.policy.tickets.ticket import Ticket
from app.policy.verbs.authority import standing_of
from app.services.errands import Errand
from app.services.facts import asserters, state, taken_away
from app.services.merging import merged_metadata
from app.services.offers import Offer
from app.services.redacting import value_without_secrets, with_redactions
from app.services.repeating import in_turn, persistently
from app.services.secure_forms.judging import about_form
from app.services.speaking import speaker
from app.services.tickets.changing import Changed, changed, command, gather, shown
from app.services.tickets.knowing import Known

_PLAIN = ("subject", "language", "external_ref")


async def describe(errand: Errand, name: str, patch: Mapping[str, Any], expected: int | None) -> dict[str, Any]:
    """`patch` as RFC 7396 has it: null takes away. The ticket as it is then."""
    redacted = list[Mapping[str, Any]]()
    clean = {field: _clean(field, value, redacted) for field, value in patch.items()}
    attempt = in_turn(errand, lambda held: _attempt(held, name, clean, expected))
    return with_redactions(await persistently(attempt), redacted)


def _clean(field: str, value: Any, redacted: list[Mapping[str, Any]]) -> Any:
    return value_without_secrets(value, f"/{field}", redacted) if field in ("subject", "facts") else value


async def _attempt(errand: Errand, name: str, patch: Mapping[str, Any], expected: int | None) -> dict[str, Any]:
    known = await gather(errand, name, expected)
    columns = {field: patch[field] for field in _PLAIN if field in patch}
    if "metadata" in patch:
        columns["metadata"] = merged_metadata(known.row["metadata"], patch["metadata"])
    told = {"fields": sorted(patch)}
    facts = patch.get("facts", {})
    if facts is None:
        facts = taken_away(known.policy, known.row["facts"])
    if facts:
        form = await about_form(errand, known.policy, facts, [known.row["account_id"]])
        after = _with_facts(errand, known, facts, form)
        change = changed(errand, known, after, **columns)
        writing = command(errand, known, change, EventType.TICKET_DESCRIBED, told)
    else:
        version = known.row["version_of_row"] + 1
        columns["updated_at"] = errand.now
        price = Offer(latest=known.row["latest_quote"])
        change = Changed(known.ticket, columns, version, price)
        event = errand.event(EventType.TICKET_DESCRIBED, ("ticket", known.id), version, told)
        update = Update("ticket", known.id, known.row["version_of_row"], columns)
        writing = Command({"event": [event]}, update)
    try:
        await carry_out(errand.database, errand.provider_id, writing, errand.now)
    except Problem as problem:
        if violated_constraint(problem) == "uq_ticket_external_ref":
            raise Problem("already_exists", "Another ticket has this external_ref.") from problem
        raise
    return shown(errand, known, change)


def _with_facts(errand: Errand, known: Known, facts: Mapping[str, Any], form: Mapping[str, Any]) -> Ticket:
    """The ticket decided again with these facts; a held one from the start, so that its clocks may begin."""
    ticket = known.ticket
    if not ticket.open:
        raise Problem("conflict", "A ticket that has ended takes no more facts; reply to it to go on.")
    stated = state(known.policy, facts, asserters(known.caller))
    by = speaker(known.caller)
    standing = by.role or standing_of(known.policy, ticket, known.around, by)
    for name in word_of_others(known.policy, ticket.request.action, stated.asserted, standing, by):
        stated.claimed[name] = stated.asserted.pop(name)
    taken = {name for name, value in stated.asserted.items() if value is None}
    taken |= {CLAIMED + name for name, value in stated.claimed.items() if value is None}
    added = {name: value for name, value in stated.all.items() if value is not None}
    merged = {name: value for name, value in {**ticket.facts, **added, **form}.items() if name not in taken}
    richer = ticket.changed(facts=merged)
    if "topic" in added:
        source = "staff" if known.caller.kind is Kind.STAFF else "given"
        richer = richer.changed(request=ticket.request.model_copy(update={"topic_source": source}))
    return told_more(known.policy, ticket, richer, known.around, errand.now)
