"""After a rotation everything sealed is wrapped by the newest key, and opens without the old one."""

from uuid import UUID

import asyncpg
import pytest

from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.sealing.envelope import CannotUnseal, sealed_by, unseal
from app.sealing.keys import SealingKeys
from app.services.mail.mailroom import place_of_mail
from app.services.rewrapping import rewrap_all
from app.services.webhooks.sending import secret_place
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined

PART = "sealing"


async def sealed_everywhere(front: FrontDesk) -> tuple[str, str, UUID]:
    """A webhook's two secrets, a form that was filled in, and a mail: the webhook, its secret, the form."""
    provider = await front.provider("plutus")
    admin, agent = await front.staff(provider, Role.ADMIN), await front.staff(provider)
    made = await front.client.post("/v1/webhooks", json={"url": "https://billing.example/"}, headers=admin)
    webhook = made.json()["id"]
    await front.client.post(f"/v1/webhooks/{webhook}/rotate", json={"grace_seconds": 60}, headers=admin)
    _, _, who = await front.customer("plutus")
    said = {"subject": "No login", "facts": {"topic": "access.login"}}
    ticket = (await front.client.post("/v1/tickets", json=said, headers=who | front.key())).json()["id"]
    form = (await front.client.post("/v1/secure-forms", json={"ticket": ticket}, headers=agent)).json()
    link = form["link"].partition("#")[2]
    await front.client.put(f"/v1/secure-forms/{form['id']}", json={"link": link, "content": "root / hunter2"})
    mail = "From: a@b.example\nMessage-ID: <1@b.example>\nSubject: Help\n\nIt is down.\n"
    gateway = {**await front.service(provider, Scope.INBOUND), "Content-Type": "message/rfc822"}
    assert (await front.client.post("/v1/inbound/email", content=mail, headers=gateway)).is_success
    return webhook, made.json()["secret"], UUID(form["id"])


async def test_all_that_is_sealed_is_wrapped_anew_and_opens_without_the_old_key(
    front: FrontDesk, owner: asyncpg.Connection, worker_database: Database
) -> None:
    webhook, secret, form = await sealed_everywhere(front)
    desk = front.desk
    old, new = desk.sealing, SealingKeys({"new": b"n" * 32})
    both = SealingKeys({**new.keys, **old.keys})
    with_old = {kid: key for kid, key in old.keys.items() if kid != old.current[0]}
    lost = await rewrap_all(worker_database, desk.objects, SealingKeys({**new.keys, **with_old}))
    assert (lost.anew, sum(lost.closed.values())) == (0, 4)
    assert all(old.current[0] in reason for reason in lost.closed), "the key that is missing is named"
    done = await rewrap_all(worker_database, desk.objects, both)
    again = await rewrap_all(worker_database, desk.objects, new)
    examined(PART, 4, 4 - done.anew)
    assert (done.anew, done.already, again.anew, again.already) == (4, 0, 0, 4)
    row = await owner.fetchrow("SELECT provider_id, secret, previous_secret, version FROM webhook")
    assert row is not None
    assert sealed_by(row["secret"]) == "new"
    place = secret_place(row["provider_id"], UUID(webhook))
    assert unseal(new, row["previous_secret"], place).decode() == secret
    mail = await owner.fetchrow("SELECT id, storage_key FROM inbound_mail")
    assert mail is not None
    kept = b"".join([chunk async for chunk in await desk.objects.get(mail["storage_key"])])
    assert b"It is down." in unseal(new, kept, place_of_mail(row["provider_id"], mail["id"]))
    with pytest.raises(CannotUnseal, match="new is not among"):
        unseal(old, kept, place_of_mail(row["provider_id"], mail["id"]))
    desk.sealing = new
    agent = await front.staff(await front.provider("plutus"))
    shown = await front.client.post(f"/v1/secure-forms/{form}/reveal", headers=agent)
    assert shown.json()["content"] == "root / hunter2"


async def test_what_was_spoiled_is_not_wrapped_as_if_it_were_whole(
    front: FrontDesk, owner: asyncpg.Connection, worker_database: Database
) -> None:
    await sealed_everywhere(front)
    both = SealingKeys({"new": b"n" * 32, **front.desk.sealing.keys})
    await owner.execute("UPDATE webhook SET secret = set_byte(secret, length(secret) - 1, 0) || '\\x00'")
    done = await rewrap_all(worker_database, front.desk.objects, both)
    caught(PART, "a spoiled envelope", sum(done.closed.values()))
    assert (done.anew, list(done.closed.values())) == (3, [1])
