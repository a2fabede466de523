"""Requests made up from what is supposed of them, with the account and the person that they take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.examples.supposing import LATER, Way
from app.policy.language import tables
from app.policy.language.document import Document
from app.policy.language.effects import Require
from app.policy.language.standard import DERIVED, STATED
from app.policy.stages.standing import RESELLER_CUSTOMER

CUSTOMER, RESELLER, TICKET = "customer", "reseller", "ticket"
"""Names that scenes give to their accounts and their ticket."""

_ADDRESS, _STRANGER = "somebody@customer.example", "stranger@elsewhere.example"

StepOf = tuple[str, dict[str, Any]]
"""A kind of step and what the file would say in it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is played: the account that it is about, the steps before, and the one that decides."""

    when: StepOf
    given: tuple[StepOf, ...] = ()
    account: Mapping[str, Any] = field(default_factory=dict)


class Requests:
    """Requests of customers of one policy, around one instant."""

    def __init__(self, policy: CompiledPolicy, at: datetime) -> None:
        self._document, self._at = policy.document, at
        self.complete = _answers(policy.document)
        """Something for every fact that a rule of intake asks for."""

    # ── requests ─────────────────────────────────────────────────────────────
    def asked(self, way: Way, kind: str = "ticket") -> Iterator[Scene]:
        """As the way says and no more, then with all that intake may ask for; by each of the channels."""
        channels = [way["channel"]] if way.get("channel") else [None, *self._document.channels]
        for more in ({}, self.complete):
            for channel in channels:
                yield self.one({**more, **way, "channel": channel}, kind)

    def one(self, way: Way, kind: str) -> Scene:
        step: dict[str, Any] = {"at": _instant(way.get("received_at")) or self._at, "sender": self._sender(way)}
        step["facts"] = {n: v for n, v in way.items() if v is not None and self.may_state(n)}
        step |= {n: way[n] for n in ("channel", "menu_option", "action", "estimated_minutes") if way.get(n) is not None}
        if "account" not in way:
            step["account"] = CUSTOMER
        given: tuple[StepOf, ...] = ()
        if way.get("incident.open"):
            given = (("event", {"type": "monitor_down", "server": "web1", "at": self._at}),)
        if way.get("sender.standing") == RESELLER:
            step |= {"account": RESELLER, "on_behalf_of": CUSTOMER}
        return Scene((kind, step), given, self.account(way))

    def may_state(self, name: str) -> bool:
        return name in STATED or name in self._document.facts or name not in {*DERIVED, LATER, "server"}

    def _sender(self, way: Way) -> dict[str, Any]:
        match way.get("sender.standing"):
            case "unlisted":
                return {"email": _STRANGER}
            case "unverified":
                return {"name": "Kim Rivers"}
            case "staff" | "system" as role:
                return {"email": "agent@desk.example", "role": role}
            case "reseller":
                return {"email": "support@reseller.example"}
            case _ if way.get("sender.email") == "invalid":
                return {"email": "nobody"}
            case _:
                proof = way.get("sender.mail_auth")
                return {"email": _ADDRESS, **({"mail_auth": proof} if proof else {})}

    def account(self, way: Way) -> dict[str, Any]:
        standing, document = way.get("sender.standing"), self._document
        listed = standing in document.contacts or standing == RESELLER_CUSTOMER
        role = standing if listed else next(iter(document.contacts), "customer")
        products = way.get("product") or next(iter(document.products), None)
        found: dict[str, Any] = {
            "contacts": [{"role": role, "email": _ADDRESS, "name": "Kim Rivers"}],
            "product": products,
            "server": "web1",
            "active": way.get("account.active", True) is not False,
            "contact_info_current": way.get("account.contact_info_current", True) is not False,
        }
        if standing in ("reseller", RESELLER_CUSTOMER) or way.get("account.reseller") or way.get(RESELLER):
            found["reseller"] = RESELLER
        if way.get("contract.serves") or way.get("contract"):
            found["contract"] = {"after_hours": True}
        if way.get("product_available") is False:
            found["market_catalogue"] = [p for p in document.products if p != products] or ["another"]
        return found


def _answers(document: Document) -> dict[str, Any]:
    asked = {
        name
        for rule in tables.rules(document)
        for effect in (*rule.then, *rule.else_)
        if isinstance(effect, Require)
        for group in effect.any_of
        for name in group
    }
    found: dict[str, Any] = {}
    for name in sorted(asked & document.facts.keys()):
        fact = document.facts[name]
        if fact.type in ("text", "enum", "bool", "int", "list", "email"):
            words = {"bool": True, "int": 1, "list": ["one"], "email": _ADDRESS, "enum": next(iter(fact.values), "")}
            found[name] = words.get(fact.type, "something")
    return found


def _instant(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None
