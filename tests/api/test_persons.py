"""One person's data: given out whole, and erased so that nothing of it is anywhere, and the log still verifies."""

import asyncpg

from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.db.schema import metadata
from app.services.audit import verify
from app.services.sequencing import sequence
from tests import factories
from tests.frontdesk import FrontDesk

CANARIES = ("zanzibar", "quetzal", "wombat", "narwhal", "kumquat")
"""A word for each place in which somebody leaves something: address, name, subject, words, file."""


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
    form = {"file": ("kumquat.log", b"kumquat", "text/plain")}
    file = (await front.client.post("/v1/attachments", files=form, headers=mine)).json()["id"]
    facts = {"topic": "email.offline", "first_name": "Quetzal", "last_name": "Roy", "account_username": "zanzibar"}
    body = {"subject": "The wombat is gone", "body": "My narwhal, too.", "facts": facts, "attachments": [file]}
    opened = await front.client.post("/v1/tickets", json=body, headers={**mine, **front.key()})
    assert opened.status_code == 201, opened.text
    ticket = f"/v1/tickets/{opened.json()['id']}"
    for who, said in ((mine, "Any news of the narwhal?"), (theirs, "I ask as well.")):
        written = await front.client.post(f"{ticket}/messages", json={"body": said}, headers={**who, **front.key()})
        assert written.status_code == 201, written.text
    gateway = {**await front.service(provider, Scope.INBOUND), "Content-Type": "message/rfc822"}
    mail = "From: Quetzal <zanzibar@mail.example>\nMessage-ID: <1@mail.example>\nSubject: wombat\n\nnarwhal\n"
    assert (await front.client.post("/v1/inbound/email", content=mail, headers=gateway)).is_success
    return str(person.id), ticket, await front.staff(provider, Role.ADMIN), mine


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
    person, ticket, admin, mine = await spoken(front)
    told = await front.client.get(f"/v1/persons/{person}/export", headers=admin)
    assert told.status_code == 200, told.text
    assert [word for word in CANARIES if word not in told.text.lower()] == []
    parts = told.json()
    assert [len(parts[name]) for name in ("tickets", "messages", "attachments", "mails")] == [2, 3, 1, 1]
    assert {event["type"] for event in parts["events"]} >= {"ticket.opened", "ticket.replied"}
    assert {word for _, word in await anywhere(owner)} == set(CANARIES), "the canaries are in the rows"
    await sequence(worker_database, (), front.now)
    erased = await front.client.post(f"/v1/persons/{person}/erase", headers=admin)
    assert erased.json() == {"id": person, "erased": {"tickets": 2, "messages": 3, "attachments": 1, "mails": 1}}
    assert await anywhere(owner) == set()
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
