"""A mail that was read is acted on: it opens a ticket, adds to one, or marks contact data as out of date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.events import EventType
from app.db.commands import Along, Command, Update, carry_out
from app.db.inbound import around_mail
from app.mail.message import File, Mail, Unreadable
from app.mail.tokens import own_mail
from app.policy import messages
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.situation import Request, Sender
from app.schemas.requests import NamedSender, TicketOpen
from app.schemas.tickets import MessageWrite
from app.services.attachments.uploading import judge, new_attachment
from app.services.errands import Errand
from app.services.mail.mailroom import Mailroom
from app.services.mail.threading import takes_part, ticket_of
from app.services.redacting import without_secrets
from app.services.requests import gather
from app.services.tickets import opening, replying
from app.services.tickets.joining import arrive
from app.services.tickets.knowing import Known
from app.triage.redaction import redact

_MOST_AN_HOUR = 60
"""Mails of one sender; whoever writes more is a machine."""
_HOUR = timedelta(hours=1)
_NOTHING_SAID = "(no text)"
_NO_SUBJECT = "(no subject)"
_USUAL_CHANNEL = "email"


@dataclass(frozen=True, slots=True)
class Fate:
    """What is written about a mail, with the other rows of the same command."""

    state: str
    reason: str | None = None
    ticket: UUID | None = None
    message: UUID | None = None
    command: Command = field(default_factory=Command)
    left_out: tuple[str, ...] = ()
    """Names of files that were not taken over."""


async def act_on(errand: Errand, room: Mailroom, row: Mapping[str, Any], mail: Mail | Unreadable) -> None:
    """Decide and write, all in one commit with the mail's own row; Overtaken where another process did it first."""
    if isinstance(mail, Unreadable):
        fate = Fate("quarantined", mail.reason)
    elif mail.sender is None or mail.automatic is not None:
        fate = await _by_a_machine(errand, room, mail)
    else:
        fate = await _by_a_person(errand, room, mail, row["received_at"])
    await _write(errand, row, mail if isinstance(mail, Mail) else None, fate)


async def _by_a_machine(errand: Errand, room: Mailroom, mail: Mail) -> Fate:
    """Never answered. One that returns a mail of ours for good says that an address is dead."""
    if mail.bounce is None:
        return Fate("ignored", mail.automatic)
    ours = own_mail(room.keys(errand.provider_id), mail.mentioned)
    if ours is None or not mail.bounce.permanent or mail.bounce.recipient is None:
        return Fate("ignored", "bounce", ticket=ours.ticket if ours else None)
    returned = (ours.delivery, mail.bounce.recipient)
    around = await around_mail(
        errand.database, errand.provider_id, errand.principal, None, errand.now - _HOUR, returned
    )
    return Fate("ignored", "bounce", ticket=ours.ticket, command=_outdated(errand, around["listing"]))


def _outdated(errand: Errand, accounts: Sequence[Mapping[str, Any]]) -> Command:
    events, along = [], []
    for account in accounts:
        version = account["version"]
        events.append(
            errand.event(
                EventType.ACCOUNT_OUTDATED, ("account", UUID(account["id"])), version + 1, {"because": "hard_bounce"}
            )
        )
        where = {"id": account["id"], "version": version}
        along.append(Along("account", where, {"contact_info_current": False, "updated_at": errand.now}))
    return Command({"event": events}, along=along)


async def _by_a_person(errand: Errand, room: Mailroom, mail: Mail, received_at: datetime) -> Fate:
    assert mail.sender is not None
    around = await around_mail(
        errand.database, errand.provider_id, errand.principal, mail.sender.email, errand.now - _HOUR
    )
    if own_mail(room.keys(errand.provider_id), [mail.message_id or ""]) is not None:
        return Fate("ignored", "loop")
    if around["lately"] >= _MOST_AN_HOUR:
        return Fate("ignored", "rate")
    sender = NamedSender(email=mail.sender.email, name=mail.sender.name, mail_auth=mail.authentication)
    known = await ticket_of(errand, room.keys(errand.provider_id), mail)
    if known is not None:
        fate = await _added(errand, room, known, mail, sender)
        if fate is not None:
            return fate
    return await _opened(errand, room, mail, sender, received_at)


async def _added(errand: Errand, room: Mailroom, known: Known, mail: Mail, sender: NamedSender) -> Fate | None:
    """None: its sender has no part in that ticket, so it is a request of its own."""
    channel = mail_channel(known.policy, mail)
    asking = Sender(email=sender.email, name=sender.name, mail_auth=sender.mail_auth)
    if not takes_part(known, asking):
        judged = messages.reply(
            known.policy, known.ticket, Request(channel=channel, sender=asking), known.around, errand.now
        )
        return None if judged.appended else _dropped(errand, known, judged.decision)
    body = MessageWrite(body=mail.said or _NOTHING_SAID, sender=sender, channel=channel)
    try:
        _, command = await replying.planned(errand, known, without_secrets(body))
    except Problem as refused:
        if refused.status != 403:
            raise
        return Fate("ignored", refused.code, ticket=known.id)
    return await _with_files(errand, room, command, mail)


