"""Calls over HTTP: what may be asked by telephone, chat and on an emergency line, and what becomes of the rest."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2

from app.base.vocabulary import Scope
from app.db.tables.accounts import Account
from app.schemas.tickets import Ticket
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/inbound/calls"
EMERGENCY = {
    "down": True,
    "troubleshooting_done": True,
    "likely_provider_side": True,
    "other_options_exhausted": True,
    "computers_tested": 2,
    "networks_tested": 2,
}


async def called(front: FrontDesk, who: Headers, **body: Any) -> httpx2.Response:
    """About something that is stated, so that no words have to be weighed."""
    facts = {"topic": "web.offline", **body.pop("facts", {})}
    return await front.client.post(URL, json={"body": "Nothing works.", **body, "facts": facts}, headers=who)


def ticket_of(answer: httpx2.Response, status: int = 201) -> Ticket:
    assert answer.status_code == status, answer.text
    return Ticket.model_validate_json(answer.content)


async def plutus(front: FrontDesk) -> tuple[Account, Headers]:
    account, contact, _ = await front.customer("plutus", product="shared", number="acmeco", server="zeus3")
    await front.owner.execute("UPDATE contact SET name = 'Thandi Mokoena' WHERE id = $1", contact.id)
    return account, await front.service(await front.provider("plutus"), Scope.INBOUND)


async def abuse(front: FrontDesk, account: Account) -> int:
    count: int = await front.owner.fetchval("SELECT abuse_count FROM account WHERE id = $1", account.id)
    return count


async def test_a_caller_is_unverified_until_called_back(front: FrontDesk) -> None:
    _, gateway = await plutus(front)
    caller = {"name": "Thandi Mokoena", "phone": "+27 21 555 0133"}
    facts = {"topic": "panel.guidance", "account_username": "acmeco"}
    answer = await called(front, gateway, channel="phone", caller=caller, account="acmeco", facts=facts,
                          body="\n\nHow do I add a mailbox?\nThanks")  # fmt: skip
    ticket = ticket_of(answer)
    assert (ticket.standing, ticket.outcome, ticket.channel) == ("unverified", "accepted", "phone")
    assert (ticket.subject, ticket.requester.name, ticket.requester.phone) == (
        "How do I add a mailbox?", "Thandi Mokoena", "+27 21 555 0133")  # fmt: skip
    kept = await front.owner.fetchrow("SELECT body, author_kind, channel FROM message")
    assert kept["body"].startswith("\n\nHow do I")
    asked = await called(front, gateway, channel="phone", caller=caller, account="acmeco", action="cancel_service")
    held = ticket_of(asked)
    assert (held.outcome, held.reason) == ("held", "identity_verification_pending")
    staff = await front.staff(await front.provider("plutus"), level=3)
    verified = {"method": "call_back", "result": "positive", "note": "called the number on file"}
    checked = await front.client.post(f"/v1/tickets/{held.id}/verify", json=verified, headers=staff)
    assert checked.status_code == 200, checked.text
    assert (checked.json()["standing"], checked.json()["reason"]) != ("unverified", "identity_verification_pending")


async def test_an_account_or_a_caller_that_nobody_knows_loses_no_call(front: FrontDesk) -> None:
    _, gateway = await plutus(front)
    unknown = ticket_of(await called(front, gateway, channel="phone", caller={"name": "Jo"}, account="acme-co"))
    assert unknown.account is None
    assert unknown.facts["account_username"] == "acme-co"
    nobody = ticket_of(await called(front, gateway, channel="phone", account=str(UUID(int=7))))
    assert (nobody.account, nobody.requester.name) == (None, None)
    silent = await front.client.post(URL, json={"channel": "emergency_voicemail"}, headers=gateway)
    assert ticket_of(silent).subject == "emergency_voicemail"


async def test_an_emergency_pages_at_once_and_abuse_is_counted(front: FrontDesk) -> None:
    account, gateway = await plutus(front)
    call = {"channel": "emergency_voicemail", "caller": {"name": "Thandi Mokoena"}, "account": "acmeco"}
    real = ticket_of(await called(front, gateway, **call, facts=EMERGENCY))
    assert [e["type"] for e in real.decision.effects] == ["page"]
    event = await front.owner.fetchrow("SELECT type, decision FROM event WHERE subject_id = $1", real.id)
    assert (event["type"], event["decision"]["effects"][0]["audience"]) == ("ticket.opened", "sysadmins")
    false_alarm = ticket_of(await called(front, gateway, **call, facts={**EMERGENCY, "down": False}))
    assert (false_alarm.outcome, false_alarm.reason, false_alarm.status) == ("refused", "not_emergency", "closed")
    assert await abuse(front, account) == 1
    counted = await front.owner.fetchrow("SELECT seq, data FROM event WHERE type = 'account.misuse_counted'")
    assert (counted["seq"], counted["data"]) == (2, {"abuse_count": 1})
    ticket_of(await called(front, gateway, **call, facts={**EMERGENCY, "down": False}))
    assert await abuse(front, account) == 2


async def test_an_unmet_emergency_call_becomes_an_ordinary_ticket(front: FrontDesk) -> None:
    account, gateway = await plutus(front)
    call = {"channel": "emergency_voicemail", "caller": {"name": "Thandi Mokoena"}, "account": "acmeco"}
    unmet = {**EMERGENCY, "other_options_exhausted": False}
    first = ticket_of(await called(front, gateway, **call, facts=unmet))
    assert (first.outcome, first.status, first.priority) == ("refused", "open", "standard")
    assert first.reason == "emergency_preconditions_unmet"
    assert any(c.metric == "first_response" and c.state == "running" for c in first.clocks)
    assert [e["type"] for e in first.decision.effects] == ["create_ticket"]
    assert await abuse(front, account) == 0


async def test_beyond_its_scope_a_call_is_redirected_and_recorded(front: FrontDesk) -> None:
    await front.customer("mexxus", number="M1")
    staff = await front.staff(await front.provider("mexxus"))
    call = {"channel": "phone", "caller": {"name": "Jo"}, "account": "M1"}
    facts = {"topic": "general.question", "staff_available": True}
    asked = ticket_of(await called(front, staff, **call, facts={**facts, "requires_access": True}))
    assert (asked.outcome, asked.reason, asked.status) == ("refused", "channel_scope_exceeded", "closed")
    assert asked.decision.redirect == ["helpdesk", "email"]
    shut = ticket_of(await called(front, staff, **call, facts={**facts, "staff_available": False}))
    assert shut.reason == "channel_unavailable"
    assert await front.owner.fetchval("SELECT count(*) FROM message") == 2


async def test_outside_office_hours_the_second_option_reaches_the_engineer_on_standby(front: FrontDesk) -> None:
    await front.customer("tsc", product="managed_office", number="H1")
    gateway = await front.service(await front.provider("tsc"), Scope.INBOUND)
    front.now = NOW + timedelta(hours=5)
    call = {"channel": "phone", "menu_option": 2, "caller": {"name": "Lerato", "email": "it@h1.example"}}
    facts = {"nature": "incident", "topic": "server.failure", "scope": "all"}
    ticket = ticket_of(await called(front, gateway, **call, account="H1", facts=facts))
    assert ticket.department == "standby"
    assert "transfer" in [e["type"] for e in ticket.decision.effects]


async def test_a_call_may_be_written_down_a_day_later_and_only_once(front: FrontDesk) -> None:
    _, gateway = await plutus(front)
    call = {"channel": "phone", "caller": {"name": "Jo"}, "received_at": (NOW - timedelta(hours=20)).isoformat()}
    key = front.key()
    first = await called(front, {**gateway, **key}, **call)
    again = await called(front, {**gateway, **key}, **call)
    assert ticket_of(first).received_at == NOW - timedelta(hours=20)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    late = await called(front, gateway, **{**call, "received_at": (NOW - timedelta(hours=25)).isoformat()})
    assert late.json()["errors"][0]["pointer"] == "/received_at"


async def test_nobody_is_signed_in_on_the_telephone(front: FrontDesk) -> None:
    _, gateway = await plutus(front)
    answer = await called(front, gateway, channel="phone", caller={"user": "acmeco"})
    assert answer.json()["errors"][0]["pointer"] == "/caller/user"
    wrong = await called(front, gateway, channel="phone", caller={"phone": "call me"})
    assert wrong.json()["errors"][0]["pointer"] == "/caller/phone"


async def test_a_call_of_which_no_word_was_heard_is_taken_without_words(front: FrontDesk) -> None:
    _, gateway = await plutus(front)
    unheard = await called(front, gateway, channel="phone", caller={"name": "Jo"}, body=" \u200b")
    assert (unheard.status_code, unheard.json()["errors"][0]["pointer"]) == (422, "/body")
    for said in (None, "\u200b" * 200 + " Nothing works.\nSince nine."):
        taken = ticket_of(await called(front, gateway, channel="phone", caller={"name": "Jo"}, body=said))
        assert taken.subject == "phone"


async def test_calls_are_taken_by_staff_and_gateways(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    _, _, customer = await front.customer("plutus", product="shared")
    reseller = await front.reseller(provider, await factories.reseller(front.owner, provider.id))
    for who in (customer, reseller, await front.service(provider, Scope.SUBMIT, Scope.EVENTS)):
        assert (await called(front, who, channel="phone")).status_code == 403
    assert (await called(front, {}, channel="phone")).status_code == 401
