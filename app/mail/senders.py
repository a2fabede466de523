"""Who sent a mail: exactly one address that can be read in one way only, else nobody."""

import re

from app.mail.headers import Headers
from app.mail.message import Address, Unreadable
from app.mail.text import header_text, shortened

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"(?=.{{1,64}}$){_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_IN_BRACKETS = re.compile(rf"(?P<name>(?:{_QUOTED}|[^<>\"(),:;\\\[\]]|\([^()<>@]*\))*)<\s*(?P<address>[^<>\s]*)\s*>")
_BARE = re.compile(r"(?P<address>[^<>\s\"(),:;\\\[\]]+)\s*(?:\((?P<name>[^()<>@]*)\))?")


def sender(headers: Headers) -> Address | Unreadable:
    """The one author (RFC 5322 allows several; a gateway has vouched for at most one)."""
    given = headers.all("from")
    if len(given) > 1:
        return Unreadable("several_senders")
    if not given or not given[0].strip():
        return Unreadable("no_sender")
    return mailbox(given[0])


def mailbox(text: str) -> Address | Unreadable:
    """One address with or without a name. Names are decoded after the address was found, never before."""
    value = text.strip()
    found = _IN_BRACKETS.fullmatch(value) or _BARE.fullmatch(value)
    if found is None:
        outside = re.sub(_QUOTED, "", value)
        several = outside.count("@") > 1 and ("," in outside or ";" in outside)
        return Unreadable("several_addresses" if several else "sender_unclear")
    address, name = plain_address(found["address"]), (found["name"] or "").strip()
    if address is None:
        return Unreadable("sender_unclear")
    unquoted = re.sub(_QUOTED, "", name)
    if "@" in unquoted and unquoted.strip().casefold() != address.casefold():
        # Whoever reads the first address that stands there would take it for another sender.
        return Unreadable("sender_unclear")
    return Address(address, _shown(name))


def plain_address(text: str) -> str | None:
    """`local@domain` in ASCII with the domain as DNS has it, or None."""
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(domain) > 253:
        return None
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower() if domain else ""
    except UnicodeError:
        return None
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return f"{local}@{ascii_domain}" if len(ascii_domain) <= 253 else None


def addresses_in(text: str) -> tuple[str, ...]:
    """All addresses of a header that names recipients, in small letters."""
    found = re.findall(r"[^\s<>,;:\"()\[\]\\]{1,64}@[^\s<>,;:\"()\[\]\\]{1,253}", text)[:50]
    plain = (plain_address(address) for address in found)
    return tuple(dict.fromkeys(address.lower() for address in plain if address is not None))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _shown(name: str) -> str | None:
    quoted = re.fullmatch(_QUOTED, name)
    bare = re.sub(r"\\(.)", r"\1", name[1:-1]) if quoted else name
    return shortened(header_text(bare), 100) or None
