"""The keys that seal: 256 random bits each, from the settings, or made in the data folder for development."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.base.errors import CannotStart
from app.base.private_files import readable_by_others, write_once

DEVELOPMENT_FILE: Final = "development-sealing-keys.json"
# The mark is a member of the key itself, so that it survives being copied into another instance's settings.
_DEVELOPMENT_MARK: Final = "development"
_KEY_BYTES: Final = 32
_MAX_KEYS: Final = 16
_KID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SealingKeysRefused(CannotStart):
    """The sealing keys cannot be used; the message says what to do and never quotes a key."""


@dataclass(frozen=True, slots=True, repr=False)
class SealingKeys:
    """By their ids. The first one seals; the others open what they sealed, until nothing of it is left."""

    keys: Mapping[str, bytes]
    development: bool = False

    @property
    def current(self) -> tuple[str, bytes]:
        return next(iter(self.keys.items()))


def load_sealing_keys(text: str | None, folder: Path, *, development: bool) -> SealingKeys:
    """The keys of the settings, or else those of the data folder; outside development only keys meant for it."""
    if text is None and not development:
        raise SealingKeysRefused(
            "Set CLAUSEDESK_SEALING_KEYS to a JWKS with a 256-bit oct key: production seals with its own. "
            "`clausedesk keys make sealing` prints one."
        )
    keys = development_sealing_keys(folder) if text is None else read_sealing_keys(text)
    if keys.development and not development:
        raise SealingKeysRefused(
            "CLAUSEDESK_SEALING_KEYS holds a key made for development; make a new one for production."
        )
    return keys


def read_sealing_keys(text: str) -> SealingKeys:
    """Keys from a JWKS: `{"keys": [{"kty": "oct", "kid": "2026-11", "k": "<32 bytes in base64url>"}]}`."""
    try:
        entries = json.loads(text)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SealingKeysRefused('The sealing keys are not a JWKS: expected {"keys": [...]} in JSON.') from None
    if not isinstance(entries, list) or not 1 <= len(entries) <= _MAX_KEYS:
        raise SealingKeysRefused(f"The sealing keys need a list of 1 to {_MAX_KEYS} keys.")
    keys = dict(_key(entry, position) for position, entry in enumerate(entries, start=1))
    if len(keys) != len(entries) or len(set(keys.values())) != len(entries):
        raise SealingKeysRefused("A sealing key, or its kid, is given twice.")
    return SealingKeys(keys, development=any(_DEVELOPMENT_MARK in entry for entry in entries))


def development_sealing_keys(folder: Path) -> SealingKeys:
    """The data folder's own key, made at first use and readable by its owner alone."""
    path = folder / DEVELOPMENT_FILE
    try:
        if not path.exists():
            write_once(path, json.dumps({"keys": [new_sealing_jwk("development") | {_DEVELOPMENT_MARK: True}]}))
        if readable_by_others(path):
            raise SealingKeysRefused(
                f"{path} can be read by others; run `chmod 600` on it, or delete it: what it sealed is lost then."
            )
        return read_sealing_keys(path.read_text("utf-8"))
    except OSError as error:
        raise SealingKeysRefused(f"The sealing key {path} cannot be read or written: {error.strerror}.") from error


def new_sealing_jwk(kid: str) -> dict[str, Any]:
    return {"kty": "oct", "kid": kid, "k": secrets.token_urlsafe(_KEY_BYTES)}


def _key(entry: object, position: int) -> tuple[str, bytes]:
    what = f"Sealing key {position}"
    if not isinstance(entry, dict) or entry.get("kty") != "oct":
        raise SealingKeysRefused(f"{what} is not a symmetric key: its kty must be oct.")
    kid, text = entry.get("kid"), entry.get("k")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise SealingKeysRefused(f"{what} needs a kid of 1 to 64 letters, digits, dots, dashes or underscores.")
    try:
        key = base64.b64decode(str(text) + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise SealingKeysRefused(f"{what} is damaged: k must be {_KEY_BYTES} bytes in base64url without padding.")
    return kid, key
