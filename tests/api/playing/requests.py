"""Steps by which somebody asks for something: tickets, messages, and what would be decided."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.policy.scenarios import steps
from tests.api.playing import entrances
from tests.api.playing.answers import read_instants, reasons, refused
from tests.api.playing.play import BY_THE_DESK, Play
from tests.api.playing.town import NotOffered
from tests.frontdesk import Headers

_WORDLESS = "…"
"""Words decide nothing in a scenario; here they would propose a topic."""
_OF_EVENTS = ("effects", "breach", "priority", "department")


async def ticket(play: Play, step: steps.TicketStep) -> dict[str, Any]:
    who, whole = await _request(play, step)
    facts = await _as_the_desk_finds_it(play, whole["facts"], step.account, whole)
    whole = {"subject": _WORDLESS, **whole, "facts": facts}
    if entrances.is_call(play.town, whole):
        answer = await play.sent(who, "/v1/inbound/calls", entrances.as_call(whole))
    else:
        answer = await play.sent(who, "/v1/tickets", whole)
    if answer.status_code not in (200, 201):
        return refused(answer)
    view = answer.json()
    if answer.status_code == 200:
        latest = "SELECT decision FROM ticket WHERE merged_into = $1 ORDER BY id DESC LIMIT 1"
        merged = await play.front.owner.fetchrow(latest, UUID(view["id"]))
        return play.groups(view, merged["decision"], merged_into=view["id"], appended=True)
    return {**play.groups(view), "account": await _account_after(play, view)}


async def message(play: Play, step: steps.MessageStep) -> dict[str, Any]:
    if step.action or step.estimated_minutes:
        raise NotOffered("a message with an action")
    id_ = play.tickets[step.ticket]
    who, body = await play.asked(step, await play.account_of(id_))
    body |= {"body": _WORDLESS, "facts": step.facts}
    if step.channel is not None:
        body["channel"] = step.channel
    answer = await play.sent(who, f"/v1/tickets/{id_}/messages", body)
    if answer.status_code != 201:
        # Nothing is recorded of it, so it has a reason but no outcome.
        reason = {k: v for k, v in refused(answer).items() if k != "outcome"}
        return {**reason, **await play.standing(id_, appended=False)}
    written = answer.json()
    return play.groups(await play.read(written["ticket"]["id"]), appended=written.get("follow_up_of") is None)


async def classify(play: Play, step: steps.ClassifyStep) -> dict[str, Any]:
    who, body = await _request(play, step)
    if set(body["facts"]) & {*BY_THE_DESK, "secure_form_ref"}:
        raise NotOffered("a fact that staff do not assert")
    answer = await play.front.client.post("/v1/classifications", json=body, headers=who)
    return play.decided(answer.json()) if answer.is_success else refused(answer)


async def event(play: Play, step: steps.EventStep) -> dict[str, Any]:
    answer = await entrances.report(play.town, step, play.file.accounts)
    assert answer.status_code == 201, answer.text
    view = answer.json()
    groups = {name: read_instants(value) for name, value in view["decision"].items() if name in _OF_EVENTS}
    groups["effects"] = [play.effect(e) for e in groups["effects"]]
    return {**groups, **reasons(view["decision"]), "ticket": None, "account": await _account_after(play, view)}


async def _request(play: Play, step: steps.RequestStep) -> tuple[Headers, dict[str, Any]]:
    who, body = await play.asked(step, step.account)
    facts = {k: play.tickets.get(str(v), v) if k == "same_problem_as" else v for k, v in step.facts.items()}
    given = step.model_dump(include={"channel", "menu_option", "action", "estimated_minutes"}, exclude_none=True)
    for name in ("account", "on_behalf_of"):
        if (value := getattr(step, name)) is not None:
            body[name] = play.file.accounts[value].account
    return who, {**body, "facts": facts, **given}


async def _account_after(play: Play, view: Mapping[str, Any]) -> dict[str, Any] | None:
    """The account that an answer names, as it stands then."""
    if view["account"] is None:
        return None
    id_, responsible = view["account"]["id"], view.get("responsible")
    return await entrances.account_after(play.town, id_, play.file.accounts, responsible)


async def _as_the_desk_finds_it(
    play: Play, facts: dict[str, Any], account: str | None, body: dict[str, Any]
) -> dict[str, Any]:
    """What the desk says of a form or a text itself is made true, and left for it to say."""
    said = {name: value for name, value in facts.items() if name not in BY_THE_DESK}
    if facts.get("credentials_in_body"):
        body["body"] = "password: Zx9!canary"
    if facts.get("secure_form_ref") is not None:
        said["secure_form_ref"] = str(await play.town.form(account, facts.get("secure_form_state", "valid")))
    return said
