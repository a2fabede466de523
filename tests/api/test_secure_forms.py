"""Secure forms: credentials come by a link that works once, are shown once, and stand nowhere else."""

import asyncio
import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from app.base.vocabulary import Scope
from app.db.pool import Database
from app.sealing.links import link_secret
from app.services.secure_forms.expiring import expire
from app.services.secure_forms.links import link_of
from app.services.secure_forms.sending import link_to_send
from tests import factories
from tests.api.test_races import patiently
from tests.frontdesk import FrontDesk, Headers
from tests.reliability.report import examined

SECRET = "root / Zx9!canary-hunter2"
PURPOSE = "credentials_via_secure_form_required"


class Server:
    """A developer's server, whose policy wants its login by the secure form before anything is done."""

    def __init__(self, front: FrontDesk, owner: Headers, agent: Headers) -> None:
        self.front, self.owner, self.agent = front, owner, agent

    async def ticket(self, **facts: Any) -> dict[str, Any]:
        body = {"subject": "No SSH", "body": "It closes at once.", "facts": {"topic": "access.ftp_ssh", **facts}}
        answer = await self.front.client.post("/v1/tickets", json=body, headers=self.owner | self.front.key())
        assert answer.status_code == 201, answer.text
        view: dict[str, Any] = answer.json()
        return view

    async def asked_for(self, ticket: str) -> tuple[UUID, str]:
        """The form that the ticket's decision asked for, and its link as whoever delivers it makes it."""
        row = await self.front.owner.fetchrow(
            "SELECT id, provider_id FROM secure_form WHERE ticket_id = $1", UUID(ticket)
        )
        assert row is not None
        provider = await self.front.provider("kenotronix")
        return row["id"], link_of(self.front.desk.sealing, "https://d", provider.slug, row["provider_id"], row["id"])

    async def fills(self, form: UUID, link: str, content: str = SECRET) -> httpx2.Response:
        body = {"link": link.partition("#")[2], "content": content}
        return await self.front.client.put(f"/v1/secure-forms/{form}", json=body)

    async def reveals(self, form: UUID, who: Headers | None = None) -> httpx2.Response:
        return await self.front.client.post(f"/v1/secure-forms/{form}/reveal", headers=who or self.agent)

    async def read(self, ticket: str) -> dict[str, Any]:
        view: dict[str, Any] = (await self.front.client.get(f"/v1/tickets/{ticket}", headers=self.agent)).json()
        return view

    async def state(self, form: UUID) -> str:
        view = (await self.front.client.get(f"/v1/secure-forms/{form}", headers=self.agent)).json()
        return str(view["state"])


@pytest.fixture
async def server(front: FrontDesk) -> Server:
    _, _, owner = await front.customer("kenotronix", product="vps_developer")
    return Server(front, owner, await front.staff(await front.provider("kenotronix")))


