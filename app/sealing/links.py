"""One-time links: their secret is derived whenever it is sent or tried, so it is kept nowhere."""

import base64
import hashlib
import hmac
from typing import Final

from app.sealing.keys import SealingKeys

_PURPOSE: Final = b"one-time link|"


def link_secret(keys: SealingKeys, about: str) -> str:
    """For the link of this one thing; nobody without the key can make it."""
    return _derived(keys.current[1], about)


def opens(keys: SealingKeys, secret: str, about: str) -> bool:
    """Whether it is the secret of that thing's link, by the present key or one before it."""
    given = secret.encode("utf-8", "replace")
    return any(hmac.compare_digest(_derived(key, about).encode(), given) for key in keys.keys.values())


def _derived(key: bytes, about: str) -> str:
    mac = hmac.new(key, _PURPOSE + about.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")
