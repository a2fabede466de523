"""Scenarios told to the desk over HTTP: each step is what its caller would send, at the step's own time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx2
import orjson
from pydantic import BaseModel

from app.base.vocabulary import Asserter, Role, Scope
from app.db.tables.accounts import Account
from app.db.tables.contacts import Contact
from app.db.tables.policies import SettingsRevision
from app.db.tables.providers import Provider
from app.db.tables.resellers import Reseller
from app.policy.scenarios import steps
from app.policy.scenarios.file import Case, FileAccount, Played, Scenario, ScenarioFile
from app.policy.scenarios.matching import mismatches
from app.policy.scenarios.memory import ORDINARY
from app.policy.situation import Sender
from app.schemas import verbs
from tests import factories
from tests.api import playing_events
from tests.frontdesk import NOW, FrontDesk, Headers, library_policy

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OFFERED = ("ticket", "classify", "message", "transition", "quote", "contact", "action", "event", "notice", "read")
_ASKING = ("classify", "read")
"""Steps that change nothing."""
_BY_THE_DESK = frozenset({"secure_form_state", "credentials_in_body"})
_WORDLESS = "…"
"""Words decide nothing in a scenario; here they would propose a topic."""
_EVERY_ROW = (
    *(
        "secure_form",
        "event",
        "message",
        "clock",
        "payment",
        "quote",
        "ticket",
        "notice",
        "idempotency_key",
        "settings_revision",
    ),
)
_PEOPLE = ("contact", "hosted_domain", "account", "reseller")


class NotOffered(Exception):  # noqa: N818 - it reads as what happened
    """A step that cannot be told over HTTP, or not yet."""


@dataclass
class Town:
    """The accounts of a file at one provider, as rows; what a scenario does to them is put back."""

    front: FrontDesk
    provider: Provider
    accounts: dict[str, Account] = field(default_factory=dict)
    people: dict[str, list[Contact]] = field(default_factory=dict)
    resellers: dict[str, Reseller] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)
    services: dict[frozenset[Scope], UUID] = field(default_factory=dict)
    kept: dict[str, list[Any]] = field(default_factory=dict)
    untouched: bool = False
    """Since everything was put back, nobody has done more than ask."""

    @classmethod
    async def built(cls, front: FrontDesk, policy: str, accounts: Mapping[str, FileAccount]) -> "Town":
        town = cls(front, await front.provider(policy))
        own = {name: account for name, account in accounts.items() if account.provider == policy}
        for name, account in own.items():
            if account.is_reseller:
                town.resellers[name] = await factories.reseller(
                    front.owner, town.provider.id, number=account.account, name=account.holder or account.account
                )
        for name, account in own.items():
            await town._add(name, account)
        for name, firm in town.resellers.items():
            await front.owner.execute(
                "UPDATE reseller SET account_id = $1 WHERE id = $2", town.accounts[name].id, firm.id
            )
        for table in _PEOPLE:
            town.kept[table] = [
                row["row"] for row in await front.owner.fetch(f"SELECT to_jsonb(t) AS row FROM {table} t")
            ]
        return town

    async def _add(self, name: str, account: FileAccount) -> None:
        contract = account.contract.model_dump(mode="json", exclude_none=True) if account.contract else None
        if contract is not None:
            resolve = contract.pop("resolve", {})
            contract |= {"targets": {"resolve": resolve}} if resolve else {}
        plain = ("product", "product_variant", "market", "server", "active", "contact_info_current", "is_reseller")
        row = await factories.account(
            self.front.owner,
            self.provider.id,
            number=account.account,
            holder=account.holder or account.account,
            products=list(account.products),
            market_catalogue=list(account.market_catalogue) if account.market_catalogue is not None else None,
            reseller_id=self.resellers[account.reseller].id if account.reseller else None,
            users_total=account.users_total,
            vip=list(account.vip),
            contract=contract,
            **{field_: getattr(account, field_) for field_ in plain},
        )
        self.accounts[name] = row
        for domain in account.hosted_domains:
            await factories.hosted_domain(self.front.owner, row, name=domain)
        roles = library_policy(self.provider.slug)[1].document.contacts
        taken: Counter[str] = Counter()
        for person in account.contacts:
            taken[person.role] += 1
            terms = roles.get(person.role)
            self.people.setdefault(name, []).append(
                await factories.contact(
                    self.front.owner,
                    row,
                    role=person.role,
                    token_role=str(terms.token_role if terms else Role.AUTHORISED_CONTACT),
                    slot=taken[person.role] if terms is not None and terms.max is not None else None,
                    email=person.email.lower() if person.email else None,
                    login=person.user,
                    name=person.name,
                )
            )

    async def emptied(self) -> None:
        owner = self.front.owner
        named = await owner.fetch("SELECT type, data, decision FROM event WHERE concat(decision, data) LIKE '%@%'")
        assert [dict(event) for event in named] == [], "the log names ids and roles, never addresses"
        gone = "; ".join(f"DELETE FROM {table}" for table in (*_EVERY_ROW, *_PEOPLE))
        await owner.execute(f"SET session_replication_role = replica; {gone}")
        for table, rows in self.kept.items():
            await owner.execute(f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)", rows)
        await owner.execute("RESET session_replication_role")

    async def form(self, account: str | None, judged: str) -> UUID:
        """A secure form of which the desk will say so."""
        id_ = factories.new_id()
        if judged != "unknown":
            row = self.accounts[account] if account is not None and judged != "foreign" else None
            filled = judged != "expired"
            await self.front.owner.execute(
                """INSERT INTO secure_form (provider_id, id, account_id, state, purpose, sealed, requested_by,
                     expires_at, created_at, updated_at)
                   VALUES ($1, $2, $3, $4, 'credentials', $5, 'staff', $6, $7, $7)""",
                self.provider.id, id_, row.id if row else None, "filled" if filled else "expired",
                b"sealed" if filled else None, self.front.now + timedelta(days=7), self.front.now,
            )  # fmt: skip
        return id_

    # ── who ──────────────────────────────────────────────────────────────────
    async def by_staff(self, email: str | None) -> Headers:
        email = email or "somebody@desk.example"
        if email not in self.staff:
            row = await factories.staff(self.front.owner, self.provider.id, email=email, name=email, level=9)
            self.staff[email] = row.id
        return self.front.bearer(self.provider, Role.STAFF, self.staff[email])

    async def by_service(self, *scopes: Scope) -> Headers:
        known = frozenset(scopes)
        if known not in self.services:
            row = await factories.api_client(self.front.owner, self.provider.id, scopes=sorted(map(str, scopes)))
            self.services[known] = row.id
        return self.front.bearer(self.provider, Role.SERVICE, self.services[known], scopes=known)

    async def by_customer(self, sender: Sender | None, account: str | None) -> Headers:
        """A token for a listed person, or for the firm of one listed on a reseller's account."""
        if sender is not None and sender.mail_auth == "fail":
            raise NotOffered("a step of somebody who has no token")
        for name, people in self.people.items():
            for person in people:
                same = sender is None or (sender.email, sender.user) in (
                    (person.email, person.login), (person.email, None), (None, person.login)
                )  # fmt: skip
                if same and name == account:
                    return self.front.contact(self.provider, person)
                if same and sender is not None and name in self.resellers:
                    return await self.front.reseller(self.provider, self.resellers[name])
        raise NotOffered("a step of somebody who has no token")


