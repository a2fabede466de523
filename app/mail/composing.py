"""Our own mail, written by the book: threading, automatic or not, one-click unsubscribe; values never make headers."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Final, Literal
from uuid import UUID

from app.mail.automatic import LOOP_HEADER
from app.mail.message import Address
from app.mail.text import one_line, shortened

_AS_GIVEN: Final = frozenset({"references", "in-reply-to", "list-unsubscribe", LOOP_HEADER.lower()})
"""Headers of ids and addresses: encoded words in them, by which Python would shorten long ones, are read by nobody."""


class _Policy(EmailPolicy):
    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _AS_GIVEN:
            return super().fold_binary(name, value)
        folded = "\r\n ".join(value.split())
        return f"{name}: {folded}\r\n".encode("ascii")


_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=78)
_LONGEST_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`automatic` is the word of RFC 3834; none: a person wrote it. `unsubscribe` is an address for one click."""

    sender: Address
    recipient: Address
    reply_to: str
    subject: str
    text: str
    html: str
    message_id: str
    at: datetime
    language: str
    thread: str | None = None
    """Message-ID under which all mail of a ticket hangs together."""
    answers: str | None = None
    automatic: Literal["auto-replied", "auto-generated"] | None = None
    unsubscribe: str | None = None


def compose(mail: Outgoing) -> bytes:
    """As it goes over the wire."""
    message = EmailMessage(_POLICY)
    message["From"] = _mailbox(mail.sender)
    message["To"] = _mailbox(mail.recipient)
    message["Reply-To"] = _mailbox(Address(mail.reply_to, mail.sender.name))
    message["Subject"] = shortened(one_line(mail.subject), _LONGEST_SUBJECT)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    known = [id_ for id_ in (mail.thread, mail.answers) if id_ is not None and id_.isascii()]
    if known:
        message["References"] = " ".join(known)
        message["In-Reply-To"] = known[-1]
    if mail.automatic is not None:
        message["Auto-Submitted"] = mail.automatic
        message["X-Auto-Response-Suppress"] = "All"
        message[LOOP_HEADER] = mail.sender.email
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Content-Language"] = mail.language
    message.set_content(mail.text, charset="utf-8")
    message.add_alternative(mail.html, subtype="html", charset="utf-8")
    return message.as_bytes()


def thread_id(ticket: UUID, domain: str) -> str:
    """No mail has it; programs that show conversations hang the ticket's mail below it."""
    return f"<ticket.{ticket.hex}@{domain}>"


def _mailbox(address: Address) -> Mailbox:
    return Mailbox(shortened(one_line(address.name or ""), 100), addr_spec=address.email)
