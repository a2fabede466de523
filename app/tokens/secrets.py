"""Secrets of API clients: 256 random bits, shown once; what is kept is a digest."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """SHA-256. A slow hash guards secrets that people choose; nobody can guess these."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def matches(secret: str, digests: Iterable[bytes]) -> bool:
    """Whether it is one of the secrets; each comparison takes the same time however much is right."""
    given = hashed(secret)
    return any(hmac.compare_digest(given, digest) for digest in digests)
