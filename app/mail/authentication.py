"""Whether the sender's domain vouches for a mail, by the word of our own gateway alone (RFC 8601)."""

import authres
from authres.core import AuthenticationResult, AuthResError

from app.mail.headers import Headers
from app.mail.message import Authentication
from app.mail.senders import domain_of

_FAILED = frozenset({"fail", "hardfail"})


def authentication(headers: Headers, sender: str, gateway: str | None) -> Authentication:
    """`gateway` is the authserv-id of ours; without one nothing vouches.

    Only its topmost header counts: a relay writes on top, so what stands below may have come with the mail.
    """
    if not gateway:
        return "none"
    for value in headers.all("authentication-results"):
        if value.split(";", 1)[0].split()[:1] == [gateway]:
            return _judged(value, domain_of(sender))
    return "none"


def _judged(value: str, domain: str) -> Authentication:
    try:
        read = authres.AuthenticationResultsHeader.parse_value(value)
    except (AuthResError, ValueError, IndexError, AttributeError, RecursionError):
        return "none"
    results = list(read.results)
    dmarc = [result for result in results if result.method == "dmarc"]
    if any(result.result in _FAILED for result in dmarc):
        return "fail"
    if any(result.result == "pass" for result in dmarc):
        aligned = all(_named(result, "header", "from") == domain for result in dmarc)
        return "pass" if aligned and len(dmarc) == 1 else "none"
    return "pass" if any(_signed(result, domain) or _sent(result, domain) for result in results) else "none"


def _signed(result: AuthenticationResult, domain: str) -> bool:
    return result.method == "dkim" and result.result == "pass" and _named(result, "header", "d") == domain


def _sent(result: AuthenticationResult, domain: str) -> bool:
    envelope = _named(result, "smtp", "mailfrom")
    return result.method == "spf" and result.result == "pass" and domain_of(envelope or "") == domain


def _named(result: AuthenticationResult, kind: str, name: str) -> str | None:
    values = {p.value.lower() for p in result.properties if (p.type, p.name) == (kind, name) and p.value}
    return values.pop() if len(values) == 1 else None
