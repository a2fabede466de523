"""Letters over a real SMTP server, and what comes back in answer to them."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from app.base.settings import Settings
from app.base.vocabulary import Scope
from app.clients.smtp import FolderPost, post_of
from app.db.pool import Database
from tests import factories
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined
from tests.services.mail.office import JANE, Office, OneReader, open_office
from tests.services.mail.postbox import Postbox, open_postbox, text_of

PART = "unasked-mail"
STRANGERS = 300 if os.environ.get("CLAUSEDESK_TEST_TIER") == "long" else 20


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with open_postbox() as box:
        yield box


@pytest.fixture
def box(server: Postbox) -> Postbox:
    server.received.clear()
    server.answers.clear()
    return server


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[OneReader]:
    kept = OneReader("mx.desk.example")
    yield kept
    await kept.end()


@pytest.fixture
async def office(front: FrontDesk, worker_database: Database, box: Postbox, reader: OneReader) -> Office:
    return await open_office(front, worker_database, box, reader, "mexxus")


@pytest.fixture
async def silent(front: FrontDesk, worker_database: Database, box: Postbox, reader: OneReader) -> Office:
    return await open_office(front, worker_database, box, reader, "plutus")


def only(box: Postbox) -> EmailMessage:
    (mail,) = box.mails()
    return mail


def answering(mail: EmailMessage) -> str:
    """The headers of an answer, as a mail program writes them."""
    return (
        f"To: {mail['Reply-To'].addresses[0].addr_spec}\nSubject: Re: something else\n"
        f"In-Reply-To: {mail['Message-ID']}\nReferences: {mail['References']} {mail['Message-ID']}"
    )


async def test_a_request_is_acknowledged_with_its_reference_and_due_time(office: Office, box: Postbox) -> None:
    told = await office.hand_over("Subject: Checkout is dead\nMessage-ID: <first@maple.example>")
    await office.work()
    envelope, recipient, _ = box.received[0]
    mail = only(box)
    assert (envelope, recipient) == ("<>", JANE)
    assert mail["From"].addresses[0].addr_spec == "support@mexxus.example"
    assert mail["Subject"] == f"[{told['ticket']['reference']}] Checkout is dead"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<first@maple.example>"
    assert mail["References"].endswith("<first@maple.example>")
    assert mail["List-Unsubscribe"] is None
    text = text_of(mail)
    assert told["ticket"]["reference"] in text
    due = await office.front.owner.fetchval("SELECT due_at FROM clock WHERE metric = 'first_response'")
    local = due.astimezone(ZoneInfo("America/Toronto"))
    assert f"You will have a first answer by {local:%Y-%m-%d %H:%M} (America/Toronto)" in text
    assert told["ticket"]["reference"] in text_of(mail, "html")


async def test_an_answer_to_our_mail_comes_back_to_its_ticket(office: Office, box: Postbox) -> None:
    first = await office.hand_over()
    await office.work()
    mail = only(box)
    quoted = "".join(f"> {line}\n" for line in text_of(mail).splitlines())
    told = await office.hand_over(answering(mail), f"It is still down.\n\nOn Tuesday the desk wrote:\n{quoted}")
    assert told["ticket"]["id"] == first["ticket"]["id"]
    said = await office.front.owner.fetch("SELECT body FROM message ORDER BY id")
    assert [row["body"] for row in said] == ["The shop is down.", "It is still down."]
    await office.work()
    assert len(box.received) == 1


async def test_what_staff_write_is_sent_as_a_person_writes_and_notes_stay_inside(office: Office, box: Postbox) -> None:
    told = await office.hand_over()
    staff = await office.front.staff(office.provider, name="Ada")
    path = f"/v1/tickets/{told['ticket']['id']}/messages"
    for body in ({"body": "Restart it, please.\nThen look again."}, {"body": "Secret", "visibility": "internal"}):
        answer = await office.front.client.post(path, json=body, headers=staff)
        assert answer.status_code == 201
    await office.work()
    acknowledged, reply = box.mails()
    assert acknowledged["Auto-Submitted"] == "auto-replied"
    assert reply["Auto-Submitted"] is None
    assert box.received[1][0] == "support@mexxus.example"
    assert "Restart it, please.\nThen look again." in text_of(reply)
    assert "Ada" in text_of(reply)
    assert all(b"Secret" not in content for _, _, content in box.received)


async def test_markup_in_what_somebody_wrote_stays_text(office: Office, box: Postbox) -> None:
    told = await office.hand_over("Subject: <script>alert(1)</script> {{ 7 * 7 }}")
    staff = await office.front.staff(office.provider)
    path = f"/v1/tickets/{told['ticket']['id']}/messages"
    await office.front.client.post(path, json={"body": "<img src=x onerror=1> {{ 7 * 7 }}"}, headers=staff)
    await office.work()
    for mail in box.mails():
        page = text_of(mail, "html")
        assert "<script>" not in page
        assert "<img" not in page
        assert "49" not in mail["Subject"]
    assert "{{ 7 * 7 }}" in text_of(box.mails()[1])


async def test_a_solved_request_says_so(office: Office, box: Postbox) -> None:
    told = await office.hand_over()
    staff = await office.front.staff(office.provider, level=3, supervisor=True)
    path = f"/v1/tickets/{told['ticket']['id']}/resolve"
    answer = await office.front.client.post(path, json={"resolution": "PHP was restarted."}, headers=staff)
    assert answer.status_code == 200, answer.text
    await office.work()
    mail = box.mails()[-1]
    assert "Solved" in mail["Subject"]
    assert "PHP was restarted." in text_of(mail)
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_what_is_held_says_what_is_missing_and_is_acknowledged_when_it_is_there(
    silent: Office, box: Postbox
) -> None:
    account = await factories.account(silent.front.owner, silent.provider.id, product="shared_hosting", number="bakery")
    await factories.contact(silent.front.owner, account, role="primary", token_role="primary_contact", email=JANE)
    told = await silent.hand_over("Subject: Site", "Nobody can open our site.")
    assert told["ticket"]["outcome"] == "held", "it may be about either account"
    await silent.work()
    mail = only(box)
    assert "cannot begin with it yet" in text_of(mail)
    assert re.findall(r"^- (.+)$", text_of(mail), re.M)
    assert "actions/" not in text_of(mail)
    assert (mail["Auto-Submitted"], box.received[0][0]) == ("auto-replied", "<>")
    await silent.hand_over(answering(mail), "First name: Jane\nLast name: Doe\nUsername: bakery")
    await silent.work()
    assert "We have received your request." in text_of(box.mails()[-1])
    assert "You will have a first answer by" in text_of(box.mails()[-1])
    assert len(box.received) == 2


async def test_who_does_not_answer_is_reminded_twice_and_told_of_the_end(office: Office, box: Postbox) -> None:
    told = await office.hand_over()
    staff = await office.front.staff(office.provider)
    path = f"/v1/tickets/{told['ticket']['id']}/messages"
    asks = {"body": "Since when?", "facts": {"awaits_customer": True}}
    assert (await office.front.client.post(path, json=asks, headers=staff)).status_code == 201
    await office.work()
    before = len(box.received)
    for days in (3, 7, 4):
        await office.later(timedelta(days=days))
    first, second, last = box.mails()[before:]
    for reminder in (first, second):
        assert reminder["Subject"].startswith(f"[{told['ticket']['reference']}] We wait for you")
        assert "waits for an answer from you" in text_of(reminder)
        assert reminder["Auto-Submitted"] == "auto-generated"
    assert "so we have closed it" in text_of(last)
    assert {mail["To"].addresses[0].addr_spec for mail in box.mails()} == {JANE}


async def test_a_request_about_the_same_is_told_where_it_goes_on(silent: Office, box: Postbox) -> None:
    trouble = {"subject": "FTP", "facts": {"topic": "access.ftp_ssh", "error_message": "530 Login incorrect"}}
    headers = [silent.customer | silent.front.key() for _ in range(2)]
    first, again = [await silent.front.client.post("/v1/tickets", json=trouble, headers=key) for key in headers]
    assert (first.status_code, again.status_code) == (201, 200), again.text
    goes_on = first.json()["reference"]
    await silent.later(timedelta(hours=1))
    other = await silent.hand_over("Subject: A bill", "Why is it so high?")
    await silent.work()
    staff = await silent.front.staff(silent.provider)
    path = f"/v1/tickets/{other['ticket']['id']}/merge"
    merged = await silent.front.client.post(path, json={"into": goes_on}, headers=staff)
    assert merged.status_code == 200, merged.text
    await silent.later(timedelta(hours=1))
    joined = [mail for mail in box.mails() if f"same matter as {goes_on}" in text_of(mail)]
    assert [mail["Subject"].partition("] ")[2] for mail in joined] == ["FTP", "A bill"]
    assert all(mail["Subject"].split("]")[0] != f"[{goes_on}" for mail in joined), "each under its own reference"


async def test_an_action_is_confirmed_in_the_client_area_and_that_is_told(silent: Office, box: Postbox) -> None:
    who = silent.customer
    opened = await silent.hand_over()
    body = {"action": "account_reinstall", "ticket": opened["ticket"]["id"]}
    asked = await silent.front.client.post("/v1/actions", json=body, headers=who)
    assert (asked.status_code, asked.json().get("outcome")) == (201, "held"), asked.text
    await silent.work()
    held = text_of(box.mails()[-1])
    assert f"confirm it here: https://my.plutus.example/actions/{asked.json()['id']}" in held
    assert "data loss" not in held, "no mail can confirm it"
    confirmed = await silent.front.client.post(f"/v1/actions/{asked.json()['id']}/confirm", headers=who)
    assert confirmed.status_code == 200, confirmed.text
    await silent.work()
    told = next(mail for mail in box.mails() if "Confirmed" in mail["Subject"])
    assert "If it was not you, tell us at once." in text_of(told)


# ── whom nobody writes to ────────────────────────────────────────────────────
async def test_a_stranger_is_told_once_a_day_why_and_only_if_their_domain_vouches(office: Office, box: Postbox) -> None:
    stranger = "someone@else.example"
    for _ in range(3):
        await office.hand_over(body="My site at your place is down.", sender=stranger)
    await office.work()
    mail = only(box)
    assert mail["To"].addresses[0].addr_spec == stranger
    assert "Our support policy says:" in text_of(mail)
    await office.later(timedelta(hours=25))
    office.gateway = await office.front.service(office.provider, Scope.INBOUND)
    await office.hand_over(body="It is still down.", sender=stranger)
    await office.work()
    assert len(box.received) == 2


async def test_a_forged_or_unproven_stranger_is_told_nothing(office: Office, box: Postbox) -> None:
    for result in ("dmarc=fail header.from=maple.example", "dmarc=none header.from=maple.example", "none"):
        await office.hand_over(
            f"From: a@else.example\nAuthentication-Results: mx.desk.example; {result}", sender="x@else.example"
        )
    content = (
        b"From: someone@else.example\r\nMessage-ID: <9@else.example>\r\nSubject: hello\r\n\r\nMy site is down.\r\n"
    )
    assert (await office.post_in(content))["ticket"]["outcome"] == "refused"
    await office.work()
    examined(PART, 4, len(box.received))
    assert box.received == []


async def test_where_the_policy_is_silent_nobody_hears_anything(silent: Office, box: Postbox) -> None:
    for number in range(STRANGERS):
        await silent.hand_over(sender=f"spam{number}@else.example")
    await silent.work()
    examined(PART, STRANGERS, len(box.received))
    assert box.received == []
    assert await silent.states() == []
    await silent.front.owner.execute("UPDATE contact SET email = 'spam0@else.example'")
    await silent.hand_over("Subject: Another", "It is down.", sender="spam0@else.example")
    await silent.work()
    caught(PART, "a mail to somebody who may ask", len(box.received))
    assert len(box.received) == 1


async def test_no_address_is_acknowledged_more_than_three_times_an_hour(office: Office, box: Postbox) -> None:
    for number in range(6):
        await office.hand_over(f"Subject: Trouble {number}", f"Matter {number} is broken: error {number}.")
    await office.work()
    examined(PART, 6, max(0, len(box.received) - 3))
    assert len(box.received) == 3
    await office.later(timedelta(hours=2))
    await office.hand_over("Subject: And again", "Something else is broken.")
    await office.work()
    assert len(box.received) == 4


async def test_two_desks_that_write_to_each_other_stop_after_one_mail_each(
    office: Office, silent: Office, box: Postbox
) -> None:
    """Each lists the other's address; whatever one sends is handed to the other."""
    desks = {"support@plutus.example": silent, "support@mexxus.example": office}
    for address, desk in desks.items():
        other = next(a for a in desks if a != address)
        await desk.front.owner.execute("UPDATE contact SET email = $1 WHERE provider_id = $2", other, desk.provider.id)
    await office.hand_over(sender="support@plutus.example")
    await silent.hand_over(sender="support@mexxus.example")
    delivered = 0
    for _ in range(5):
        await office.work()
        for _, recipient, content in box.received[delivered:]:
            delivered += 1
            gateway = f"Authentication-Results: mx.desk.example; dmarc=pass header.from={recipient}\r\n"
            told = await desks[recipient].post_in(gateway.encode() + content)
            assert told["state"] == "ignored"
    examined(PART, delivered, max(0, len(box.received) - 2))
    assert len(box.received) <= 2


