"""What our own mail carries so that an answer finds its ticket: keyed, so that nobody can make it up."""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from app.base.identifiers import parse_reference

_MAC_BYTES = 10
_ID = r"[a-z2-7]{26}"
_MAC = r"[a-z2-7]{16}"
_TOKEN = re.compile(rf"\+(?P<ticket>{_ID})(?P<mac>{_MAC})@")
_DECLINING = re.compile(rf"(?P<contact>{_ID})(?P<mac>{_MAC})")
_MESSAGE_ID = re.compile(rf"<?desk\.(?P<delivery>{_ID})\.(?P<ticket>{_ID})\.(?P<mac>{_MAC})@")
_REFERENCE = re.compile(r"\b[A-Za-z]{2,10}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}\b")
_NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Keys:
    """The first one signs; answers to mail signed with the others are still known."""

    provider_id: UUID
    secrets: Sequence[bytes]

    def sign(self, *parts: str) -> str:
        return self._mac(self.secrets[0], parts)

    def signed(self, mac: str, *parts: str) -> bool:
        return any(hmac.compare_digest(mac, self._mac(secret, parts)) for secret in self.secrets)

    def _mac(self, secret: bytes, parts: Sequence[str]) -> str:
        told = "\n".join((str(self.provider_id), *parts)).encode()
        return _plain(hmac.digest(secret, told, sha256)[:_MAC_BYTES])


@dataclass(frozen=True, slots=True)
class OwnMail:
    """A mail of ours, as its Message-ID names it: the delivery it was, and the ticket it was about."""

    delivery: UUID
    ticket: UUID | None


def reply_address(keys: Keys, address: str, ticket: UUID, recipient: str) -> str:
    """The desk's own address with a token in it, good for this recipient on this ticket."""
    local, _, domain = address.partition("@")
    short = _plain(ticket.bytes)
    return f"{local}+{short}{keys.sign('reply', short, recipient.casefold())}@{domain}"


def ticket_of_reply(keys: Keys, recipients: Sequence[str], sender: str) -> UUID | None:
    """The ticket whose reply address was written to, by the one for whom it was made."""
    for recipient in recipients:
        found = _TOKEN.search(recipient.lower())
        if found and keys.signed(found["mac"], "reply", found["ticket"], sender.casefold()):
            return _id(found["ticket"])
    return None


def unsubscribe_token(keys: Keys, contact: UUID) -> str:
    """Good for one thing alone: that this person declines announcements."""
    short = _plain(contact.bytes)
    return f"{short}{keys.sign('unsubscribe', short)}"


def unsubscribed_by(keys: Keys, token: str) -> UUID | None:
    """Who declines announcements by this token; None: nobody, it is not one of ours."""
    found = _DECLINING.fullmatch(token.lower())
    if found is None or not keys.signed(found["mac"], "unsubscribe", found["contact"]):
        return None
    return _id(found["contact"])


def message_id(keys: Keys, delivery: UUID, ticket: UUID | None, domain: str) -> str:
    """The same at each attempt to deliver."""
    parts = (_plain(delivery.bytes), _plain((ticket or _NOTHING).bytes))
    return f"<desk.{parts[0]}.{parts[1]}.{keys.sign('message', *parts)}@{domain}>"


def own_mail(keys: Keys, mentioned: Sequence[str]) -> OwnMail | None:
    """The newest mail of ours among these Message-IDs."""
    for text in reversed(mentioned):
        found = _MESSAGE_ID.search(text.lower())
        if found and keys.signed(found["mac"], "message", found["delivery"], found["ticket"]):
            ticket = _id(found["ticket"])
            return OwnMail(_id(found["delivery"]), ticket if ticket != _NOTHING else None)
    return None


def references_in(subject: str) -> tuple[str, ...]:
    """Ticket references whose check character fits, the first one first. They name, and open nothing."""
    found = (parse_reference(text) for text in _REFERENCE.findall(subject[:400]))
    return tuple(dict.fromkeys(reference for reference in found if reference is not None))


def _plain(content: bytes) -> str:
    """For the local part of an address: relays may turn it into small letters."""
    return b32encode(content).decode().rstrip("=").lower()


def _id(text: str) -> UUID:
    return UUID(bytes=b32decode(text.upper() + "=" * (-len(text) % 8)))
