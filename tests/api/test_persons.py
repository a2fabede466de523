"""One person's data: given out whole, and erased so that nothing of it is anywhere, and the log still verifies."""

from email.message import EmailMessage
from pathlib import Path

import asyncpg

from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.db.schema import metadata
from app.services.audit import verify
from tests import factories
from tests.frontdesk import FrontDesk, Headers
from tests.services.sequence import sequence

CANARIES = ("zanzibar", "quetzal", "wombat", "narwhal", "kumquat", "okapi", "axolotl")
"""A word for each place in which somebody leaves something: address, name, subject, words, file, what a machine brought
for them, and what triage recognises."""
FACTS = {"topic": "email.offline", "first_name": "Quetzal", "last_name": "Roy", "account_username": "zanzibar"}


async def spoken(front: FrontDesk) -> tuple[str, str, dict[str, str], dict[str, str]]:
    """A person who has left something everywhere, and one who has spoken beside them: ids and headers."""
    provider = await front.provider("plutus")
    account = await factories.account(front.owner, provider.id, product="shared_hosting", vip=["zanzibar@mail.example"])
    role = {"role": "authorised", "token_role": "authorised_contact"}
    person = await factories.contact(
        front.owner, account, email="zanzibar@mail.example", name="Quetzal Roy", login="zanzibar", **role
    )
    other = await factories.contact(front.owner, account, email="other@mail.example", name="Other", **role)
    mine, theirs = front.contact(provider, person), front.contact(provider, other)
    area, staff = await front.service(provider, Scope.SUBMIT), await front.staff(provider)

    async def tells(path: str, who: Headers, **body: object) -> str:
        answer = await front.client.post(path, json=body, headers={**who, **front.key()})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    async def sends(who: Headers, name: str) -> str:
        form = {"file": (f"{name}.log", name.encode(), "text/plain")}
        return str((await front.client.post("/v1/attachments", files=form, headers=who)).json()["id"])

    files = [await sends(mine, "kumquat")]
    opened = {"subject": "The wombat is gone", "body": "My narwhal, too.", "facts": FACTS, "attachments": files}
    ticket = f"/v1/tickets/{await tells('/v1/tickets', mine, **opened)}"
    await tells(f"{ticket}/messages", mine, body="Any news of the narwhal?")
    await tells(f"{ticket}/messages", theirs, body="I ask as well.")
    noted = ("customer_info", "symptoms", "goal", "underlying_problem")
    await tells(f"{ticket}/triage", staff, **dict.fromkeys(noted, "Quetzal says: wombat"))
    # As a client area says it for them, with the address as they write it.
    brought = {"account": account.number, "channel": "email", "sender": {"email": "Zanzibar@mail.example"}}
    words = {
        "subject": "It is urgent",
        "body": 'Since Monday it says "Error 550: axolotl unknown".',
        "attachments": [await sends(area, "okapi")],
    }
    await tells("/v1/tickets", area, **brought, **words)
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["Subject"] = "Quetzal <zanzibar@mail.example>", "<1@mail.example>", "wombat"
    mail.set_content("narwhal")
    mail.add_attachment("kumquat", filename="kumquat.txt")
    gateway = {**await front.service(provider, Scope.INBOUND), "Content-Type": "message/rfc822"}
    assert (await front.client.post("/v1/inbound/email", content=mail.as_bytes(), headers=gateway)).is_success
    return str(person.id), ticket, await front.staff(provider, Role.ADMIN), mine


def stored(front: FrontDesk) -> dict[Path, bytes]:
    """All that the object store holds, which other tests use too."""
    files = (front.desk.settings.data_dir / "objects").rglob("*")
    return {path: path.read_bytes() for path in files if path.is_file()}


async def anywhere(owner: asyncpg.Connection) -> set[tuple[str, str]]:
    """Table and word of each canary that is still in the database."""
    found = set()
    for table in metadata.sorted_tables:
        for row in await owner.fetch(f'SELECT r::text AS row FROM "{table.name}" AS r'):
            text = row["row"].lower()
            found |= {(table.name, word) for word in CANARIES if word in text or word.encode().hex() in text}
    return found


async def test_all_of_it_is_given_out_and_then_gone(
    front: FrontDesk, owner: asyncpg.Connection, worker_database: Database
) -> None:
    others = stored(front)
    person, ticket, admin, mine = await spoken(front)
    told = await front.client.get(f"/v1/persons/{person}/export", headers=admin)
    assert told.status_code == 200, told.text
    assert [word for word in CANARIES if word not in told.text.lower()] == []
    parts = told.json()
    assert [len(parts[name]) for name in ("tickets", "messages", "attachments", "mails")] == [3, 4, 3, 1]
    assert {event["type"] for event in parts["events"]} >= {"ticket.opened", "ticket.replied"}
    there = await anywhere(owner)
    assert {word for _, word in there} == set(CANARIES), "the canaries are in the rows"
    assert "event" not in {table for table, _ in there}, "the log never had any"
    theirs = {path: content for path, content in stored(front).items() if path not in others}
    assert len(theirs) == 4, "three files, and the mail as it came"
    assert {word for word in ("kumquat", "okapi") if word.encode() in theirs.values()}
    await sequence(worker_database, (), front.now)
    erased = await front.client.post(f"/v1/persons/{person}/erase", headers=admin)
    assert erased.json() == {"id": person, "erased": {"tickets": 3, "messages": 4, "attachments": 3, "mails": 1}}
    assert await anywhere(owner) == set()
    assert stored(front) == others
    # Their token is out, the ticket and what others said are still there, and the log is whole.
    assert (await front.client.get("/v1/me", headers=mine)).status_code == 401
    kept = (await front.client.get(f"{ticket}/messages", headers=admin)).json()["data"]
    assert {message["body"] for message in kept} == {"[erased]", "I ask as well."}
    assert (await front.client.get(ticket, headers=admin)).json()["facts"]["topic"] == "email.offline"
    await sequence(worker_database, (), front.now)
    [provider] = front.providers.values()
    verified = await verify(worker_database, provider.id)
    assert verified.tampered is None
    assert verified.events == await owner.fetchval("SELECT count(*) FROM event")
    again = await front.client.post(f"/v1/persons/{person}/erase", headers=admin)
    assert again.json()["erased"] == {"tickets": 0, "messages": 0, "attachments": 0, "mails": 0}
    assert (await front.client.get(f"/v1/persons/{person}/export", headers=admin)).status_code == 404