async def everything_stored(front: FrontDesk) -> str:
    tables = ("ticket", "message", "event", "idempotency_key", "secure_form")
    return " ".join(
        [await front.owner.fetchval(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {t} AS t") for t in tables]
    )


async def test_a_ticket_waits_for_the_form_and_goes_on_when_it_is_filled_in(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = await server.ticket()
    assert (ticket["status"], ticket["reason"]) == ("on_hold", PURPOSE)
    form, link = await server.asked_for(ticket["id"])
    filled = await server.fills(form, link)
    assert (filled.status_code, filled.json()["state"]) == (200, "filled"), filled.text
    went_on = await server.read(ticket["id"])
    assert (went_on["status"], went_on["outcome"]) == ("open", "accepted")
    assert (went_on["facts"]["secure_form_ref"], went_on["facts"]["secure_form_state"]) == (str(form), "valid")
    shown = await server.reveals(form)
    assert (shown.status_code, shown.json()["content"], shown.json()["state"]) == (200, SECRET, "revealed")
    assert shown.headers["cache-control"] == "no-store"
    kinds = "SELECT type, actor_kind, data FROM event WHERE subject_kind = 'secure_form' ORDER BY seq"
    log = await server.front.owner.fetch(kinds)
    assert [(e["type"], e["actor_kind"]) for e in log] == [
        ("secure_form.requested", "contact"), ("secure_form.filled", "contact"), ("secure_form.revealed", "staff")
    ]  # fmt: skip
    assert (log[0]["data"]["purpose"], log[0]["data"]["ticket"]) == ("credentials", ticket["id"])
    said = capsys.readouterr()
    kept = await everything_stored(server.front) + said.out + said.err
    assert "canary" not in kept
    assert link.rpartition(".")[2] not in kept


async def test_the_mail_with_the_link_is_made_when_it_is_sent_and_only_while_somebody_is_to_have_it(
    server: Server, worker_database: Database
) -> None:
    front = server.front
    form, link = await server.asked_for((await server.ticket())["id"])
    row = await front.owner.fetchrow("SELECT provider_id, contact_id FROM secure_form WHERE id = $1", form)
    assert row is not None
    email = await front.owner.fetchval("SELECT email FROM contact WHERE id = $1", row["contact_id"])
    about = (worker_database, front.desk.sealing, "https://d", row["provider_id"], form)
    mail = await link_to_send(*about, front.now)
    assert mail is not None
    assert (mail.email, mail.purpose, mail.link) == (email, "credentials", link)
    assert link not in repr(mail)
    assert await link_to_send(*about, front.now + timedelta(hours=48)) is None
    await server.fills(form, link)
    assert await link_to_send(*about, front.now) is None


async def test_of_a_hundred_who_look_at_once_one_is_shown_it(server: Server) -> None:
    form, link = await server.asked_for((await server.ticket())["id"])
    await server.fills(form, link)
    answers = await asyncio.gather(*(patiently(lambda: server.reveals(form)) for _ in range(100)))
    examined("sealing", 100, int(sum(answer.status_code == 200 for answer in answers) != 1))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 99
    assert sum("content" in answer.json() for answer in answers) == 1


async def test_a_link_works_once(server: Server) -> None:
    form, link = await server.asked_for((await server.ticket())["id"])
    sent = (partial(server.fills, form, link, f"{SECRET} {n}") for n in range(8))
    answers = await asyncio.gather(*map(patiently, sent))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    first = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert (await server.reveals(form)).json()["content"] == f"{SECRET} {first}"
    assert (await server.fills(form, link)).status_code == 409


async def test_no_other_link_opens_it(server: Server) -> None:
    form, link = await server.asked_for((await server.ticket())["id"])
    other, others = await server.asked_for((await server.ticket())["id"])
    provider, _, secret = link.partition("#")[2].partition(".")
    guesses = [others, f"#{provider}.{secret[:-2]}", f"#mexxus.{secret}", f"#nobody.{secret}", "#", f"#{provider}.é",
               f"#{provider}.{link_secret(server.front.desk.sealing, str(form))}"]  # fmt: skip
    for guess in guesses:
        assert (await server.fills(form, guess)).status_code == 404
    assert (await server.fills(uuid4(), link)).status_code == 404
    assert (await server.state(form), await server.state(other)) == ("open", "open")


async def test_staff_ask_for_one_and_see_its_link_once(server: Server) -> None:
    ticket = await server.ticket()
    key, body = server.front.key(), {"ticket": ticket["reference"]}
    made = await server.front.client.post("/v1/secure-forms", json=body, headers=server.agent | key)
    assert made.status_code == 201, made.text
    again = await server.front.client.post("/v1/secure-forms", json=body, headers=server.agent | key)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    form, link = UUID(made.json()["id"]), made.json()["link"]
    assert re.fullmatch(rf"https://desk\.example/forms/{form}#kenotronix\.[\w-]{{43}}", link)
    assert link.rpartition(".")[2] not in await everything_stored(server.front)
    assert (await server.fills(form, link)).status_code == 200
    assert (await server.read(ticket["id"]))["status"] == "open"
    last = await server.front.owner.fetchrow("SELECT actor_kind, actor_id FROM event WHERE type = 'secure_form.filled'")
    assert last is not None
    assert tuple(last) == ("link", str(form))
    shown = await server.front.client.post(f"/v1/secure-forms/{form}/reveal", headers=server.agent | key)
    assert shown.status_code == 422, "the key was used for another request"


async def test_customers_and_machines_neither_ask_for_one_nor_look(server: Server) -> None:
    ticket = (await server.ticket())["id"]
    form, link = await server.asked_for(ticket)
    await server.fills(form, link)
    machine = await server.front.service(await server.front.provider("kenotronix"), Scope.SUBMIT)
    for who in (server.owner, machine):
        answer = await server.front.client.post("/v1/secure-forms", json={"ticket": ticket}, headers=who)
        assert answer.status_code == 403
        assert (await server.reveals(form, who)).status_code == 403
    _, _, stranger = await server.front.customer("kenotronix")
    elsewhere = await server.front.staff(await server.front.provider("mexxus"))
    for who, status in ((stranger, 403), (elsewhere, 404)):
        assert (await server.reveals(form, who)).status_code == status
        assert (await server.front.client.get(f"/v1/secure-forms/{form}", headers=who)).status_code == 404
    seen = await server.front.client.get(f"/v1/secure-forms/{form}", headers=server.owner)
    assert "content" not in seen.json()
    assert seen.json()["state"] == "filled"
    assert await server.state(form) == "filled"


async def test_when_its_time_is_over_it_is_empty(server: Server, worker_database: Database) -> None:
    front = server.front
    open_, link = await server.asked_for((await server.ticket())["id"])
    filled, other = await server.asked_for((await server.ticket())["id"])
    await server.fills(filled, other)
    front.now += timedelta(days=3)
    server.agent = await front.staff(await front.provider("kenotronix"))
    assert "time is over" in (await server.fills(open_, link)).json()["detail"]
    assert await expire(worker_database, front.now) == 1
    assert (await server.state(open_), await server.state(filled)) == ("expired", "filled")
    front.now += timedelta(days=5)
    server.agent = await front.staff(await front.provider("kenotronix"))
    assert (await server.reveals(filled)).status_code == 409
    assert await expire(worker_database, front.now) == 1
    assert await front.owner.fetchval("SELECT count(*) FROM secure_form WHERE sealed IS NOT NULL") == 0
    assert await front.owner.fetchval("SELECT count(*) FROM event WHERE type = 'secure_form.expired'") == 2
    assert await expire(worker_database, front.now) == 0


async def test_an_envelope_moved_to_another_row_does_not_open_and_is_not_lost(server: Server) -> None:
    one, link = await server.asked_for((await server.ticket())["id"])
    two, other = await server.asked_for((await server.ticket())["id"])
    await server.fills(one, link)
    await server.fills(two, other)
    await server.front.owner.execute(
        "UPDATE secure_form SET sealed = (SELECT sealed FROM secure_form WHERE id = $1) WHERE id = $2", one, two
    )
    moved = await server.reveals(two)
    assert (moved.status_code, moved.json()["code"]) == (409, "conflict")
    assert await server.state(two) == "filled"
    assert (await server.reveals(one)).json()["content"] == SECRET


async def test_a_form_that_is_named_is_judged_by_the_desk(server: Server) -> None:
    form, link = await server.asked_for((await server.ticket())["id"])
    early = await server.ticket(secure_form_ref=str(form), topic="web.error")
    assert (early["reason"], early["facts"]["secure_form_state"]) == (PURPOSE, "unknown")
    await server.fills(form, link)
    later = await server.ticket(secure_form_ref=str(form), topic="email.webmail", secure_form_state="expired")
    assert (later["outcome"], later["facts"]["secure_form_state"]) == ("accepted", "valid")
    assert later["claimed"] == {"secure_form_state": "expired"}
    _, _, neighbour = await server.front.customer("kenotronix", product="vps_developer")
    other = await Server(server.front, neighbour, server.agent).ticket(secure_form_ref=str(form))
    assert (other["reason"], other["facts"]["secure_form_state"]) == (PURPOSE, "foreign")
    said = {"body": "Here.", "facts": {"secure_form_ref": str(form)}}
    url = f"/v1/tickets/{early['id']}"
    await server.front.client.post(f"{url}/messages", json=said, headers=server.owner)
    assert (await server.read(early["id"]))["status"] == "open"
    patch = {"facts": {"secure_form_ref": "SF-1"}}
    bad = await server.front.client.patch(url, json=patch, headers=server.owner | {"If-Match": "*"})
    assert bad.json()["facts"]["secure_form_state"] == "unknown"


async def test_a_lost_password_goes_by_link_to_an_address_on_file(front: FrontDesk) -> None:
    account, contact, who = await front.customer("plutus")
    second = await factories.contact(
        front.owner, account, role="secondary", token_role="secondary_contact", email="s@mailbox.example"
    )
    for asking, headers in ((contact, who), (second, front.contact(await front.provider("plutus"), second))):
        answer = await front.client.post("/v1/actions", json={"action": "password_recovery"}, headers=headers)
        assert answer.status_code == 201, answer.text
        row = await front.owner.fetchrow(
            "SELECT contact_id, purpose, state FROM secure_form WHERE ticket_id = $1", UUID(answer.json()["id"])
        )
        assert row is not None
        assert tuple(row) == (asking.id, "password_recovery", "open")
        events = await front.owner.fetch("SELECT data FROM event WHERE type = 'secure_form.requested' ORDER BY id")
        assert events[-1]["data"]["contact"] == str(asking.id)


async def test_the_page_of_a_link_keeps_its_secret(server: Server) -> None:
    page = await server.front.client.get(f"/forms/{uuid4()}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    rules = page.headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "'unsafe-inline'" not in rules
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("content", ["", "x" * 16_385, 5, None])
async def test_what_cannot_be_kept_is_refused_without_quoting_it(server: Server, content: Any) -> None:
    form, link = await server.asked_for((await server.ticket())["id"])
    answer = await server.fills(form, link, content)
    assert answer.status_code in (400, 422)
    assert "xxx" not in answer.text
    assert await server.state(form) == "open"
