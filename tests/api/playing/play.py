"""One case while it is told: who asks what, and the answers in the words of scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2

from app.base.vocabulary import Asserter, Scope
from app.policy.scenarios import steps
from app.policy.scenarios.file import ScenarioFile
from tests.api.playing.answers import instant, read_instants, reasons
from tests.api.playing.town import NotOffered, Town
from tests.frontdesk import FrontDesk, Headers, library_policy

BY_THE_DESK = frozenset({"secure_form_state", "credentials_in_body"})
"""Facts that the desk says itself."""


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

    async def asked(self, step: steps.RequestStep, account: str | None) -> tuple[Headers, dict[str, Any]]:
        """Staff write down who asked; they may assert what customers and staff may."""
        self.check_facts(step.facts)
        who = await self.town.by_staff(None)
        sender = step.sender
        if sender is not None and sender.role == "system":
            return await self.town.by_service(Scope.EVENTS), {}
        if sender is not None and sender.role == "staff":
            return who, {}
        named: dict[str, Any] = {}
        if sender is not None:
            named = {name: value for name, value in sender.known.items() if name != "role"}
        elif account is not None and (people := self.file.accounts[account].contacts):
            named = people[0].model_dump(include={"email", "user", "name"}, exclude_none=True)
        if not named.keys() - {"mail_auth"}:
            raise NotOffered("a request of nobody")
        if step.on_behalf_of is not None and account is None:
            raise NotOffered("a reseller's request without its account")
        return who, {"sender": named}

    def check_facts(self, facts: Mapping[str, Any]) -> None:
        """Staff say what staff and customers may; the rest is said by contracts, monitoring and the desk itself."""
        declared = library_policy(self.town.provider.slug)[1].document.facts
        for name in facts.keys() - BY_THE_DESK:
            known = declared.get(name)
            if known is not None and not {Asserter.STAFF, Asserter.CUSTOMER} & set(known.asserted_by):
                raise NotOffered("a fact that staff do not assert")

    async def account_of(self, ticket: str) -> str | None:
        id_ = await self.front.owner.fetchval("SELECT account_id FROM ticket WHERE id = $1", UUID(ticket))
        return next((name for name, row in self.town.accounts.items() if row.id == id_), None)

    async def sent(self, who: Headers, path: str, body: Any) -> httpx2.Response:
        answer = await self.front.client.post(path, json=body, headers={**who, **self.front.key()})
        assert answer.status_code < 500, answer.text
        return answer

    async def read(self, ticket: str) -> dict[str, Any]:
        answer = await self.front.client.get(f"/v1/tickets/{ticket}", headers=await self.town.by_staff(None))
        view: dict[str, Any] = answer.json()
        return view

    async def standing(self, ticket: str, **more: Any) -> dict[str, Any]:
        """How the ticket stands after a step that was refused."""
        groups = self.groups(await self.read(ticket), **more)
        return {name: groups[name] for name in ("work_gate", "priority", "department", "level", "coverage", "fee",
                                                "ticket", "targets")}  # fmt: skip

    def groups(self, view: Mapping[str, Any], decision: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
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
        return {**self.decided(shown), "ticket": ticket}

    def decided(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        groups = {k: read_instants(v) for k, v in shown.items() if k not in ("targets", "citations", "assumptions")}
        groups["targets"] = {t["metric"]: {
            "due": instant(t["due_at"]), "earliest": instant(t["earliest_at"]), "kind": t["kind"],
            "strength": t["strength"], "clock_start": instant(t["clock_start"]), "status": t["status"],
        } for t in shown["targets"]}  # fmt: skip
        groups["effects"] = [self.effect(e) for e in groups["effects"]]
        return {**groups, **reasons(shown)}

    def effect(self, effect: dict[str, Any]) -> dict[str, Any]:
        names = {row.number: name for name, row in self.town.accounts.items()}
        names |= {str(p.id): p.email or p.login or "" for people in self.town.people.values() for p in people}
        return {k: names.get(v, v) if isinstance(v, str) else v for k, v in effect.items()}