# ── when it does not go well ─────────────────────────────────────────────────
async def test_a_server_that_cannot_just_now_is_tried_again_with_the_same_mail(office: Office, box: Postbox) -> None:
    box.answers[JANE] = ["451 4.3.0 later", "421 4.3.2 even later"]
    await office.hand_over()
    await office.work()
    assert await office.states() == ["pending"]
    await office.later(timedelta(minutes=1))
    assert await office.states() == ["pending"]
    await office.later(timedelta(hours=1))
    assert await office.states() == ["delivered"]
    assert len(box.received) == 1


async def test_an_address_that_does_not_exist_is_given_up_and_makes_contact_data_stale(
    office: Office, box: Postbox
) -> None:
    box.answers[JANE] = ["550 5.1.1 no such user"]
    await office.hand_over()
    await office.work()
    assert await office.states() == ["dead"]
    stale = await office.front.owner.fetchval("SELECT bool_and(NOT contact_info_current) FROM account")
    assert stale is True


async def test_a_refusal_for_another_reason_is_given_up_and_says_nothing_about_the_address(
    office: Office, box: Postbox
) -> None:
    box.answers[JANE] = ["554 5.7.1 you \x00 are spam"]
    await office.hand_over()
    await office.work()
    assert await office.states() == ["dead"]
    assert await office.front.owner.fetchval("SELECT bool_and(contact_info_current) FROM account") is True


