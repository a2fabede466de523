"""Secrets that somebody writes to the desk: gone before anything is stored, and the answer says so."""

from typing import Any

from app.base.vocabulary import Role
from tests.frontdesk import FrontDesk, Headers

SECRET = "Zx9!canary-hunter2"
STRUCK = "[redacted:password]"


async def everything_stored(front: FrontDesk) -> str:
    tables = ("ticket", "message", "event", "clock", "idempotency_key")
    rows = [await front.owner.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} AS t") for table in tables]
    bodies = await front.owner.fetch("SELECT body FROM idempotency_key")
    return " ".join(filter(None, rows)) + " ".join(row["body"].decode() for row in bodies)


async def opened(front: FrontDesk, who: Headers, **given: Any) -> dict[str, Any]:
    body = {"subject": "Help", "body": "It is down.", **given}
    answer = await front.client.post("/v1/tickets", json=body, headers=who | front.key())
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_of_a_new_ticket(front: FrontDesk) -> None:
    _, _, who = await front.customer("kenotronix", product="web_hosting")
    facts = {"topic": "web.error", "error_message": f"password={SECRET}"}
    ticket = await opened(front, who, subject=f"password: {SECRET}", body=f"My password is {SECRET}", facts=facts)
    assert ticket["subject"] == f"password: {STRUCK}"
    assert ticket["facts"]["credentials_in_body"] is True
    places = ["/subject", "/body", "/facts/error_message"]
    assert ticket["redacted"] == [{"pointer": place, "kinds": ["password"]} for place in places]
    assert {"type": "redact", "of": "credentials"}.items() <= ticket["decision"]["effects"][-1].items()
    assert "KEN-119" in {c["clause"] for c in ticket["decision"]["citations"]}
    assert SECRET not in await everything_stored(front)


async def test_of_a_reply_a_note_a_description_and_a_verb(front: FrontDesk) -> None:
    _, _, who = await front.customer()
    agent = await front.staff(await front.provider("mexxus"))
    ticket = await opened(front, who, facts={"topic": "web.error"})
    assert "redacted" not in ticket
    path = f"/v1/tickets/{ticket['id']}"
    body = f"mot de passe : {SECRET}"
    for writer, extra in ((who, {}), (agent, {"visibility": "internal"})):
        answer = await front.client.post(f"{path}/messages", json={"body": body, **extra}, headers=writer | front.key())
        assert answer.json()["body"] == f"mot de passe : {STRUCK}"
        assert answer.json()["redacted"] == [{"pointer": "/body", "kinds": ["password"]}]
    patch = {"subject": f"senha: {SECRET}", "facts": {"error_message": f"pwd={SECRET}"}}
    answer = await front.client.patch(path, json=patch, headers=who | {"If-Match": "*"})
    assert [r["pointer"] for r in answer.json()["redacted"]] == ["/subject", "/facts/error_message"]
    said = {"resolution": f"The new password is {SECRET}"}
    answer = await front.client.post(f"{path}/resolve", json=said, headers=agent | front.key())
    assert answer.json()["resolution"] == f"The new password is {STRUCK}"
    assert SECRET not in await everything_stored(front)


async def test_the_same_is_told_beforehand(front: FrontDesk) -> None:
    _, _, who = await front.customer("kenotronix", product="web_hosting")
    body = {"body": f"password: {SECRET}", "facts": {"topic": "web.error"}}
    told = (await front.client.post("/v1/classifications", json=body, headers=who)).json()
    assert "redact" in [effect["type"] for effect in told["effects"]]


async def test_nobody_but_the_desk_says_so(front: FrontDesk) -> None:
    _, _, who = await front.customer("kenotronix", product="web_hosting")
    ticket = await opened(front, who, facts={"topic": "web.error", "credentials_in_body": True})
    assert ticket["claimed"] == {"credentials_in_body": True}
    assert "redact" not in [effect["type"] for effect in ticket["decision"]["effects"]]


