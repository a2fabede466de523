"""Steps about money: prices, consent and what is paid."""

from typing import Any

import httpx2

from app.base.vocabulary import Scope
from app.policy.scenarios import steps
from tests.api.playing.answers import reasons, refused
from tests.api.playing.play import Play
from tests.api.playing.town import NotOffered
from tests.frontdesk import Headers

QUOTE_VERBS = frozenset({"quote", "consent", "decline", "pay", "waive", "settle"})
_SAID: dict[str, tuple[str, ...]] = {
    "quote": ("amount", "minutes"),
    "consent": (),
    "decline": ("reason",),
    "pay": ("amount", "currency"),
    "waive": ("reason",),
    "settle": ("minutes",),
}


async def quote(play: Play, step: steps.QuoteStep) -> dict[str, Any]:
    if step.account is None:
        raise NotOffered("a price for nobody in particular")
    play.check_facts(step.facts)
    body: dict[str, Any] = {"facts": step.facts, "account": play.file.accounts[step.account].account}
    body |= {"rule": step.rule} if step.rule is not None else {}
    body |= {"estimated_minutes": step.minutes} if step.minutes is not None else {}
    who = await play.town.by_staff(None)
    answer = await play.sent(who, "/v1/quotes", body)
    if answer.status_code != 201:
        return refused(answer)
    quote = answer.json()
    total = quote["total"] or {"amount": None, "currency": None}
    fee = {
        "amount": total["amount"],
        "alternatives": [money["amount"] for money in quote["alternatives"]],
        "prepay_required": quote["prepay"]["required"],
        "prepay_minimum": (quote["prepay"]["minimum"] or {}).get("amount"),
        **{name: quote[name] for name in ("rule", "terms", "consent_required", "indicative")},
    }
    return {"outcome": "accepted", "fee": fee, **reasons(quote)}


async def change(
    play: Play, step: steps.TransitionStep, ticket: str, account: str | None, staff: Headers | None
) -> httpx2.Response:
    payload = {name: value for name, value in step.payload.items() if name in _SAID[step.verb]}
    if step.verb == "quote":
        body: dict[str, Any] = {"ticket": ticket}
        view = await play.read(ticket)
        if "amount" in payload:
            body["amount"] = {"amount": payload["amount"], "currency": view["fee"]["currency"]}
        if "minutes" in payload:
            body["estimated_minutes"] = payload["minutes"]
        return await play.sent(staff or {}, "/v1/quotes", body)
    customer = await play.town.by_customer(step.by if step.by.role is None else None, account)
    path = await _latest_quote(play, ticket, customer)
    if isinstance(path, httpx2.Response):  # whoever may not even ask for a price
        return path
    match step.verb:
        case "consent" | "decline":
            body = {"reason": payload["reason"]} if "reason" in payload else {}
            return await play.sent(customer, f"{path}/{step.verb}", body)
        case "pay":
            money = {"amount": payload["amount"], "currency": payload["currency"]}
            body = {"amount": money, "reference": f"INV-{play.front.now.isoformat()}-{ticket}"}
            return await play.sent(await play.town.by_service(Scope.PAYMENTS), f"{path}/payments", body)
        case "waive":
            return await play.sent(staff or customer, f"{path}/waive", {"reason": "x", **payload})
        case _:
            return await play.sent(staff or customer, f"{path}/settle", {"minutes": 0, **payload})


async def _latest_quote(play: Play, ticket: str, customer: Headers) -> str | httpx2.Response:
    """The price that stands; where the policy itself has put it, the customer asks for it first."""
    found = await play.front.client.get("/v1/quotes", params={"ticket": ticket, "limit": 1}, headers=customer)
    listed = found.json()["data"]
    if not listed:
        asked = await play.sent(customer, "/v1/quotes", {"ticket": ticket})
        if asked.status_code != 201:
            return asked
        listed = [asked.json()]
    return f"/v1/quotes/{listed[0]['id']}"