async def test_without_a_server_mail_is_kept_in_a_folder(office: Office, box: Postbox, tmp_path: Path) -> None:
    office.post = FolderPost(tmp_path / "outbox")
    await office.hand_over()
    await office.work()
    (kept,) = (tmp_path / "outbox").glob("*.eml")
    assert b"Auto-Submitted: auto-replied" in kept.read_bytes()
    assert await office.states() == ["delivered"]


async def test_without_a_server_production_says_so_at_its_start_and_no_letter_passes_for_delivered(
    office: Office, box: Postbox, tmp_path: Path
) -> None:
    with capture_logs() as log:
        office.post = post_of(Settings(environment="production", data_dir=tmp_path))
    (told,) = log
    assert (told["event"], told["log_level"], told["why"]) == (
        *("mail_reaches_nobody", "error", "CLAUSEDESK_SMTP_HOST is not set"),
    )
    await office.hand_over()
    await office.work()
    assert not list(tmp_path.iterdir())
    assert await office.states() == ["pending"]
    assert await office.front.owner.fetchval("SELECT last_error FROM delivery") == told["why"]
    office.post = None
    await office.later(timedelta(minutes=10))
    assert (len(box.mails()), await office.states()) == (1, ["delivered"]), "once there is a server"


async def test_a_one_time_link_is_made_when_it_is_sent_and_kept_nowhere(
    front: FrontDesk, worker_database: Database, box: Postbox, reader: OneReader
) -> None:
    office = await open_office(front, worker_database, box, reader, "kenotronix", product="vps_developer")
    body = {"subject": "No SSH", "body": "It closes at once.", "facts": {"topic": "access.ftp_ssh"}}
    opened = await front.client.post("/v1/tickets", json=body, headers=office.customer | front.key())
    assert opened.status_code == 201, opened.text
    await office.work()
    assert "cannot begin with it yet" in text_of(next(m for m in box.mails() if "something more" in m["Subject"]))
    mail = next(m for m in box.mails() if "one-time link" in m["Subject"])
    assert mail["To"].addresses[0].addr_spec == JANE
    found = re.search(r"https://desk\.example/forms/([0-9a-f-]{36})#(\S+)", text_of(mail))
    assert found is not None
    link = found.group(2)
    kept = await front.owner.fetchval("SELECT string_agg(to_jsonb(d)::text, ' ') FROM delivery AS d")
    assert link.rpartition(".")[2] not in kept
    assert JANE not in kept
    filled = await front.client.put(
        f"/v1/secure-forms/{found.group(1)}", json={"link": link, "content": "root / Zx9!canary"}
    )
    assert filled.status_code in (200, 201, 204), filled.text


async def test_a_price_comes_with_a_link_to_agree_to_it(office: Office, box: Postbox) -> None:
    told = await office.hand_over()
    staff = await office.front.staff(office.provider, level=3, supervisor=True)
    body = {"ticket": told["ticket"]["id"], "amount": {"amount": "85.00", "currency": "CAD"}, "estimated_minutes": 60}
    quoted = await office.front.client.post("/v1/quotes", json=body, headers=staff | office.front.key())
    assert quoted.status_code == 201, quoted.text
    await office.work()
    mail = box.mails()[-1]
    assert f"https://my.mexxus.example/quotes/{quoted.json()['id']}" in text_of(mail)
    total = quoted.json()["total"]
    assert f"costs {total['amount']} {total['currency']}." in text_of(mail)
    assert sum("price" in mail["Subject"] for mail in box.mails()) == 1
    await office.front.owner.execute("UPDATE quote SET expires_at = $1", office.front.now)
    await office.later(timedelta(seconds=1))
    assert f"for {total['amount']} {total['currency']}. Nobody agreed in time" in text_of(box.mails()[-1])
