"""A desk on which every operation can be carried out: how each is called with success, and the things that it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from app.base.vocabulary import Role, Scope
from app.db.tables.accounts import Account
from app.db.tables.imports import Import, ImportRow
from app.db.tables.pages import Page
from app.db.tables.providers import Provider
from app.db.tables.resellers import Reseller
from tests import factories
from tests.api.walking import Arranged, Call, Names, Operation, filled
from tests.frontdesk import FrontDesk, Headers

POLICY = "plutus"
NOTE = "As agreed on the telephone."
_LATELY = factories.NOW.replace(month=1)
_SHARED = frozenset({"provider", "number", "clause"})
"""Things that there is one of."""
# Another provider's short policy under this one's name: it is read in no time.
_NEXT_POLICY = (Path(__file__).parents[1] / "policy" / "strangers" / "banyan.yaml").read_text(encoding="utf-8")
for _one, _other in (("banyan", "plutus"), ("BAN-", "PLU-"), ("BAN\n", "PLU\n"), ("2026-01-12T", "2026-12-12T")):
    _NEXT_POLICY = _NEXT_POLICY.replace(_one, _other)
_MODULE = {"topic": "server.module_change", "server_modification": True}
_MONEY = {"amount": "10.00", "currency": "ZAR"}
_TRIAGED = dict.fromkeys(("customer_info", "symptoms", "goal", "underlying_problem"), "known")
CALLS: dict[str, Call] = {
    "create_token": Call(
        "nobody",
        {"grant_type": "client_credentials", "client_id": "$client_id", "client_secret": "$client_secret"},
        needs=("credentials",),
    ),
    "publish_policy": Call(body={"source": "$next_policy"}, needs=("next_policy",)),
    "validate_policy": Call(body={"source": "$next_policy"}, needs=("next_policy",)),
    "revise_settings": Call(body={"on_call": {}}),
    "classify_request": Call("primary", {"subject": "No login", "facts": {"topic": "access.login"}}),
    "check_authority": Call("primary", {"action": "password_recovery"}, other={"body": "Please."}),
    "ask_for_action": Call("primary", {"action": "password_recovery"}, other={"body": "Please."}),
    "confirm_action": Call("primary"),
    "ask_for_secure_form": Call("staff", {"ticket": "$ticket"}, other={"purpose": "credentials"}, needs=("ticket",)),
    "fill_secure_form": Call(body={"link": "$link", "content": "root / example"}),
    "reveal_secure_form": Call("staff", after=("fill_secure_form",)),
    "open_ticket": Call("primary", {"subject": "No login", "body": "Since nine.", "facts": {"topic": "access.login"}}),
    "describe_ticket": Call("primary", {"metadata": {"order": "7"}}),
    "write_message": Call("primary", {"body": "Any news?"}),
    "upload_attachment": Call("primary"),
    "download_attachment": Call("primary"),
    "triage_ticket": Call("staff", _TRIAGED, other={"goal": "changed"}),
    "assign_ticket": Call("staff", {"staff": "me"}, other={"staff": "nobody"}),
    "hand_over_ticket": Call("staff", {"staff": "$staff", "note": NOTE}, after=("assign_ticket",), needs=("staff",)),
    "escalate_ticket": Call("staff", {"to_level": 2, "reason": NOTE}, after=("triage_ticket",)),
    "transfer_ticket": Call("staff", {"department": "support", "reason": NOTE}),
    "diagnose_ticket": Call("staff", {"cause": "provider", "note": NOTE}),
    "verify_ticket": Call("staff", {"method": "call_back", "result": "positive", "note": NOTE}),
    "check_availability": Call("staff", {"available": True, "note": NOTE}),
    "negotiate_ticket": Call(
        "staff", {"due_at": "2026-03-01T10:00:00Z", "agreed_with": "Thandi"}, other={"agreed_with": "Naledi"}
    ),
    "schedule_ticket": Call(
        "staff", {"window": None}, other={"window": {"from": "2026-02-14T10:00:00Z"}}, needs=("planned",)
    ),
    "excuse_ticket": Call("staff", {"metric": "first_response", "code": "workload", "note": NOTE}),
    "override_ticket": Call("admin", {"field": "priority", "value": "standard", "reason": NOTE}),
    "start_work": Call("staff", after=("triage_ticket",)),
    "record_work": Call("staff", {"minutes": 5, "note": NOTE}),
    "resolve_ticket": Call("staff", {"resolution": NOTE}),
    "reopen_ticket": Call("primary", {"reason": NOTE}, after=("resolve_ticket",)),
    "close_ticket": Call("primary"),
    "merge_ticket": Call("staff", {"into": "$other_ticket"}, other={"into": "another"}, needs=("other_ticket",)),
    "take_next": Call("staff", other={"reason": "Urgent"}),
    "create_account": Call(body={"number": "$new", "name": "Maple Cycles", "products": ["shared_hosting"]}),
    "change_account": Call(body={"name": "Maple"}),
    "add_contact": Call("primary", {"role": "authorised", "email": "$new@mailbox.example"}, other={"name": "Naledi"}),
    "add_domain": Call(body={"name": "$new.example"}, other={"name": "other.example"}),
    "remove_domain": Call(),
    "hold_account": Call("staff", {"reason": NOTE}),
    "release_account": Call("staff", after=("hold_account",)),
    "adopt_account": Call("reseller", after=("hold_account",)),
    "confirm_contacts": Call("primary"),
    "outdate_contacts": Call("staff", {"because": "hard_bounce"}, other={"because": "known_change"}),
    "change_contact": Call("primary", {"name": "Thandi M."}),
    "remove_contact": Call("primary"),
    "offer_quote": Call("staff", {"account": "$account", "facts": {"topic": "code"}, "estimated_minutes": 30}),
    "consent_to_quote": Call("primary", other={"form": "signature"}),
    "decline_quote": Call("primary", {"reason": "Too much"}),
    "record_payment": Call("payments", {"amount": _MONEY, "reference": "$new"}),
    "record_refund": Call("payments", {"amount": _MONEY, "reference": "$new"}, after=("record_payment",)),
    "waive_quote": Call("staff", {"reason": NOTE}),
    "settle_quote": Call("staff", {"minutes": 30}, after=("consent_to_quote",)),
    "take_call": Call("staff", {"channel": "phone", "body": "Nothing can be reached.", "caller": {"name": "Thandi"}}),
    "report_event": Call("events", {"type": "monitor_down", "server": "$new"}),
    "create_notice": Call("staff", {"kind": "announcement", "title": "New prices", "body": "From May on."}),
    "describe_notice": Call("staff", {"title": "New prices in May"}),
    "schedule_notice": Call("staff", {"starts_at": "2026-03-01T10:00:00Z"}, other={"ends_at": "2026-03-02T10:00:00Z"}),
    "publish_notice": Call("staff"),
    "resolve_notice": Call("staff", after=("publish_notice",)),
    "withdraw_notice": Call("staff"),
    "erase_person": Call(),
    "create_import": Call(body={"number": "$new", "name": "Maple Cycles"}),
    "create_reseller": Call(body={"number": "$new", "name": "Northlight"}),
    "change_reseller": Call(body={"name": "Southlight"}),
    "deactivate_reseller": Call(),
    "activate_reseller": Call(after=("deactivate_reseller",)),
    "create_staff": Call(body={"email": "$new@desk.example", "name": "Ada"}),
    "change_staff": Call(body={"name": "Ada L."}),
    "deactivate_staff": Call(),
    "activate_staff": Call(after=("deactivate_staff",)),
    "create_client": Call(body={"name": "$new", "scopes": ["submit"]}),
    "change_client": Call(body={"scopes": ["events"]}),
    "rotate_client": Call(body={"grace_seconds": 60}),
    "deactivate_client": Call(),
    "activate_client": Call(after=("deactivate_client",)),
    "receive_mail": Call("inbound"),
    "create_webhook": Call(body={"url": "https://billing.example/hooks"}, other={"description": "Billing"}),
    "change_webhook": Call(body={"description": "Billing"}),
    "delete_webhook": Call(),
    "rotate_webhook": Call(body={"grace_seconds": 60}),
    "ping_webhook": Call(),
    "redeliver": Call(body={"since": "2026-01-01T00:00:00Z"}),
    "acknowledge_page": Call("staff"),
    "requeue_dead_letter": Call("staff"),
}


Row = Callable[[FrontDesk, Account], Awaitable[str]]


async def _contact(front: FrontDesk, account: Account) -> str:
    role = {"role": "authorised", "token_role": "authorised_contact"}
    return str((await factories.contact(front.owner, account, **role)).id)


async def _domain(front: FrontDesk, account: Account) -> str:
    return (await factories.hosted_domain(front.owner, account)).name


async def _reseller(front: FrontDesk, account: Account) -> str:
    return (await factories.reseller(front.owner, account.provider_id)).number


async def _staff(front: FrontDesk, account: Account) -> str:
    return (await factories.staff(front.owner, account.provider_id)).email


async def _client(front: FrontDesk, account: Account) -> str:
    return (await factories.api_client(front.owner, account.provider_id)).name


async def _delivery(front: FrontDesk, account: Account) -> str:
    return str((await factories.delivery(front.owner, account.provider_id, state="dead")).id)


async def _page(front: FrontDesk, account: Account) -> str:
    event = await factories.event(front.owner, account.provider_id)
    page = Page(
        provider_id=account.provider_id,
        id=factories.new_id(),
        event_id=event.id,
        subject_kind="ticket",
        subject_id=event.subject_id,
        audience="on_call",
        on_call=["ada@desk.example"],
        summary="It is down",
        raised_at=factories.NOW,
        escalate_at=factories.NOW,
        created_at=factories.NOW,
        updated_at=factories.NOW,
    )
    return str((await factories.insert(front.owner, page)).id)


async def _import(front: FrontDesk, account: Account) -> str:
    dated: dict[str, Any] = {"created_at": factories.NOW, "updated_at": factories.NOW}
    made = Import(
        provider_id=account.provider_id,
        id=factories.new_id(),
        state="running",
        kind="accounts",
        options={"existing": "keep"},
        requested_by="admin",
        **dated,
    )
    await factories.insert(front.owner, made)
    for number in (1, 2):
        row = ImportRow(
            provider_id=account.provider_id, import_id=made.id, number=number, outcome="kept", subject_id=account.id
        )
        await factories.insert(front.owner, row)
    return str(made.id)


ROWS: dict[str, Row] = {
    "import": _import,
    "delivery": _delivery,
    "page": _page,
    "contact": _contact,
    "domain": _domain,
    "reseller": _reseller,
    "staff": _staff,
    "client": _client,
}
"""What is simply there, and the name that it goes by."""
_TICKET = {"subject": "No login", "body": "Since nine.", "facts": {"topic": "access.login"}}
POSTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ticket": ("/v1/tickets", "primary", _TICKET),
    "other_ticket": ("/v1/tickets", "primary", {**_TICKET, "subject": "$any"}),
    "planned": ("/v1/tickets", "primary", {"subject": "A module", "facts": _MODULE}),
    "quote_id": ("/v1/quotes", "staff", {"account": "$account", "rule": "account_reinstall"}),
    "notice": ("/v1/notices", "staff", {"kind": "maintenance", "title": "New disks", "body": "Ten minutes."}),
    "form": ("/v1/secure-forms", "staff", {"ticket": "$ticket"}),
    "action": ("/v1/actions", "primary", {"action": "account_reinstall", "ticket": "$ticket"}),
    "webhook": ("/v1/webhooks", "admin", {"url": "https://billing.example/hooks"}),
    "credentials": ("/v1/clients", "admin", {"name": "$any", "scopes": ["submit"]}),
}
"""What somebody asks for: where, who, and in which words."""


@dataclass
class Household:
    """An account with what belongs to it, and its primary contact."""

    account: Account
    names: Names
    primary: Headers


class Ground:
    """One provider, its people, and things made for those who ask for them."""

    def __init__(self, front: FrontDesk, provider: Provider, reseller: Reseller, callers: dict[str, Headers]) -> None:
        self.front, self.provider, self.reseller = front, provider, reseller
        self.callers = callers
        self.names: Names = {"provider": provider.slug, "reseller": reseller.number, "number": "1", "clause": "PLU-05"}

    @classmethod
    async def laid(cls, front: FrontDesk, policy: str = POLICY) -> Self:
        provider = await front.provider(policy)
        reseller = await factories.reseller(front.owner, provider.id)
        callers = {
            "admin": await front.staff(provider, Role.ADMIN),
            "staff": await front.staff(provider, supervisor=True, level=2),
            "reseller": await front.reseller(provider, reseller),
            **{str(scope): await front.service(provider, scope) for scope in Scope},
        }
        ground = cls(front, provider, reseller, callers)
        await ground._furnish()
        return ground

    async def _furnish(self) -> None:
        """Two of everything that is listed, so that each list has a second page."""
        owner, id_ = self.front.owner, self.provider.id
        document = await owner.fetchval("SELECT document::text FROM policy_version WHERE provider_id = $1", id_)
        await factories.policy_version(
            owner, id_, number=2, document=document, digest=b"2" * 32, effective_from=_LATELY
        )
        home = await self.household()
        self.callers["primary"] = home.primary
        self.names |= home.names
        for thing in (
            "contact",
            "domain",
            "reseller",
            "staff",
            "client",
            "ticket",
            "quote_id",
            "notice",
            "mail",
            "webhook",
            "delivery",
            "page",
            "import",
        ):
            self.names |= await self.made(thing, home)
            self.names |= await self.made(thing, home)
        for _ in range(2):
            await factories.delivery(owner, id_, kind="webhook", webhook_id=UUID(self.names["webhook"]))
        for thing in ("form", "action", "attachment"):
            self.names |= await self.made(thing, home)
        ticket = f"/v1/tickets/{self.names['ticket']}"
        for _ in range(2):
            file = (await self.made("attachment", home))["attachment"]
            await self._post(f"{ticket}/messages", home.primary, {"body": "See this.", "attachments": [file]})
            await self._post(f"{ticket}/diagnose", self.callers["staff"], {"cause": "unknown", "note": NOTE}, 200)

    async def arrange(self, operation: Operation) -> Arranged:
        """The furniture for what reads; things of its own for what changes them."""
        if operation.reads:
            return Arranged(self.names, self.callers)
        home = await self.household()
        return Arranged(self.names | await self.things(operation, home), self.callers | {"primary": home.primary})

    async def things(self, operation: Operation, home: Household, *besides: str) -> Names:
        """Whatever the operation names, and more, made for this household."""
        names = dict(home.names)
        call = CALLS.get(operation.id)
        for thing in (*operation.parameters["path"], *(call.needs if call else ()), *besides):
            if thing not in home.names and thing not in _SHARED:
                names |= await self.made(thing, home)
        return names

    async def household(self, reseller: Reseller | None = None) -> Household:
        """Of a customer of this reseller; left out: of the ground's own."""
        owner, id_ = self.front.owner, (reseller or self.reseller).id
        account = await factories.account(owner, self.provider.id, product="shared_hosting", reseller_id=id_)
        primary = await factories.contact(owner, account)
        domain = await factories.hosted_domain(owner, account)
        names = {"account": account.number, "domain": domain.name, "new": f"x{uuid4().hex[:12]}"}
        names["email"] = str(primary.email)
        return Household(account, names, self.front.contact(self.provider, primary))

    async def made(self, thing: str, home: Household) -> Names:
        """One more of these for this household: the names by which requests refer to it."""
        if thing in ROWS:
            return {thing: await ROWS[thing](self.front, home.account)}
        if thing == "next_policy":
            return {thing: _NEXT_POLICY.replace("name: Banyan", f"name: Plutus {uuid4().hex}", 1)}
        return await (self._sent(thing, home) if thing in ("attachment", "mail") else self._asked_for(thing, home))

    async def _asked_for(self, thing: str, home: Household) -> Names:
        path, who, body = POSTED[thing]
        known = {**home.names, "any": uuid4().hex}
        if body.get("ticket"):
            known |= await self._asked_for("ticket", home)
        made = await self._post(path, home.primary if who == "primary" else self.callers[who], filled(body, known))
        secrets = {name: made[name] for name in ("client_id", "client_secret") if name in made}
        link = {"link": made["link"].partition("#")[2]} if "link" in made else {}
        return {"ticket" if thing == "planned" else thing: made["id"], **secrets, **link}

    async def _sent(self, thing: str, home: Household) -> Names:
        """What is no JSON."""
        if thing == "attachment":
            form = {"file": ("a.log", uuid4().hex.encode(), "text/plain")}
            answer = await self.front.client.post("/v1/attachments", files=form, headers=home.primary)
        else:
            source = f"From: a@b.example\nMessage-ID: <{uuid4()}@b.example>\nSubject: Help\n\nIt is down.\n"
            headers = {**self.callers["inbound"], "Content-Type": "message/rfc822"}
            answer = await self.front.client.post("/v1/inbound/email", content=source, headers=headers)
        return {thing: answer.json()["id"]}

    async def _post(self, path: str, who: Headers, body: Any, status: int = 201) -> dict[str, Any]:
        answer = await self.front.client.post(path, json=body, headers={**who, **self.front.key()})
        assert answer.status_code == status, (path, answer.text)
        made: dict[str, Any] = answer.json()
        return made
