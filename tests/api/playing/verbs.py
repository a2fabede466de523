"""Steps that are verbs on a ticket or an account."""

from typing import Any

from app.policy.scenarios import steps
from app.services.tickets.saying import BODIES
from tests.api.playing import money
from tests.api.playing.answers import refused
from tests.api.playing.play import Play


async def transition(play: Play, step: steps.TransitionStep) -> dict[str, Any]:
    if step.ticket is None:
        return await _of_account(play, step)
    id_ = play.tickets[step.ticket]
    account = await play.account_of(id_)
    staff = step.by.role == "staff"
    who = await play.town.by_staff(step.by.email) if staff else None
    if step.verb in money.QUOTE_VERBS:
        answer = await money.change(play, step, id_, account, who)
    else:
        who = who or await play.town.by_customer(step.by, account)
        body = await _body(play, step)
        answer = await play.sent(who, f"/v1/tickets/{id_}/{step.verb.replace('_', '-')}", body)
    if not answer.is_success:
        return {**await play.standing(id_), **refused(answer)}
    return play.groups(await play.read(id_))


async def _of_account(play: Play, step: steps.TransitionStep) -> dict[str, Any]:
    assert step.account is not None
    staff = step.by.role == "staff"
    who = await (play.town.by_staff(step.by.email) if staff else play.town.by_customer(step.by, step.account))
    body = {"reason": "x", **step.payload} if step.verb == "hold" else None
    path = f"/v1/accounts/{play.file.accounts[step.account].account}/{step.verb}"
    answer = await play.sent(who, path, body)
    if not answer.is_success:
        return refused(answer)
    return {"outcome": "accepted", "account": {"state": answer.json()["state"]}}


async def _body(play: Play, step: steps.TransitionStep) -> dict[str, Any] | None:
    model = BODIES.get(step.verb)
    if model is None:
        return None
    known = {*model.model_fields, "from", "until"} if step.verb == "schedule" else set(model.model_fields)
    body: dict[str, Any] = {**_NEEDED.get(step.verb, {}), **{k: v for k, v in step.payload.items() if k in known}}
    if "staff" in body:
        await play.town.by_staff(str(body["staff"]))
    if "into" in body:
        body["into"] = play.tickets[str(body["into"])]
    if step.verb == "schedule":
        window = {name: body.pop(name) for name in ("from", "until") if name in body}
        body |= {"window": window} if window else {}
    return body


_NEEDED: dict[str, dict[str, Any]] = {
    "diagnose": {"note": "x"},
    "verify": {"note": "x"},
    "availability": {"note": "x"},
    "excuse": {"note": "x"},
    "record_work": {"note": "x"},
    "hand_over": {"note": "x"},
    "resolve": {"resolution": "x"},
    "reopen": {"reason": "x"},
    "escalate": {"reason": "x"},
    "transfer": {"reason": "x"},
    "override": {"reason": "x"},
}
"""What HTTP wants said and scenarios leave out."""
