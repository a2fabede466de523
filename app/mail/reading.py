"""A mail as it came becomes what the desk looks at, or the reason why it is put aside: bounded, never an error."""

import re

from app.mail.authentication import authentication
from app.mail.automatic import automatic
from app.mail.body import read_body
from app.mail.bounces import bounce
from app.mail.headers import Headers, split
from app.mail.message import Address, Mail, Unreadable
from app.mail.replies import said_now
from app.mail.senders import addresses_in, sender
from app.mail.text import header_text, seen, shortened

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,400}>")
_MOST_MENTIONED = 50
_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
_LONGEST_SUBJECT = 250


def read_mail(raw: bytes, gateway: str | None) -> Mail | Unreadable:
    """`gateway`: the authserv-id whose Authentication-Results are believed."""
    headers = split(raw)
    if isinstance(headers, Unreadable):
        return headers
    body = read_body(headers)
    if isinstance(body, Unreadable):
        return body
    subject = shortened(header_text(headers.first("subject")), _LONGEST_SUBJECT)
    who = sender(headers)
    known = who if isinstance(who, Address) else None
    sign = automatic(headers, subject, body.content_type, known.email if known else None)
    if known is None and sign is None:
        return who if isinstance(who, Unreadable) else Unreadable("no_sender")
    text = body.text
    returned = bounce(headers, body.report, text) if sign is not None else None
    return Mail(
        sender=known,
        recipients=tuple(dict.fromkeys(a for name in _TO for value in headers.all(name) for a in addresses_in(value))),
        subject=subject,
        text=text,
        said=seen(said_now(text)) if text else "",
        files=tuple(body.files),
        message_id=next(iter(_MESSAGE_ID.findall(headers.first("message-id"))), None),
        mentioned=_mentioned(headers, body.returned, text if returned else ""),
        authentication=authentication(headers, known.email, gateway) if known else "none",
        automatic=sign,
        bounce=returned,
        language=_language(headers),
    )


def _mentioned(headers: Headers, returned: str, text: str) -> tuple[str, ...]:
    """What it answers last; a report may return the mail in the open."""
    named = (*headers.all("references"), *headers.all("in-reply-to"))
    ids = [found for value in named for found in _MESSAGE_ID.findall(value)]
    for told in (returned, text):
        lines = re.findall(r"^[ >]*Message-ID: *(<[^<>\s]{1,400}>)", told, re.IGNORECASE | re.MULTILINE)
        ids += lines[:_MOST_MENTIONED]
    return tuple(dict.fromkeys(ids[-_MOST_MENTIONED:]))


def _language(headers: Headers) -> str | None:
    found = _TAG.fullmatch(headers.first("content-language").split(",")[0].strip())
    return found.group() if found else None
