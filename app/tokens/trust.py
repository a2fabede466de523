"""Whom we trust to issue tokens, and with which keys: one key id, one key, one algorithm."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jose import jwk
from jose.backends.base import Key
from jose.exceptions import JWKError

from app.tokens.keys import SigningKeys
from app.tokens.strict import decoded

ACCESS_TOKEN = "at+jwt"  # noqa: S105 - the media type of RFC 9068
FOR_EVER = datetime.max.replace(tzinfo=UTC)
MAX_LIFE_SECONDS = 86_400
_MAX_KEYS = 50
_RSA_BYTES = range(256, 1025)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """What a token of this issuer must say. `claims`: our claim → theirs, or `=value` for a fixed one."""

    name: str
    audience: str
    types: frozenset[str] = frozenset({ACCESS_TOKEN})
    max_life_seconds: int = MAX_LIFE_SECONDS
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrustedKey:
    issuer: TrustedIssuer
    algorithm: str
    key: Key
    until: datetime = FOR_EVER


def own_keys(keys: SigningKeys, issuer: TrustedIssuer) -> dict[str, TrustedKey]:
    return {key.kid: TrustedKey(issuer, "ES256", key.verifies) for key in keys.keys}


def published_keys(document: Mapping[str, Any], issuer: TrustedIssuer, until: datetime) -> dict[str, TrustedKey]:
    """The usable keys of a JWKS by their id; whatever is unknown, unfit or named twice is passed over."""
    entries = document.get("keys")
    if not isinstance(entries, list):
        return {}
    named = [entry for entry in entries[:_MAX_KEYS] if isinstance(entry, dict) and isinstance(entry.get("kid"), str)]
    times = Counter(entry["kid"] for entry in named)
    trusted = {}
    for entry in named:
        algorithm = _algorithm(entry)
        if algorithm is None or times[entry["kid"]] > 1:
            continue
        key = _public_key(entry, algorithm)
        if key is not None:
            trusted[entry["kid"]] = TrustedKey(issuer, algorithm, key, until)
    return trusted


def _algorithm(entry: Mapping[str, Any]) -> str | None:
    """What the key may verify; decided by the key alone, never by a token."""
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    if entry.get("use", "sig") != "sig" or "d" in entry:
        return None
    match entry:
        case {"kty": "EC", "crv": "P-256"}:
            algorithm = "ES256"
        case {"kty": "RSA"}:
            algorithm = "RS256"
        case _:
            return None
    return algorithm if entry.get("alg", algorithm) == algorithm else None


def _public_key(entry: Mapping[str, Any], algorithm: str) -> Key | None:
    names = ("x", "y") if algorithm == "ES256" else ("n", "e")
    try:
        sizes = [len(decoded(entry[name])) for name in names]
        if algorithm == "RS256" and sizes[0] not in _RSA_BYTES:
            return None
        return jwk.construct({name: entry[name] for name in ("kty", "crv", *names) if name in entry}, algorithm)
    except (KeyError, TypeError, ValueError, JWKError):
        return None
