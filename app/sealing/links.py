"""One-time links: their secret is derived whenever it is sent; what is kept is a digest."""

import base64
import hashlib
import hmac
from typing import Final

from app.sealing.keys import SealingKeys

_PURPOSE: Final = b"one-time link|"


def new_link_secret(keys: SealingKeys, about: str) -> str:
    """For the link of this one thing; nobody without the key can make it."""
    return _derived(keys.current[1], about)


def link_secret_again(keys: SealingKeys, about: str, digest: bytes) -> str | None:
    """The same secret for whoever delivers it, also when another key has come first; None when its key is gone."""
    derived = (_derived(key, about) for key in keys.keys.values())
    return next((secret for secret in derived if opens(secret, digest)), None)


def link_digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def opens(secret: str, digest: bytes) -> bool:
    """Whether it is the link's secret; the comparison takes the same time however much is right."""
    return hmac.compare_digest(link_digest(secret), digest)


def _derived(key: bytes, about: str) -> str:
    mac = hmac.new(key, _PURPOSE + about.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")