async def test_of_a_price_s_facts_a_notice_and_why_a_ticket_is_taken_first(front: FrontDesk) -> None:
    account, _, who = await front.customer()
    agent = await front.staff(await front.provider("mexxus"))
    ticket = await opened(front, who, facts={"topic": "web.error"})
    said = f"password: {SECRET}"
    sent = {
        "/v1/quotes": {"account": account.number, "facts": {"topic": "web.error", "error_message": said}},
        "/v1/notices": {"kind": "announcement", "title": said, "body": said},
        "/v1/queue/next": {"ticket": ticket["reference"], "reason": said},
    }
    for path, body in sent.items():
        answer = await front.client.post(path, json=body, headers=agent | front.key())
        assert answer.is_success, (path, answer.text)
        assert SECRET not in answer.text
    rows = ("quote", "notice", "message")
    kept = " ".join([await front.owner.fetchval(f"SELECT string_agg(t::text, ' ') FROM {row} AS t") for row in rows])
    assert SECRET not in kept
    assert kept.count(STRUCK) == 4


async def everywhere(front: FrontDesk) -> str:
    tables = await front.owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = [await front.owner.fetchval(f"SELECT string_agg(t::text, ' ') FROM \"{row[0]}\" AS t") for row in tables]
    bodies = await front.owner.fetch("SELECT body FROM idempotency_key")
    return " ".join([*filter(None, found), *(row["body"].decode() for row in bodies)])


async def test_wherever_else_anybody_may_say_something_in_their_own_words(front: FrontDesk) -> None:
    provider = await front.provider("quarry")
    account, _, who = await front.customer("quarry")
    agent = await front.staff(provider, Role.ADMIN, level=2, supervisor=True)
    ticket = await opened(front, who, facts={"topic": "code"}, estimated_minutes=20)
    path, words = f"/v1/tickets/{ticket['id']}", f"the password is {SECRET}"
    told = ("customer_info", "symptoms", "goal", "underlying_problem")
    hers = [
        (f"{path}/triage", dict.fromkeys(told, words) | {"facts": {}}),
        (f"{path}/hand-over", {"staff": "me", "note": words}),
        (f"{path}/escalate", {"to_level": 2, "reason": words}),
        (f"{path}/diagnose", {"cause": "customer", "note": words}),
        (f"{path}/verify", {"method": "call_back", "result": "positive", "note": words}),
        (f"{path}/availability", {"available": True, "note": words}),
        (f"{path}/negotiate", {"due_at": "2026-02-11T15:00:00Z", "agreed_with": words}),
        (f"{path}/excuse", {"metric": "resolve", "code": "peak_load", "note": words}),
        (f"{path}/override", {"field": "priority", "value": "high", "reason": words}),
        (f"{path}/transfer", {"department": "sales", "reason": words}),
        (f"{ticket['quote']['href']}/waive", {"reason": words}),
        (f"{path}/record-work", {"minutes": 15, "note": words}),
        (f"{path}/resolve", {"resolution": words}),
        (f"{path}/reopen", {"reason": words}),
        (f"/v1/accounts/{account.number}/hold", {"reason": words}),
        (f"/v1/accounts/{account.number}/outdate-contacts", {"because": "known_change", "note": words}),
        ("/v1/inbound/calls", {"channel": "portal", "account": account.number, "subject": words, "body": words}),
        ("/v1/monitoring/events", {"type": "abuse_report", "account": account.number, "content": words}),
    ]
    sent = [(f"{ticket['quote']['href']}/decline", {"reason": words}, who), *((*one, agent) for one in hers)]
    for url, body, sender in sent:
        answer = await front.client.post(url, json=body, headers=sender | front.key())
        assert answer.is_success, (url, answer.text)
        assert SECRET not in answer.text, url
    kept = await everywhere(front)
    assert SECRET not in kept, kept[kept.index(SECRET) - 400 : kept.index(SECRET) + 40]
    assert kept.count(STRUCK) >= len(sent)
