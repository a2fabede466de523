"""Notices by mail: to everybody whom the policy does not leave out, once, and not to those who want none."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from app.db.pool import Database
from tests import factories
from tests.frontdesk import FrontDesk
from tests.services.mail.office import JANE, Office, OneReader, open_office
from tests.services.mail.postbox import Postbox, open_postbox, text_of

PHP = {"kind": "announcement", "title": "PHP moves on", "body": "PHP 8.1 ends in May."}
BOB = "bob@maple.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with open_postbox() as box:
        yield box


@pytest.fixture
def box(server: Postbox) -> Postbox:
    server.received.clear()
    return server


@pytest.fixture
async def office(front: FrontDesk, worker_database: Database, box: Postbox) -> Office:
    """Of a provider that leaves out accounts whose contact data is out of date."""
    return await open_office(front, worker_database, box, OneReader("mx.desk.example"), "plutus", number="A1")


async def listed(office: Office, number: str, *emails: str, **account: Any) -> None:
    row = await factories.account(office.front.owner, office.provider.id, number=number, **account)
    for email in emails:
        person: dict[str, Any] = {"role": "primary", "token_role": "primary_contact", "email": email, "slot": None}
        await factories.contact(office.front.owner, row, **person)


async def published(office: Office, verb: str = "publish", body: Any = None, **notice: Any) -> str:
    staff = await office.front.staff(office.provider)
    made = await office.front.client.post("/v1/notices", json={**PHP, **notice}, headers=staff)
    path = f"/v1/notices/{made.json()['id']}"
    answer = await office.front.client.post(f"{path}/{verb}", json=body, headers=staff)
    assert answer.status_code == 200, answer.text
    return path


def to(box: Postbox) -> list[str]:
    return sorted(recipient for _, recipient, _ in box.received)


def link_in(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"]).strip("<>").removeprefix("https://desk.example")


async def test_an_announcement_goes_once_to_each_address_and_not_to_accounts_that_are_left_out(
    office: Office, box: Postbox
) -> None:
    await listed(office, "A2", "stale@maple.example", contact_info_current=False)
    await listed(office, "A3", JANE, BOB)
    await listed(office, "A4", "gone@maple.example", state="closed")
    await listed(office, "A5", "eve@maple.example")
    path = await published(office)
    await office.work()
    assert to(box) == [BOB, "eve@maple.example", JANE]
    envelope, _, _ = box.received[0]
    mail = next(mail for mail in box.mails() if JANE in mail["To"])
    assert (envelope, mail["Auto-Submitted"], mail["List-Unsubscribe-Post"]) == (
        "<>", "auto-generated", "List-Unsubscribe=One-Click"
    )  # fmt: skip
    assert mail["Subject"].endswith(": PHP moves on")
    assert "PHP 8.1 ends in May." in text_of(mail)
    assert str(mail["List-Unsubscribe"]).strip("<>") in text_of(mail)
    assert "PHP 8.1 ends in May." in text_of(mail, "html")
    staff = await office.front.staff(office.provider)
    shown = (await office.front.client.get(f"{path}/recipients", headers=staff)).json()["data"]
    assert [(r["account"]["number"], r["letters"], r["reason"]) for r in shown] == [
        ("A1", 1, None), ("A2", 0, "contact_info_outdated"), ("A3", 2, None), ("A5", 1, None)
    ]  # fmt: skip


async def test_no_worker_that_is_killed_makes_it_go_twice(office: Office, box: Postbox) -> None:
    await listed(office, "A3", JANE, BOB)
    await listed(office, "A5", "eve@maple.example")
    await published(office)
    await office.work()
    first = to(box)
    # As if whoever found out the readers had died before it was written down, at each page.
    again = "UPDATE delivery SET state = 'pending', delivered_at = NULL WHERE kind = 'announcement'"
    await office.front.owner.execute(again)
    await office.later(timedelta(minutes=5))
    assert to(box) == first == [BOB, "eve@maple.example", JANE]


async def test_one_click_ends_announcements_and_nothing_else(office: Office, box: Postbox) -> None:
    client, owner = office.front.client, office.front.owner
    await listed(office, "A3", JANE)
    await published(office)
    await office.work()
    link = link_in(box.mails()[0])
    page = await client.get(link, headers={"Accept-Language": "pt-BR"})
    assert (page.status_code, "Não me enviem mais" in page.text) == (200, True)
    assert await owner.fetchval("SELECT count(*) FROM contact WHERE unsubscribed_at IS NOT NULL") == 0
    for _ in range(2):
        done = await client.post(link, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "no announcements any more" in done.text) == (200, True)
    assert await owner.fetchval("SELECT count(*) FROM event WHERE type = 'contact.unsubscribed'") == 2, (
        "on each account"
    )
    forged = link[:-1] + ("a" if link[-1] != "a" else "b")
    assert (await client.post(forged, data={"List-Unsubscribe": "One-Click"})).status_code == 404
    box.received.clear()
    await published(office, title="PHP moves on again")
    await office.work()
    assert to(box) == []
    await published(office, kind="security", title="Update now")
    await office.work()
    (mail,) = box.mails()
    assert (mail["To"].addresses[0].addr_spec, mail["List-Unsubscribe"]) == (JANE, None)
    who = office.customer
    mine = await owner.fetchval(
        "SELECT c.id FROM contact AS c JOIN account AS a ON a.id = c.account_id WHERE number = 'A1'"
    )
    shown = await client.get(f"/v1/contacts/{mine}", headers=who)
    assert shown.json()["announcements"] is False
    wanted = {**who, "If-Match": shown.headers["etag"], "Content-Type": "application/merge-patch+json"}
    again = await client.patch(f"/v1/contacts/{mine}", json={"announcements": True}, headers=wanted)
    assert (again.status_code, again.json()["announcements"]) == (200, True)


async def test_maintenance_is_told_when_it_is_planned_and_not_again_when_it_begins(
    office: Office, box: Postbox
) -> None:
    window = {"starts_at": "2026-02-12T22:00:00Z", "ends_at": "2026-02-12T23:00:00Z"}
    path = await published(office, "schedule", window, kind="maintenance", title="New disks")
    await office.work()
    (mail,) = box.mails()
    assert "From 2026-02-13 00:00 (Africa/Johannesburg) until 2026-02-13 01:00" in text_of(mail)
    staff = await office.front.staff(office.provider)
    assert (await office.front.client.post(f"{path}/publish", headers=staff)).status_code == 200
    taken_back = await published(office)
    assert (await office.front.client.post(f"{taken_back}/withdraw", headers=staff)).status_code == 200
    await published(office, kind="incident", title="Down", server="s1")
    await office.work()
    assert len(box.received) == 1
