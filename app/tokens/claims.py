"""From a token's claims to a principal: every claim that decides is checked here, by its exact type."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.base.actor import Principal
from app.base.vocabulary import CONTACT_ROLES, Role, Scope
from app.tokens.refusal import Reason, TokenRefused
from app.tokens.trust import TrustedIssuer

LEEWAY_SECONDS = 30
# Every issuer writes its own things into `scope`; an outside one's counts only where the mapping names the claim.
_ONLY_IF_MAPPED = "scope"
_PROVIDER = re.compile(r"[a-z][a-z0-9-]{0,62}")
_NAME = re.compile(r"(?!\s)[^\x00-\x1f\x7f\ud800-\udfff]{1,255}(?<!\s)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDS: dict[Role, frozenset[str]] = {
    **dict.fromkeys(CONTACT_ROLES, frozenset({"account", "contact"})),
    Role.RESELLER: frozenset({"reseller"}),
}


def principal_of(claims: Mapping[str, Any], issuer: TrustedIssuer, now: datetime) -> Principal:
    """Who the verified claims speak for; TokenRefused when one is missing, of another type or not meant for us."""
    if claims.get("iss") != issuer.name or not _names(claims.get("aud"), issuer.audience):
        raise _refused()
    expires_at = _expiry(claims, issuer, now)
    ours = claims if not issuer.claims else _mapped(claims, issuer.claims)
    role = _role(ours.get("role"))
    ids = {name: _uuid(ours[name]) for name in ("account", "contact", "reseller") if name in ours}
    if ids.keys() != _IDS.get(role, frozenset()):
        raise _refused()
    subject = _text(ours.get("sub"), _NAME)
    _text(ours.get("jti"), _NAME)  # every token has a name of its own
    return Principal(
        provider=_text(ours.get("provider"), _PROVIDER),
        role=role,
        subject=UUID(subject) if _UUID.fullmatch(subject) else subject,
        acting_client=_actor(ours["act"]) if "act" in ours else None,
        scopes=_scopes(ours["scope"], role) if "scope" in ours else frozenset(),
        expires_at=expires_at,
        **ids,
    )


def _refused() -> TokenRefused:
    return TokenRefused(Reason.CLAIMS)


def _names(aud: object, audience: str) -> bool:
    if isinstance(aud, list):
        return all(isinstance(entry, str) for entry in aud) and audience in aud
    return aud == audience


def _expiry(claims: Mapping[str, Any], issuer: TrustedIssuer, now: datetime) -> datetime:
    issued, expires, starts = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    # `type` and not isinstance: true is not a time.
    if type(issued) is not int or type(expires) is not int or type(starts) is not int:
        raise _refused()
    latest_start = int(now.timestamp()) + LEEWAY_SECONDS
    if issued < 0 or max(issued, starts) > latest_start or not 0 < expires - issued <= issuer.max_life_seconds:
        raise _refused()
    expires_at = datetime.fromtimestamp(expires, UTC)
    if expires_at <= now:
        raise TokenRefused(Reason.EXPIRED)
    return expires_at


def _mapped(claims: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, Any]:
    """The outside issuer's claims under our names."""
    ours = {name: value for name, value in claims.items() if name not in mapping and name != _ONLY_IF_MAPPED}
    for name, theirs in mapping.items():
        if theirs.startswith("="):
            ours[name] = theirs[1:]
        elif theirs in claims:
            ours[name] = claims[theirs]
    return ours


def _role(value: object) -> Role:
    if not isinstance(value, str):
        raise _refused()
    try:
        return Role(value)
    except ValueError:
        raise _refused() from None


def _text(value: object, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _refused()
    return value


def _uuid(value: object) -> UUID:
    return UUID(_text(value, _UUID))


def _actor(value: object) -> str:
    """RFC 8693: the API client that acts for the subject, one step and no chain."""
    if not isinstance(value, dict) or value.keys() != {"sub"}:
        raise _refused()
    return _text(value["sub"], _NAME)


def _scopes(value: object, role: Role) -> frozenset[Scope]:
    words = value.split(" ") if isinstance(value, str) else []
    if role is not Role.SERVICE or not words or len(set(words)) != len(words):
        raise _refused()
    try:
        return frozenset(Scope(word) for word in words)
    except ValueError:
        raise _refused() from None
