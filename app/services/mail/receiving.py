"""Mail comes in: kept as it came before anything else, once however often it is delivered, then acted on."""

from collections.abc import Mapping
from io import BytesIO
from secrets import token_hex
from typing import Any

from app.base.errors import Problem
from app.base.events import EventType
from app.db.commands import Command, carry_out
from app.db.inbound import same_mail
from app.db.problems import violated_constraint
from app.mail.headers import fingerprint
from app.mail.message import Mail, Unreadable
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand
from app.services.mail.admitting import act_on
from app.services.mail.mailroom import Mailroom
from app.services.mail.view import mail_view
from app.services.repeating import persistently
from app.services.tickets.view import written


async def receive(errand: Errand, room: Mailroom, raw: bytes) -> StoredAnswer:
    """201 with what became of it; 200 where it came before. Only a failure of ours asks for it again."""
    digest = fingerprint(raw)
    known = await _known(errand, digest)
    again = known is not None and known["state"] != "received"
    if known is None:
        await _keep(errand, room, raw, digest)
    if not again:
        mail = await room.reader.read(raw)
        known = await persistently(lambda: act(errand, room, digest, mail))
    assert known is not None
    headers = {"Location": f"/v1/inbound/email/{known['id']}", **({"Idempotent-Replayed": "true"} if again else {})}
    return StoredAnswer(200 if again else 201, written(mail_view(known)), headers)


async def _known(errand: Errand, digest: bytes) -> Mapping[str, Any] | None:
    return await same_mail(errand.database, errand.provider_id, errand.principal, digest)


async def _keep(errand: Errand, room: Mailroom, raw: bytes, digest: bytes) -> None:
    """The mail as it came, before anybody looks into it. Of two processes at once the first one's stays."""
    id_, key = errand.new_id(), f"{errand.provider_id}/mail/{token_hex(16)}"
    row = {
        "provider_id": errand.provider_id,
        "id": id_,
        "fingerprint": digest,
        "state": "received",
        "headers": {"size": len(raw)},
        "storage_key": key,
        "received_at": errand.now,
        "version": 1,
        "created_at": errand.now,
        "updated_at": errand.now,
    }
    event = errand.event(EventType.MAIL_RECEIVED, ("mail", id_), 1, {"size": len(raw)})
    await room.objects.put(key, BytesIO(room.sealed(raw, errand.provider_id, id_)))
    try:
        await carry_out(
            errand.database, errand.provider_id, Command({"inbound_mail": [row], "event": [event]}), errand.now
        )
    except Problem as problem:
        if violated_constraint(problem) != "uq_inbound_mail_provider_id_fingerprint":
            raise
        await room.objects.delete([key])


async def act(errand: Errand, room: Mailroom, digest: bytes, mail: Mail | Unreadable) -> Mapping[str, Any]:
    """What became of a mail that is kept; whoever comes second finds it done."""
    row = await _known(errand, digest)
    assert row is not None
    if row["state"] == "received":
        await act_on(errand, room, row, mail)
        row = await _known(errand, digest)
    assert row is not None
    return row
