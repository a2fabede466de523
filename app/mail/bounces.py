"""Mail that came back: to whom it could not be delivered, and whether it ever will (RFC 3464, and other customs)."""

import re

from app.mail.headers import Headers
from app.mail.message import Bounce
from app.mail.senders import addresses_in

_FIELD = re.compile(
    r"^(?P<name>Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code) ?: ?(?P<value>.*)$", re.I | re.M
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_PERMANENT_REPLY = re.compile(r"(?<![\d.])55[0-4](?![\d.])")
_ADDRESS = re.compile(r"<?([^\s<>()\[\],;:\"]{1,64}@[^\s<>()\[\],;:\"]{1,253}?)>?:?\s*$", re.M)
_DELAYED = re.compile(r"\b(?:delayed|will retry|has not yet been delivered|still being retried|warning only)\b", re.I)
_PLAIN_NOTICES = re.compile(
    r"this is the qmail-send program|permanent error|returning message to sender|could not be delivered to one or more"
    r"|the following address(?:es)? failed|had permanent fatal errors|delivery has failed to these recipients"
    r"|your message wasn't delivered|address not found|undelivered mail returned to sender|recipient address rejected",
    re.IGNORECASE,
)
# Mailboxes that are full, mail that is unwanted: the address is good all the same.
_NOT_THE_ADDRESS = re.compile(r"^5\.(?:2\.2|2\.3|3\.\d+|4\.\d+|5\.\d+|7\.\d+)$")


def bounce(headers: Headers, report: str | None, text: str) -> Bounce | None:
    """`report`: the machine-readable part of a delivery status notification, `text` what is written for people."""
    if report is not None:
        return _by_report(report)
    failed = addresses_in(headers.first("x-failed-recipients"))
    if not failed and not _PLAIN_NOTICES.search(text[:6_000]):
        return None
    told = text[:6_000]
    named = failed or _named_in(told)
    status = next(iter(_STATUS.findall(told)), None)
    final = not _DELAYED.search(told) and (status is None or status.startswith("5"))
    sure = status is not None or _PERMANENT_REPLY.search(told) is not None or _PLAIN_NOTICES.search(told) is not None
    return Bounce(named[0] if named else None, final and sure and not _address_is_good(status), status)


def _by_report(report: str) -> Bounce | None:
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(report[:20_000].replace("\r\n", "\n")):
        fields.setdefault(found["name"].lower(), found["value"].strip())
    action, status = fields.get("action", "").lower(), fields.get("status", "")
    if not action and not status:
        return None
    code = next(iter(_STATUS.findall(status) or _STATUS.findall(fields.get("diagnostic-code", ""))), None)
    to = addresses_in(fields.get("final-recipient", "").partition(";")[2]) or addresses_in(
        fields.get("original-recipient", "").partition(";")[2]
    )
    permanent = action == "failed" and (code is None or code.startswith("5")) and not _address_is_good(code)
    return Bounce(to[0] if to else None, permanent, code)


def _address_is_good(status: str | None) -> bool:
    return status is not None and _NOT_THE_ADDRESS.match(status) is not None


def _named_in(text: str) -> tuple[str, ...]:
    for found in _ADDRESS.finditer(text):
        plain = addresses_in(found.group(1))
        if plain and not plain[0].startswith(("mailer-daemon@", "postmaster@")):
            return plain
    return ()
