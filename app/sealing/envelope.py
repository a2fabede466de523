"""Secrets at rest: each sealed with a key of its own, which is wrapped by the instance's key (AES-256-GCM)."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing.keys import SealingKeys

_FORMAT: Final = 1
_NONCE_BYTES: Final = 12
_WRAPPED_BYTES: Final = _NONCE_BYTES + 32 + 16
_WRAPPED: Final = b"key|"
"""Before the context of a wrapped key, so that neither half of an envelope passes for the other."""


class CannotUnseal(Exception):  # noqa: N818 - it reads as what happened
    """The key is gone, or the envelope is not the one that was sealed in this place."""


def seal(keys: SealingKeys, plaintext: bytes, aad: str) -> bytes:
    """The envelope, for one column. `aad` names its place, such as `provider|ticket|form`: it opens nowhere else.

    Format, kid, wrapped key, text; the key and the text begin with their nonce.
    """
    kid, wrapping = keys.current
    own, place = AESGCM.generate_key(256), aad.encode()
    head = bytes((_FORMAT, len(kid))) + kid.encode()
    return head + _encrypted(wrapping, own, _WRAPPED + place) + _encrypted(own, plaintext, place)


def unseal(keys: SealingKeys, envelope: bytes, aad: str) -> bytes:
    """What was sealed in this very place, or CannotUnseal."""
    kid, place = sealed_by(envelope), aad.encode()
    wrapping = keys.keys.get(kid)
    if wrapping is None:
        raise CannotUnseal(f"The sealing key {kid} is not among the settings' keys.")
    rest = envelope[2 + len(kid) :]
    own = _decrypted(wrapping, rest[:_WRAPPED_BYTES], _WRAPPED + place)
    return _decrypted(own, rest[_WRAPPED_BYTES:], place)


def rewrapped(keys: SealingKeys, envelope: bytes, aad: str) -> bytes | None:
    """The same text under its own key, which the newest key now wraps; None where it does already, or CannotUnseal."""
    before, place = sealed_by(envelope), aad.encode()
    kid, wrapping = keys.current
    unseal(keys, envelope, aad)  # what was spoiled must not look as if it had just been sealed
    if before == kid:
        return None
    rest = envelope[2 + len(before) :]
    own = _decrypted(keys.keys[before], rest[:_WRAPPED_BYTES], _WRAPPED + place)
    head = bytes((_FORMAT, len(kid))) + kid.encode()
    return head + _encrypted(wrapping, own, _WRAPPED + place) + rest[_WRAPPED_BYTES:]


def sealed_by(envelope: bytes) -> str:
    """The kid of the key that wrapped it."""
    if len(envelope) < 2 or envelope[0] != _FORMAT:
        raise CannotUnseal("This is no sealed envelope.")
    return envelope[2 : 2 + envelope[1]].decode("ascii", "replace")


def _encrypted(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, aad)


def _decrypted(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], aad)
    except (InvalidTag, ValueError):
        raise CannotUnseal("It was changed, or was sealed for another place.") from None