def _dropped(errand: Errand, known: Known, decision: Decision) -> Fate:
    """Nothing is added and nobody answered; whoever takes part in the ticket can see that somebody tried."""
    version = known.row["version_of_row"] + 1
    decided: dict[str, Any] = {
        "decision": jsonable(decision),
        "policy_version": decision.policy_version,
        "settings_revision": decision.settings_revision,
    }
    told = {"reason": decision.reason, "effects": [effect.type for effect in decision.effects]}
    event = errand.event(EventType.TICKET_REPLY_REFUSED, ("ticket", known.id), version, told, **decided)
    update = Update("ticket", known.id, version - 1, {"updated_at": errand.now})
    return Fate("ignored", decision.reason, ticket=known.id, command=Command({"event": [event]}, update))


async def _opened(errand: Errand, room: Mailroom, mail: Mail, sender: NamedSender, received_at: datetime) -> Fate:
    """Its clocks run from when it came, however long it lay."""
    present = await errand.policies.policy_at(errand.provider_id, errand.now)
    clean = without_secrets(
        TicketOpen(
            channel=mail_channel(present, mail),
            sender=sender,
            subject=mail.subject or _NO_SUBJECT,
            body=mail.said or _NOTHING_SAID,
        )
    )
    given = await gather(errand, clean.body, received_at, errand.now, clean.redacted)
    id_ = errand.new_id()
    arrived = await arrive(errand, given, received_at, id_)
    _, command = opening.recorded(errand, given, arrived, clean.body, id_, None)
    return await _with_files(errand, room, command, mail)


def mail_channel(policy: CompiledPolicy, mail: Mail) -> str:
    """The channel that takes mail; of several, the one whose address was written to."""
    taking = {slug: channel for slug, channel in policy.document.channels.items() if channel.mail_in}
    for slug, channel in taking.items():
        if channel.contact_point and channel.contact_point.lower() in mail.recipients:
            return channel.entrance or slug
    return next((channel.entrance or slug for slug, channel in taking.items()), _USUAL_CHANNEL)


async def _with_files(errand: Errand, room: Mailroom, command: Command, mail: Mail) -> Fate:
    """The files go into the store before anything is written, and stand beside the message that they came with."""
    message = command.inserts["message"][0]
    files: list[dict[str, Any]] = []
    left_out: list[str] = []
    for file in mail.files:
        row = await _stored(errand, room, file)
        if row is None:
            left_out.append(file.name)
        else:
            files.append({**row, "ticket_id": message["ticket_id"], "message_id": message["id"]})
    inserts = {**command.inserts, **({"attachment": files} if files else {})}
    whole = replace(command, inserts=inserts, answer=None)
    return Fate("processed", None, message["ticket_id"], message["id"], whole, tuple(left_out))


async def _stored(errand: Errand, room: Mailroom, file: File) -> dict[str, Any] | None:
    """None where no upload of it would be taken, such as of a program; the mail as it came still has it."""
    content = BytesIO(file.content)
    try:
        found = await judge(content)
    except Problem as refused:
        if refused.status != 422:
            raise
        return None
    row = new_attachment(errand, found, file.name)
    await room.objects.put(row["storage_key"], content)
    return row


async def _write(errand: Errand, row: Mapping[str, Any], mail: Mail | None, fate: Fate) -> None:
    """The event's number says who came first: of two processes with the same mail one finds it taken."""
    kinds = {
        "processed": EventType.MAIL_PROCESSED,
        "ignored": EventType.MAIL_IGNORED,
        "quarantined": EventType.MAIL_QUARANTINED,
    }
    told = {"reason": fate.reason, "ticket": str(fate.ticket) if fate.ticket else None}
    event = errand.event(kinds[fate.state], ("mail", row["id"]), row["version"] + 1, told)
    values = {
        "state": fate.state,
        "reason": fate.reason,
        "ticket_id": fate.ticket,
        "message_id": fate.message,
        "sender": mail.sender.email if mail is not None and mail.sender is not None else None,
        "authentication": mail.authentication if mail is not None and mail.sender is not None else None,
        "message_id_header": mail.message_id if mail is not None else None,
        "headers": {**row["headers"], **_told(mail), **({"left_out": fate.left_out} if fate.left_out else {})},
        "updated_at": errand.now,
    }
    own = Along("inbound_mail", {"id": row["id"], "state": "received"}, values)
    command = fate.command
    inserts = {**command.inserts, "event": [*command.inserts.get("event", ()), event]}
    whole = replace(command, inserts=inserts, along=[*command.along, own])
    await carry_out(errand.database, errand.provider_id, whole, errand.now)


def _told(mail: Mail | None) -> dict[str, Any]:
    """What staff see of a mail that they look for."""
    return {"subject": redact(mail.subject).text, "to": mail.recipients[:5]} if mail is not None else {}
