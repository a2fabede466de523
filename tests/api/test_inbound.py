"""Mail at the door: kept, decided like any other request, threaded, and told what became of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.base.errors import Problem
from app.base.identifiers import uuid7
from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.db.problems import unavailable
from app.db.tables.providers import Provider
from app.mail.tokens import message_id, reply_address
from app.services.mail import receiving
from app.services.mail.mailroom import mail_keys
from app.services.mail.taking_up import MOST, TakingUp
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers
from tests.mail.made import mail

PASS = "Authentication-Results: mx.desk.example; dmarc=pass header.from=maple.example"
FAIL = "Authentication-Results: mx.desk.example; dmarc=fail header.from=maple.example"
JANE = "jane@maple.example"


class Gateway:
    """The mail gateway of a provider with one customer, whose listed person is Jane."""

    def __init__(self, front: FrontDesk, provider: Provider, token: Headers) -> None:
        self.front, self.provider, self._token = front, provider, token
        self._sent = 0

    async def post(self, content: bytes) -> Any:
        headers = {**self._token, "Content-Type": "message/rfc822"}
        return await self.front.client.post("/v1/inbound/email", content=content, headers=headers)

    async def hand_over(self, head: str = PASS, body: str = "The shop has been down since nine.", **more: Any) -> Any:
        """What became of a mail with a Message-ID of its own."""
        self._sent += 1
        if "message-id:" not in head.lower():
            head = f"{head}\nMessage-ID: <{self._sent}@maple.example>"
        if "from:" not in head.lower().replace("header.from", ""):
            head = f"{head}\nFrom: Jane Doe <{JANE}>"
        answer = await self.post(mail(head, body, **more))
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def rows(self, statement: str, *args: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.front.owner.fetch(statement, self.provider.id, *args)]

    async def messages(self, ticket: str) -> list[str]:
        rows = await self.rows(
            "SELECT body FROM message WHERE provider_id = $1 AND ticket_id = $2 ORDER BY id", UUID(ticket)
        )
        return [row["body"] for row in rows]


async def _gateway(front: FrontDesk, policy: str) -> Gateway:
    provider = await front.provider(policy)
    _, contact, _ = await front.customer(policy)
    await front.owner.execute("UPDATE contact SET email = $1 WHERE id = $2", JANE, contact.id)
    return Gateway(front, provider, await front.service(provider, Scope.INBOUND))


@pytest.fixture
async def gateway(front: FrontDesk) -> Gateway:
    return await _gateway(front, "mexxus")


@pytest.fixture
async def silent(front: FrontDesk) -> Gateway:
    """A provider that does not answer people whom no account lists."""
    return await _gateway(front, "plutus")


async def test_a_mail_of_a_listed_person_opens_a_ticket(gateway: Gateway) -> None:
    told = await gateway.hand_over(PASS + "\nSubject: =?utf-8?q?Caf=C3=A9_is_down?=", "Down since nine.\n-- \nJane")
    assert (told["state"], told["sender"], told["authentication"]) == ("processed", JANE, "pass")
    (ticket,) = await gateway.rows("SELECT * FROM ticket WHERE provider_id = $1")
    assert told["ticket"]["reference"] == ticket["reference"]
    assert (ticket["subject"], ticket["outcome"], ticket["standing"]) == ("Café is down", "accepted", "registered")
    assert ticket["channel"] == "email"
    assert await gateway.messages(told["ticket"]["id"]) == ["Down since nine."]


async def test_a_person_whose_domain_is_of_other_letters_is_known_by_mail_as_by_the_client_area(
    gateway: Gateway,
) -> None:
    front = gateway.front
    admin = await front.staff(gateway.provider, Role.ADMIN)
    account, _, _ = await front.customer(number="BAECK1")
    url = f"/v1/accounts/{account.number}/contacts"
    listed = await front.client.post(url, json={"role": "registered", "email": "Ann@Bäckerei.example"}, headers=admin)
    ascii_ = "ann@xn--bckerei-5wa.example"
    assert (listed.status_code, listed.json()["email"]) == (201, ascii_), listed.text
    passed = "Authentication-Results: mx.desk.example; dmarc=pass header.from=xn--bckerei-5wa.example"
    told = await gateway.hand_over(f"{passed}\nFrom: {ascii_}\nSubject: Help")
    (ticket,) = await gateway.rows("SELECT standing FROM ticket WHERE provider_id = $1")
    assert (told["state"], ticket["standing"]) == ("processed", "registered")
    client = await front.service(gateway.provider, Scope.SUBMIT)
    for spelt in ("ann@bäckerei.example", "ANN@BÄCKEREI.example", ascii_):
        body = {"account": account.number, "sender": {"email": spelt}, "facts": {"topic": "web.offline"}}
        answer = await front.client.post("/v1/classifications", json=body, headers=client)
        assert answer.json()["standing"] == "registered", spelt
    twice = await front.client.post(url, json={"role": "registered", "email": "ann@straße.example"}, headers=admin)
    assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (422, "/email"), "which strasse.example is, too"


async def test_a_mail_that_says_nothing_is_not_lost(gateway: Gateway) -> None:
    head = f"{PASS}\nFrom: =?utf-8?q?=E2=80=8B?= <{JANE}>\nSubject: =?utf-8?q?=E2=80=8B_=E2=80=8B?="
    told = await gateway.hand_over(head, "\u200b \u00a0\n\ufeff\n")
    (ticket,) = await gateway.rows("SELECT id, subject FROM ticket WHERE provider_id = $1")
    assert (told["state"], told["ticket"]["id"], ticket["subject"]) == ("processed", str(ticket["id"]), "(no subject)")
    again = await gateway.hand_over(f"{PASS}\nSubject: Re: [{told['ticket']['reference']}]", "\u200b")
    assert (again["state"], again["ticket"]["id"]) == ("processed", str(ticket["id"]))
    assert await gateway.messages(str(ticket["id"])) == ["(no text)", "(no text)"]


async def test_the_same_mail_is_one_mail_however_often_it_comes(gateway: Gateway) -> None:
    content = mail(f"{PASS}\nFrom: {JANE}")
    first = await gateway.post(content)
    again = [await gateway.post(b"Received: from relay by mx\r\n" * n + content) for n in range(5)]
    assert first.status_code == 201
    assert {answer.status_code for answer in again} == {200}
    assert {answer.content for answer in again} == {first.content}
    assert {answer.headers["idempotent-replayed"] for answer in again} == {"true"}
    assert len(await gateway.rows("SELECT id FROM message WHERE provider_id = $1")) == 1


async def test_a_mail_that_was_kept_and_not_yet_read_is_read_when_it_comes_again(gateway: Gateway) -> None:
    content = mail(f"{PASS}\nFrom: {JANE}")
    await gateway.post(content)
    owner = gateway.front.owner
    for table in ("message", "clock", "event", "ticket"):
        await owner.execute(f"SET session_replication_role = replica; DELETE FROM {table}")
    await owner.execute("UPDATE inbound_mail SET state = 'received', ticket_id = NULL, message_id = NULL, version = 1")
    await owner.execute("RESET session_replication_role")
    told = (await gateway.post(content)).json()
    assert told["state"] == "processed"


async def _breaks_off(*_: object) -> None:
    raise unavailable()


async def test_a_mail_that_was_left_lying_is_taken_up_by_a_worker_as_if_it_had_been_acted_on_at_once(
    gateway: Gateway, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(receiving, "act_on", _breaks_off)
        assert (await gateway.post(mail(f"{PASS}\nFrom: {JANE}", "It is down."))).status_code == 503
    later = [timedelta(minutes=1), timedelta(hours=1), timedelta(hours=1)]
    done = [await _taking_up(gateway, worker_database, after).work() for after in later]
    assert done == [False, True, False], "not while whoever received it may be at it, and once"
    (row,) = await gateway.rows("SELECT * FROM inbound_mail WHERE provider_id = $1")
    assert (row["state"], row["attempts"]) == ("processed", 1)
    (ticket,) = await gateway.rows("SELECT * FROM ticket WHERE provider_id = $1")
    assert ticket["received_at"] == NOW
    (clock,) = await gateway.rows("SELECT * FROM clock WHERE provider_id = $1 AND metric = 'first_response'")
    assert clock["started_at"] == NOW, "its time has run since it came"


async def test_a_mail_at_which_the_desk_fails_again_and_again_is_put_aside_where_staff_see_it(
    gateway: Gateway, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = mail(f"{PASS}\nFrom: {JANE}", "It is down.")
    with monkeypatch.context() as broken:
        broken.setattr(receiving, "act_on", _breaks_off)
        assert (await gateway.post(content)).status_code == 503
        for attempt in range(MOST):
            with pytest.raises(Problem):
                await _taking_up(gateway, worker_database, timedelta(days=attempt + 1)).work()
    assert await _taking_up(gateway, worker_database, timedelta(days=MOST + 1)).work()
    staff = await gateway.front.staff(gateway.provider)
    listed = await gateway.front.client.get("/v1/inbound/email?state=quarantined", headers=staff)
    (told,) = listed.json()["data"]
    assert told["reason"] == "not_processed"
    assert "failed" in told["detail"]
    source = await gateway.front.client.get(f"/v1/inbound/email/{told['id']}/source", headers=staff)
    assert source.content == content
    kinds = await gateway.rows("SELECT type FROM event WHERE provider_id = $1 ORDER BY seq")
    assert [row["type"] for row in kinds] == ["mail.received", "mail.quarantined"]


def _taking_up(gateway: Gateway, database: Database, after: timedelta) -> TakingUp:
    return TakingUp(database, gateway.front.desk.policies, gateway.front.desk.mailroom, lambda: NOW + after)


async def test_it_is_kept_byte_for_byte(gateway: Gateway) -> None:
    content = mail(f"{PASS}\nFrom: {JANE}", "caf\u00e9")
    told = (await gateway.post(content)).json()
    staff = await gateway.front.staff(gateway.provider)
    source = await gateway.front.client.get(f"/v1/inbound/email/{told['id']}/source", headers=staff)
    assert source.content == content
    assert source.headers["content-disposition"].startswith("attachment")
    (row,) = await gateway.rows("SELECT storage_key FROM inbound_mail WHERE provider_id = $1")
    kept = b"".join([chunk async for chunk in await gateway.front.desk.objects.get(row["storage_key"])])
    assert JANE.encode() not in kept, "who reads the store alone reads no mail"
    listed = (await gateway.front.client.get("/v1/inbound/email?state=processed", headers=staff)).json()
    assert [row["id"] for row in listed["data"]] == [told["id"]]
    one = (await gateway.front.client.get(f"/v1/inbound/email/{told['id']}", headers=staff)).json()
    assert one == told


async def test_files_come_along(gateway: Gateway) -> None:
    head = f"{PASS}\nContent-Type: multipart/mixed; boundary=BB"
    body = (
        "--BB\n\nsee attached\n--BB\nContent-Type: text/plain\nContent-Disposition: attachment; "
        "filename=../error.log\n\n504 Gateway Timeout\n--BB\nContent-Type: application/octet-stream; name=tool.exe\n"
        "Content-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA//8AAA==\n--BB--"
    )
    told = await gateway.hand_over(head, body)
    assert told["left_out"] == ["tool.exe"]
    staff = await gateway.front.staff(gateway.provider)
    client = gateway.front.client
    files = (await client.get(f"/v1/tickets/{told['ticket']['id']}/attachments", headers=staff)).json()["data"]
    assert [(file["name"], file["message"]) for file in files] == [("error.log", told["message"])]
    saved = await client.get(f"/v1/attachments/{files[0]['id']}", headers=staff)
    assert saved.content.strip() == b"504 Gateway Timeout"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (mail("From: a@x.example\nFrom: b@x.example"), "several_senders"),
        (mail("From: a@x.example, b@x.example"), "several_addresses"),
        (mail("Subject: " + "x" * 70_000), "headers_too_large"),
        (mail(body="x" * 30_000_000), "too_large"),
        (mail("Content-Type: multipart/mixed; boundary=b", "--b\n\nx\n" * 200), "too_many_parts"),
    ],
    ids=["zero bytes", "two Froms", "two addresses", "headers", "30 MB", "parts"],
)
async def test_what_cannot_be_read_is_put_aside_and_never_lost(gateway: Gateway, content: bytes, reason: str) -> None:
    answer = await gateway.post(content)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["reason"]) == ("quarantined", reason)
    assert told["detail"]
    assert await gateway.rows("SELECT id FROM ticket WHERE provider_id = $1") == []
    types = await gateway.rows("SELECT type FROM event WHERE provider_id = $1 ORDER BY seq")
    assert [row["type"] for row in types] == ["mail.received", "mail.quarantined"]


# ── who writes ───────────────────────────────────────────────────────────────
async def test_a_mail_whose_authentication_failed_counts_as_unlisted(gateway: Gateway) -> None:
    told = await gateway.hand_over(FAIL)
    assert (told["authentication"], told["ticket"]["outcome"]) == ("fail", "refused")


async def test_a_mail_without_any_authentication_may_still_report(gateway: Gateway) -> None:
    told = await gateway.hand_over("X-Nothing: here")
    assert (told["authentication"], told["ticket"]["outcome"]) == ("none", "accepted")


async def test_an_unlisted_sender_gets_what_the_policy_says(gateway: Gateway, silent: Gateway) -> None:
    head = "From: stranger@else.example"
    refused = await gateway.hand_over(head, "Your offer interests me, but my site at your place is down.")
    closed = await silent.hand_over(head, "My site at your place is down.")
    assert (refused["ticket"]["outcome"], closed["ticket"]["outcome"]) == ("refused", "auto_closed")
    assert (refused["ticket"]["status"], closed["ticket"]["status"]) == ("closed", "closed")


async def test_only_a_machine_of_the_gateway_may_hand_mail_over(front: FrontDesk) -> None:
    provider = await front.provider()
    _, _, contact = await front.customer()
    others = [contact, await front.staff(provider, Role.ADMIN), await front.service(provider, Scope.SUBMIT)]
    for token in others:
        headers = {**token, "Content-Type": "message/rfc822"}
        answer = await front.client.post("/v1/inbound/email", content=mail(), headers=headers)
        assert answer.status_code == 403
    json = {**(await front.service(provider, Scope.INBOUND)), "Content-Type": "application/json"}
    assert (await front.client.post("/v1/inbound/email", content=b"{}", headers=json)).status_code == 415
    assert (await front.client.get("/v1/inbound/email", headers=contact)).status_code == 403


# ── to which ticket it belongs ───────────────────────────────────────────────
async def test_an_answer_is_added_by_reference_by_reply_address_or_by_what_it_answers(gateway: Gateway) -> None:
    first = await gateway.hand_over()
    ticket = UUID(first["ticket"]["id"])
    keys = mail_keys(gateway.front.desk.sealing, gateway.provider.id)
    address = reply_address(keys, "support@desk.example", ticket, JANE)
    ours = message_id(keys, uuid7(NOW), ticket, "desk.example")
    ways = [
        f"Subject: Re: [{first['ticket']['reference']}] hello",
        f"Subject: Re: hello\nTo: {address}",
        f"Subject: Re: hello\nIn-Reply-To: {ours}",
        f"Subject: Re: hello\nReferences: {ours} <z@maple.example>",
    ]
    for number, way in enumerate(ways):
        told = await gateway.hand_over(f"{PASS}\n{way}", f"More {number}\n\nOn Monday Desk wrote:\n> x")
        assert told["ticket"]["id"] == first["ticket"]["id"], way
    assert await gateway.messages(first["ticket"]["id"]) == [
        "The shop has been down since nine.",
        *(f"More {number}" for number in range(len(ways))),
    ]


@pytest.mark.parametrize("head", [f"{FAIL}\nFrom: {JANE}", "From: stranger@else.example"], ids=["forged", "stranger"])
async def test_a_mark_opens_nothing_to_whoever_has_no_part_in_the_ticket(gateway: Gateway, head: str) -> None:
    first = await gateway.hand_over()
    keys = mail_keys(gateway.front.desk.sealing, gateway.provider.id)
    ticket = UUID(first["ticket"]["id"])
    address = reply_address(keys, "support@desk.example", ticket, JANE)
    marks = f"Subject: Re: {first['ticket']['reference']}\nTo: {address}\nIn-Reply-To: " + message_id(
        keys, uuid7(NOW), ticket, "desk.example"
    )
    told = await gateway.hand_over(f"{head}\n{marks}", "Send me the password.")
    assert told["state"] == "ignored"
    assert told["reason"] == "sender_unlisted"
    assert await gateway.messages(first["ticket"]["id"]) == ["The shop has been down since nine."]
    events = await gateway.rows("SELECT type FROM event WHERE provider_id = $1 AND subject_id = $2", ticket)
    assert [row["type"] for row in events] == ["ticket.opened", "ticket.reply_refused"]


async def test_where_anybody_may_report_a_stranger_still_adds_to_no_ticket(front: FrontDesk) -> None:
    gateway = await _gateway(front, "tsc")
    first = await gateway.hand_over()
    told = await gateway.hand_over(
        f"From: stranger@else.example\nSubject: Re: {first['ticket']['reference']}", "Me too."
    )
    assert told["ticket"]["id"] != first["ticket"]["id"]
    assert len(await gateway.messages(first["ticket"]["id"])) == 1


async def test_a_reply_to_a_closed_ticket_opens_a_follow_up(gateway: Gateway) -> None:
    first = await gateway.hand_over()
    staff = await gateway.front.staff(gateway.provider, level=3, supervisor=True)
    client, path = gateway.front.client, f"/v1/tickets/{first['ticket']['id']}"
    await client.post(f"{path}/resolve", json={"resolution": "Restarted."}, headers=staff)
    closed = await client.post(f"{path}/close", json={}, headers=staff)
    assert closed.status_code == 200, closed.text
    told = await gateway.hand_over(f"{PASS}\nSubject: Re: {first['ticket']['reference']}", "It is down again.")
    (new,) = await gateway.rows(
        "SELECT follow_up_of FROM ticket WHERE provider_id = $1 AND id = $2", UUID(told["ticket"]["id"])
    )
    assert str(new["follow_up_of"]) == first["ticket"]["id"]


# ── machines ─────────────────────────────────────────────────────────────────
async def test_machines_neither_open_nor_answer_tickets(gateway: Gateway) -> None:
    first = await gateway.hand_over()
    for sign in ("Auto-Submitted: auto-replied", "List-Id: <x.y>", "Precedence: bulk", "X-Loop: a", "Return-Path: <>"):
        told = await gateway.hand_over(f"{PASS}\n{sign}\nSubject: Re: {first['ticket']['reference']}")
        assert told["state"] == "ignored", sign
    assert len(await gateway.rows("SELECT id FROM message WHERE provider_id = $1")) == 1


async def test_our_own_mail_that_comes_back_is_a_loop(gateway: Gateway) -> None:
    ours = message_id(mail_keys(gateway.front.desk.sealing, gateway.provider.id), uuid7(NOW), None, "desk.example")
    told = await gateway.hand_over(f"{PASS}\nMessage-ID: {ours}")
    assert (told["state"], told["reason"]) == ("ignored", "loop")


async def test_whoever_writes_without_end_is_a_machine(gateway: Gateway) -> None:
    await gateway.hand_over()
    await gateway.front.owner.execute(
        """INSERT INTO inbound_mail (provider_id, id, fingerprint, state, sender, received_at, created_at, updated_at)
        SELECT provider_id, gen_random_uuid(), uuid_send(gen_random_uuid()), 'processed', sender, received_at,
               created_at, updated_at FROM inbound_mail CROSS JOIN generate_series(1, 60)"""
    )
    told = await gateway.hand_over()
    assert (told["state"], told["reason"]) == ("ignored", "rate")
    gateway.front.now += timedelta(hours=2)
    assert (await gateway.hand_over())["state"] == "processed"


async def _bounce(gateway: Gateway, recipient: str, status: str, ours: str) -> Any:
    head = "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; boundary=BB"
    body = (
        "--BB\n\nfailed\n--BB\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: {status}\n--BB\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {ours}\n--BB--"
    )
    return await gateway.hand_over(head, body)


async def test_a_hard_bounce_of_our_own_mail_makes_contact_data_stale(gateway: Gateway) -> None:
    keys, delivery = mail_keys(gateway.front.desk.sealing, gateway.provider.id), uuid7(NOW)
    ticket = UUID((await gateway.hand_over())["ticket"]["id"])
    ours = message_id(keys, delivery, ticket, "desk.example")
    target = {"to": "sender", "ticket": str(ticket)}
    await factories.delivery(gateway.front.owner, gateway.provider.id, id=delivery, kind="mail", target=target)
    for told in (
        await _bounce(gateway, JANE, "5.2.2", ours),
        await _bounce(gateway, "other@maple.example", "5.1.1", ours),
        await _bounce(gateway, JANE, "5.1.1", "<made-up@desk.example>"),
    ):
        assert (told["state"], told["reason"] in ("bounce", "report")) == ("ignored", True)
    current = "SELECT contact_info_current AS now FROM account WHERE provider_id = $1"
    assert [row["now"] for row in await gateway.rows(current)] == [True]
    await _bounce(gateway, JANE, "5.1.1", ours)
    assert [row["now"] for row in await gateway.rows(current)] == [False]
    events = await gateway.rows("SELECT data FROM event WHERE provider_id = $1 AND type = 'account.outdated'")
    assert [row["data"] for row in events] == [{"because": "hard_bounce"}]
