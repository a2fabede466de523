"""What is read of a mail: the parts that the desk looks at, decoded, cleaned and bounded."""

from dataclasses import dataclass
from typing import Literal

Authentication = Literal["pass", "fail", "none"]


@dataclass(frozen=True, slots=True)
class Address:
    """One person: `email` is plain ASCII with its domain in small letters; `name` is what they call themselves."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """Something that came with a mail, under a name without folders or control characters."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that could not be delivered. `permanent`: the address will not work later either."""

    recipient: str | None
    permanent: bool
    status: str | None = None
    """Enhanced status code (RFC 3463), such as 5.1.1."""


@dataclass(frozen=True, slots=True)
class Mail:
    """`text` is all that was written; `said` leaves out quoted mail and signatures. Both may be empty.

    `mentioned` are the Message-IDs that this one answers or returns. `automatic` says by what sign a machine wrote it;
    only such a mail may come without a sender.
    """

    sender: Address | None
    recipients: tuple[str, ...]
    subject: str
    text: str
    said: str
    files: tuple[File, ...] = ()
    message_id: str | None = None
    mentioned: tuple[str, ...] = ()
    authentication: Authentication = "none"
    automatic: str | None = None
    bounce: Bounce | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that is kept and not acted on; `reason` is one of `QUARANTINED`."""

    reason: str


QUARANTINED = {
    "empty": "It has no header and no body.",
    "too_large": "It is larger than 25 MB.",
    "too_many_lines": "It has more than 500,000 lines.",
    "headers_too_large": "Its headers are larger than 64 KiB, or more than 200.",
    "header_too_long": "A header that must be read is longer than 8 KiB.",
    "too_deep": "Its parts are nested more than 10 levels deep.",
    "too_many_parts": "It has more than 100 parts.",
    "no_sender": "It does not say who sent it.",
    "several_senders": "It has more than one From header.",
    "several_addresses": "Its From header names more than one address.",
    "sender_unclear": "Its From header can be read in more than one way, or names no usable address.",
    "damaged": "It cannot be taken apart.",
    "took_too_long": "Reading it took too long.",
    "took_too_much": "Reading it took too much memory.",
    "not_processed": "The desk failed at it again and again; its source is kept, and what it asks is still to be done.",
}