@dataclass
class Play:
    """One case, told step by step."""

    town: Town
    file: ScenarioFile
    tickets: dict[str, str] = field(default_factory=dict)
    """Ids by the file's names."""

    @property
    def front(self) -> FrontDesk:
        return self.town.front

    async def step(self, played: Played) -> list[str]:
        """What is otherwise than the step expects; NotOffered where it cannot be told."""
        if played.kind not in OFFERED:
            raise NotOffered(played.kind)
        step = played.step
        self.front.now = step.at.astimezone(UTC) if step.at is not None else ORDINARY
        match step:
            case steps.TicketStep():
                groups = await self._ticket(step, played.as_)
            case steps.ClassifyStep() | steps.ReadStep():
                groups = await (self._classify(step) if isinstance(step, steps.ClassifyStep) else self._policy(step))
            case steps.MessageStep():
                groups = await self._message(step)
            case steps.TransitionStep(ticket=str(name)):
                groups = await self._transition(step, name)
            case steps.TransitionStep():
                groups = await self._account(step)
            case steps.QuoteStep():
                groups = await self._quote(step)
            case steps.ActionStep():
                groups = await self._action(step)
            case steps.EventStep():
                groups = await self._event(step)
            case steps.NoticeStep():
                groups = await playing_events.announce(self.town, step, self.file.accounts)
            case steps.ContactStep():
                groups = await self._contact(step)
            case _:
                raise NotOffered(played.kind)
        return [str(m) for m in mismatches(_expected(played.then, groups), groups)]

    # ── requests ─────────────────────────────────────────────────────────────
    async def _asked(self, step: steps.RequestStep, account: str | None) -> tuple[Headers, dict[str, Any]]:
        """Staff write down who asked; they may assert what customers and staff may."""
        self._check_facts(step.facts)
        who = await self.town.by_staff(None)
        sender = step.sender
        if sender is not None and sender.role == "system":
            return await self.town.by_service(Scope.EVENTS), {}
        if sender is not None and sender.role == "staff":
            return who, {}
        named: dict[str, Any] = {}
        if sender is not None:
            named = sender.model_dump(exclude_none=True, exclude={"role"})
        elif account is not None and (people := self.file.accounts[account].contacts):
            named = people[0].model_dump(include={"email", "user", "name"}, exclude_none=True)
        if not named.keys() - {"mail_auth"}:
            raise NotOffered("a request of nobody")
        if step.on_behalf_of is not None and account is None:
            raise NotOffered("a reseller's request without its account")
        return who, {"sender": named}

    def _check_facts(self, facts: Mapping[str, Any]) -> None:
        """Staff say what staff and customers may; the rest is said by contracts, monitoring and the desk itself."""
        declared = library_policy(self.town.provider.slug)[1].document.facts
        for name in facts.keys() - _BY_THE_DESK:
            known = declared.get(name)
            if known is not None and not {Asserter.STAFF, Asserter.CUSTOMER} & set(known.asserted_by):
                raise NotOffered("a fact that staff do not assert")

    async def _request(self, step: steps.RequestStep) -> tuple[Headers, dict[str, Any]]:
        who, body = await self._asked(step, step.account)
        facts = {k: self.tickets.get(str(v), v) if k == "same_problem_as" else v for k, v in step.facts.items()}
        given = step.model_dump(include={"channel", "menu_option", "action", "estimated_minutes"}, exclude_none=True)
        for name in ("account", "on_behalf_of"):
            if (value := getattr(step, name)) is not None:
                body[name] = self.file.accounts[value].account
        return who, {**body, "facts": facts, **given}

    async def _classify(self, step: steps.ClassifyStep) -> dict[str, Any]:
        who, body = await self._request(step)
        if set(body["facts"]) & {*_BY_THE_DESK, "secure_form_ref"}:
            raise NotOffered("a fact that staff do not assert")
        answer = await self.front.client.post("/v1/classifications", json=body, headers=who)
        return self._decided(answer.json()) if answer.is_success else _refused(answer)

    async def _policy(self, step: steps.ReadStep) -> dict[str, Any]:
        """As anybody may read it."""
        at = {"at": self.front.now.isoformat()} if step.at is not None else {}
        answer = await self.front.client.get(f"/v1/policies/{self.town.provider.slug}", params=at)
        if answer.status_code in (404, 409):
            return {"policy": None}
        view = {**answer.json(), "clauses": len(answer.json()["clauses"])}
        view["published"] = view["published"] and date.fromisoformat(view["published"])
        return {"outcome": "accepted", "policy": _read_instants(view)}

    async def _ticket(self, step: steps.TicketStep, as_: str | None) -> dict[str, Any]:
        who, whole = await self._request(step)
        facts = await self._as_the_desk_finds_it(whole["facts"], step.account, whole)
        whole = {"subject": _WORDLESS, **whole, "facts": facts}
        if playing_events.is_call(self.town, whole):
            answer = await self._sent(who, "/v1/inbound/calls", playing_events.as_call(whole))
        else:
            answer = await self._sent(who, "/v1/tickets", whole)
        if answer.status_code not in (200, 201):
            return _refused(answer)
        view = answer.json()
        if as_ is not None:
            made = await self.front.owner.fetchval("SELECT id FROM ticket ORDER BY id DESC LIMIT 1")
            self.tickets[as_] = str(made)
        if answer.status_code == 200:
            latest = "SELECT decision FROM ticket WHERE merged_into = $1 ORDER BY id DESC LIMIT 1"
            merged = await self.front.owner.fetchrow(latest, UUID(view["id"]))
            return self._groups(view, merged["decision"], merged_into=view["id"], appended=True)
        return {**self._groups(view), "account": await self._account_after(view)}

    async def _event(self, step: steps.EventStep) -> dict[str, Any]:
        answer = await playing_events.report(self.town, step, self.file.accounts)
        assert answer.status_code == 201, answer.text
        view = answer.json()
        groups = {name: _read_instants(value) for name, value in view["decision"].items() if name in _OF_EVENTS}
        groups["effects"] = [self._effect(e) for e in groups["effects"]]
        return {**groups, **_reasons(view["decision"]), "ticket": None, "account": await self._account_after(view)}

    async def _account_after(self, view: Mapping[str, Any]) -> dict[str, Any] | None:
        """The account that an answer names, as it stands then."""
        if view["account"] is None:
            return None
        id_, responsible = view["account"]["id"], view.get("responsible")
        return await playing_events.account_after(self.town, id_, self.file.accounts, responsible)

    async def _as_the_desk_finds_it(
        self, facts: dict[str, Any], account: str | None, body: dict[str, Any]
    ) -> dict[str, Any]:
        """What the desk says of a form or a text itself is made true, and left for it to say."""
        said = {name: value for name, value in facts.items() if name not in _BY_THE_DESK}
        if facts.get("credentials_in_body"):
            body["body"] = "password: Zx9!canary"
        if facts.get("secure_form_ref") is not None:
            said["secure_form_ref"] = str(await self.town.form(account, facts.get("secure_form_state", "valid")))
        return said

    async def _message(self, step: steps.MessageStep) -> dict[str, Any]:
        if step.action or step.estimated_minutes:
            raise NotOffered("a message with an action")
        id_ = self.tickets[step.ticket]
        who, body = await self._asked(step, await self._account_of(id_))
        body |= {"body": _WORDLESS, "facts": step.facts}
        if step.channel is not None:
            body["channel"] = step.channel
        answer = await self._sent(who, f"/v1/tickets/{id_}/messages", body)
        if answer.status_code != 201:
            # Nothing is recorded of it, so it has a reason but no outcome.
            reason = {k: v for k, v in _refused(answer).items() if k != "outcome"}
            return {**reason, **await self._standing(id_, appended=False)}
        written = answer.json()
        return self._groups(await self._read(written["ticket"]["id"]), appended=written.get("follow_up_of") is None)

    async def _account_of(self, ticket: str) -> str | None:
        id_ = await self.front.owner.fetchval("SELECT account_id FROM ticket WHERE id = $1", UUID(ticket))
        return next((name for name, row in self.town.accounts.items() if row.id == id_), None)

    # ── verbs ────────────────────────────────────────────────────────────────
    async def _transition(self, step: steps.TransitionStep, name: str) -> dict[str, Any]:
        id_ = self.tickets[name]
        account = await self._account_of(id_)
        staff = step.by.role == "staff"
        who = await self.town.by_staff(step.by.email) if staff else None
        if step.verb in _QUOTE_VERBS:
            answer = await self._money(step, id_, account, who)
        else:
            who = who or await self.town.by_customer(step.by, account)
            body = await self._body(step)
            answer = await self._sent(who, f"/v1/tickets/{id_}/{step.verb.replace('_', '-')}", body)
        if not answer.is_success:
            return {**await self._standing(id_), **_refused(answer)}
        return self._groups(await self._read(id_))

    async def _body(self, step: steps.TransitionStep) -> dict[str, Any] | None:
        model = _BODIES.get(step.verb)
        if model is None:
            return None
        known = {*model.model_fields, "from", "until"} if step.verb == "schedule" else set(model.model_fields)
        body: dict[str, Any] = {**_NEEDED.get(step.verb, {}), **{k: v for k, v in step.payload.items() if k in known}}
        if "staff" in body:
            await self.town.by_staff(str(body["staff"]))
        if "into" in body:
            body["into"] = self.tickets[str(body["into"])]
        if step.verb == "schedule":
            window = {name: body.pop(name) for name in ("from", "until") if name in body}
            body |= {"window": window} if window else {}
        return body

    async def _money(
        self, step: steps.TransitionStep, ticket: str, account: str | None, staff: Headers | None
    ) -> httpx2.Response:
        payload = {name: value for name, value in step.payload.items() if name in _SAID[step.verb]}
        if step.verb == "quote":
            body: dict[str, Any] = {"ticket": ticket}
            view = await self._read(ticket)
            if "amount" in payload:
                body["amount"] = {"amount": payload["amount"], "currency": view["fee"]["currency"]}
            if "minutes" in payload:
                body["estimated_minutes"] = payload["minutes"]
            return await self._sent(staff or {}, "/v1/quotes", body)
        customer = await self.town.by_customer(step.by if step.by.role is None else None, account)
        path = await self._latest_quote(ticket, customer)
        if isinstance(path, httpx2.Response):  # whoever may not even ask for a price
            return path
        match step.verb:
            case "consent" | "decline":
                body = {"reason": payload["reason"]} if "reason" in payload else {}
                return await self._sent(customer, f"{path}/{step.verb}", body)
            case "pay":
                money = {"amount": payload["amount"], "currency": payload["currency"]}
                body = {"amount": money, "reference": f"INV-{self.front.now.isoformat()}-{ticket}"}
                return await self._sent(await self.town.by_service(Scope.PAYMENTS), f"{path}/payments", body)
            case "waive":
                return await self._sent(staff or customer, f"{path}/waive", {"reason": "x", **payload})
            case _:
                return await self._sent(staff or customer, f"{path}/settle", {"minutes": 0, **payload})

    async def _latest_quote(self, ticket: str, customer: Headers) -> str | httpx2.Response:
        """The price that stands; where the policy itself has put it, the customer asks for it first."""
        found = await self.front.client.get("/v1/quotes", params={"ticket": ticket, "limit": 1}, headers=customer)
        listed = found.json()["data"]
        if not listed:
            asked = await self._sent(customer, "/v1/quotes", {"ticket": ticket})
            if asked.status_code != 201:
                return asked
            listed = [asked.json()]
        return f"/v1/quotes/{listed[0]['id']}"

    # ── accounts and prices ──────────────────────────────────────────────────
    async def _account(self, step: steps.TransitionStep) -> dict[str, Any]:
        assert step.account is not None
        staff = step.by.role == "staff"
        who = await (self.town.by_staff(step.by.email) if staff else self.town.by_customer(step.by, step.account))
        body = {"reason": "x", **step.payload} if step.verb == "hold" else None
        path = f"/v1/accounts/{self.file.accounts[step.account].account}/{step.verb}"
        answer = await self._sent(who, path, body)
        if not answer.is_success:
            return _refused(answer)
        return {"outcome": "accepted", "account": {"state": answer.json()["state"]}}

    async def _quote(self, step: steps.QuoteStep) -> dict[str, Any]:
        if step.account is None:
            raise NotOffered("a price for nobody in particular")
        self._check_facts(step.facts)
        body: dict[str, Any] = {"facts": step.facts, "account": self.file.accounts[step.account].account}
        body |= {"rule": step.rule} if step.rule is not None else {}
        body |= {"estimated_minutes": step.minutes} if step.minutes is not None else {}
        who = await self.town.by_staff(None)
        answer = await self._sent(who, "/v1/quotes", body)
        if answer.status_code != 201:
            return _refused(answer)
        quote = answer.json()
        total = quote["total"] or {"amount": None, "currency": None}
        fee = {
            "amount": total["amount"],
            "alternatives": [money["amount"] for money in quote["alternatives"]],
            "prepay_required": quote["prepay"]["required"],
            "prepay_minimum": (quote["prepay"]["minimum"] or {}).get("amount"),
            **{name: quote[name] for name in ("rule", "terms", "consent_required", "indicative")},
        }
        return {"outcome": "accepted", "fee": fee, **_reasons(quote)}

    async def _action(self, step: steps.ActionStep) -> dict[str, Any]:
        account = step.account or (await self._account_of(self.tickets[step.ticket]) if step.ticket else None)
        who, body = await self._asked(step, account)
        body |= {"action": step.action, "facts": step.facts}
        body |= step.model_dump(include={"channel", "menu_option"}, exclude_none=True)
        body |= {"account": self.file.accounts[account].account} if account is not None else {}
        body |= {"ticket": self.tickets[step.ticket]} if step.ticket is not None else {}
        told = await self.front.client.post("/v1/authority", json=body, headers=who)
        answer = await self._sent(who, "/v1/actions", body)
        authority = told.json()
        if answer.status_code != 201:
            assert (told.status_code, authority["allowed"]) == (200, False), told.text
            return {**_refused(answer), **{name: authority[name] for name in ("outcome", "standing", "redirect")},
                    **_reasons(authority)}  # fmt: skip
        assert authority["allowed"] is (answer.json()["outcome"] == "accepted"), told.text
        assert authority["citations"] == answer.json()["decision"]["citations"]
        return self._groups(await self._read(answer.json()["id"]))

    async def _contact(self, step: steps.ContactStep) -> dict[str, Any]:
        done = await self._change_of_contacts(step)
        listed = await self.front.client.get(
            f"/v1/accounts/{self.file.accounts[step.account].account}/contacts",
            params={"limit": 100},
            headers=await self.town.by_staff(None),
        )
        of_role = [person for person in listed.json()["data"] if person["role"] == step.role]
        return {**done, "contacts": {"role": step.role, "count": len(of_role)}} if step.role is not None else done

    async def _change_of_contacts(self, step: steps.ContactStep) -> dict[str, Any]:
        if step.facts:
            raise NotOffered("a change of contacts with facts")
        number = self.file.accounts[step.account].account
        who = await (self.town.by_staff(None) if step.op == "add" else self.town.by_customer(step.sender, step.account))
        if step.op == "add":
            named = step.sender or self.file.accounts[step.account].contacts[0]
            sender = named.model_dump(include={"email", "user", "name", "mail_auth"}, exclude_none=True)
            body = {"role": step.role, "email": step.email, "sender": sender}
            return _done(await self._sent(who, f"/v1/accounts/{number}/contacts", body))
        if step.op == "confirm_all":
            return _done(await self._sent(who, f"/v1/accounts/{number}/confirm-contacts", None))
        people = self.town.people[step.account]
        of_role = [p for p in people if p.role == step.role and step.email is None]
        found = next((p for p in (*people, *of_role) if p in of_role or p.email == step.email), None)
        if found is None:
            raise NotOffered("a change of somebody who is not listed")
        path, headers = f"/v1/contacts/{found.id}", {**who, "If-Match": "*"}
        if step.op == "remove":
            answer = await self.front.client.delete(path, headers=headers)
        else:
            answer = await self.front.client.patch(path, json={"email": step.new_email}, headers=headers)
        return _done(answer)

    # ── answers ──────────────────────────────────────────────────────────────
    async def _sent(self, who: Headers, path: str, body: Any) -> httpx2.Response:
        answer = await self.front.client.post(path, json=body, headers={**who, **self.front.key()})
        assert answer.status_code < 500, answer.text
        return answer

    async def _read(self, ticket: str) -> dict[str, Any]:
        answer = await self.front.client.get(f"/v1/tickets/{ticket}", headers=await self.town.by_staff(None))
        view: dict[str, Any] = answer.json()
        return view

    async def _standing(self, ticket: str, **more: Any) -> dict[str, Any]:
        """How the ticket stands after a step that was refused."""
        groups = self._groups(await self._read(ticket), **more)
        return {name: groups[name] for name in ("work_gate", "priority", "department", "level", "coverage", "fee",
                                                "ticket", "targets")}  # fmt: skip

    def _groups(
        self, view: Mapping[str, Any], decision: Mapping[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The view in the words of scenarios."""
        shown = decision or view["decision"]
        names = {id_: name for name, id_ in self.tickets.items()}
        emails = {str(id_): email for email, id_ in self.town.staff.items()}
        merged = more.get("merged_into", view["merged_into"])
        ticket = {
            **{name: view[name] for name in ("status", "level", "department", "incident")},
            "merged_into": names.get(merged, merged),
            "assignee": emails.get(view["assignee"]["id"]) if view["assignee"] else None,
            "appended": more.get("appended", False),
        }
        return {**self._decided(shown), "ticket": ticket}

    def _decided(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        groups = {k: _read_instants(v) for k, v in shown.items() if k not in ("targets", "citations", "assumptions")}
        groups["targets"] = {t["metric"]: {
            "due": _instant(t["due_at"]), "earliest": _instant(t["earliest_at"]), "kind": t["kind"],
            "strength": t["strength"], "clock_start": _instant(t["clock_start"]), "status": t["status"],
        } for t in shown["targets"]}  # fmt: skip
        groups["effects"] = [self._effect(e) for e in groups["effects"]]
        return {**groups, **_reasons(shown)}

    def _effect(self, effect: dict[str, Any]) -> dict[str, Any]:
        names = {row.number: name for name, row in self.town.accounts.items()}
        names |= {str(p.id): p.email or p.login or "" for people in self.town.people.values() for p in people}
        return {k: names.get(v, v) if isinstance(v, str) else v for k, v in effect.items()}


_OF_EVENTS = ("effects", "breach", "priority", "department")
_QUOTE_VERBS = frozenset({"quote", "consent", "decline", "pay", "waive", "settle"})
_SAID: dict[str, tuple[str, ...]] = {
    "quote": ("amount", "minutes"),
    "consent": (),
    "decline": ("reason",),
    "pay": ("amount", "currency"),
    "waive": ("reason",),
    "settle": ("minutes",),
}
_BODIES: dict[str, type[BaseModel]] = {
    "triage": verbs.Triage,
    "assign": verbs.Assign,
    "hand_over": verbs.HandOver,
    "escalate": verbs.Escalate,
    "transfer": verbs.Transfer,
    "diagnose": verbs.Diagnose,
    "verify": verbs.Verify,
    "availability": verbs.Availability,
    "negotiate": verbs.Negotiate,
    "schedule": verbs.Schedule,
    "excuse": verbs.Excuse,
    "override": verbs.Override,
    "record_work": verbs.RecordWork,
    "resolve": verbs.Resolve,
    "reopen": verbs.Reopen,
    "merge": verbs.Merge,
}
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


def _reasons(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cites": [c["clause"] for c in shown["citations"]],
        "assumptions": [a["id"] for a in shown["assumptions"]],
    }


def _done(answer: httpx2.Response) -> dict[str, Any]:
    return {"outcome": "accepted"} if answer.is_success else _refused(answer)


def _refused(answer: httpx2.Response) -> dict[str, Any]:
    problem = answer.json()
    if answer.status_code == 404:
        raise NotOffered("what lies out of reach")
    if answer.status_code == 422:
        pointers = [fault["pointer"] for fault in problem["errors"]]
        if pointers == ["/sender/email"]:
            raise NotOffered("an address that is none")
        return {"outcome": "refused" if pointers == ["/amount/currency"] else f"422: {answer.text}"}
    groups: dict[str, Any] = {"outcome": "refused", "reason": problem["code"], "problem": True}
    groups["cites"] = [c["clause"] for c in problem.get("citations", ())]
    groups["missing"] = [e["pointer"].rpartition("/")[2] for e in problem.get("errors", ())]
    return groups


def _expected(then: Mapping[str, Any], groups: Mapping[str, Any]) -> dict[str, Any]:
    """What of the expectation these answers can show."""
    wanted = {k: v for k, v in then.items() if k in groups}
    if groups.get("problem") and wanted.get("outcome") in ("held", "auto_closed"):
        del wanted["outcome"]  # what is no ticket is refused, whatever a ticket would have been
    if "targets" in wanted:
        wanted["targets"] = {m: {"due": None} if t is None else t for m, t in (wanted["targets"] or {}).items()}
    if "ticket" in wanted and wanted["ticket"] is not None:
        wanted["ticket"] = {k: v for k, v in wanted["ticket"].items() if k in groups["ticket"]}
    if "contacts" in wanted:
        wanted["contacts"] = {k: v for k, v in wanted["contacts"].items() if k in groups["contacts"]}
    if "policy" in wanted and wanted["policy"] is not None and groups["policy"] is not None:
        wanted["policy"] = {k: v for k, v in wanted["policy"].items() if k in groups["policy"]}
    if "account" in wanted and wanted["account"] is not None:
        wanted["account"] = {k: v for k, v in wanted["account"].items() if k in groups["account"]}
    if "fee" in wanted and wanted["fee"] is not None and groups["fee"] is not None:
        wanted["fee"] = {k: v for k, v in wanted["fee"].items() if k in groups["fee"]}
    return wanted


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _read_instants(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _read_instants(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_read_instants(v) for v in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and "T" in value[10:11]:
        return datetime.fromisoformat(value)
    return value


@dataclass
class Told:
    """What came of telling scenarios over HTTP."""

    played: int = 0
    otherwise: list[str] = field(default_factory=list)
    not_offered: Counter[str] = field(default_factory=Counter)


async def tell(file: ScenarioFile, scenario: Scenario, case: Case, town: Town, told: Told) -> None:
    if not town.untouched:
        await town.emptied()
    kinds = {played.kind for played in (*case.given, case.when)}
    town.untouched = kinds <= set(_ASKING) and not scenario.overrides
    if scenario.overrides:
        holidays = {name: [str(day) for day in days] for name, days in file.holidays.items()}
        document = {"assumptions": dict(scenario.overrides), "holidays": holidays}
        number = int(sha256(orjson.dumps(document)).hexdigest()[:6], 16) + 1
        await factories.insert(
            town.front.owner,
            SettingsRevision(id=factories.new_id(), provider_id=town.provider.id, number=number, document=document,
                             effective_from=LONG_AGO, published_by="admin", created_at=NOW),
        )  # fmt: skip
    play = Play(town, file)
    row = f" row {case.row}" if case.row else ""
    for number, played in enumerate((*case.given, case.when), start=1):
        where = "" if played is case.when else f" given {number}"
        try:
            wrong = await play.step(played)
        except NotOffered as reason:
            told.not_offered[str(reason)] += 1
            return
        told.played += 1
        told.otherwise += [f"{scenario.id}{row}{where}: {line}" for line in wrong]
