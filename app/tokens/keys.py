"""Our own signing keys: ES256, from the settings, or made in the data folder for development."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwk
from jose.backends.base import Key
from jose.exceptions import JWKError

from app.base.errors import CannotStart
from app.base.private_files import readable_by_others, write_once
from app.tokens.strict import decoded, encoded, json_object

ALGORITHM = "ES256"
DEVELOPMENT_FILE = "development-keys.json"
# The mark is a member of the key itself, so that it survives being copied into another instance's settings.
_DEVELOPMENT_MARK = "development"
_MAX_KEYS = 16
_COORDINATE_BYTES = 32


class KeysRefused(CannotStart):
    """The signing keys cannot be used; the message says what to do and never quotes a key."""


@dataclass(frozen=True, slots=True)
class OwnKey:
    kid: str
    public: Mapping[str, str]
    verifies: Key
    signs: Key | None


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The first key signs; the others are still accepted, until what they signed has expired."""

    keys: tuple[OwnKey, ...]
    development: bool

    @property
    def document(self) -> dict[str, list[dict[str, str]]]:
        """The public JWKS."""
        return {"keys": [dict(key.public) for key in self.keys]}


def load_keys(text: str | None, folder: Path, *, development: bool) -> SigningKeys:
    """The keys of the settings, or else those of the data folder; outside development only keys meant for it."""
    if text is None and not development:
        raise KeysRefused(
            "Set CLAUSEDESK_SIGNING_KEYS to a JWKS with a private ES256 key: production signs with its own. "
            "`clausedesk keys make signing` prints one."
        )
    keys = development_keys(folder) if text is None else read_keys(text)
    if keys.development and not development:
        raise KeysRefused("CLAUSEDESK_SIGNING_KEYS holds a key made for development; make a new one for production.")
    return keys


def read_keys(text: str) -> SigningKeys:
    """Keys from a JWKS; the first must be private, the rest may be public only."""
    try:
        entries = json_object(text.encode("utf-8"))["keys"]
    except (ValueError, KeyError):
        raise KeysRefused('The signing keys are not a JWKS: expected {"keys": [...]} in JSON.') from None
    if not isinstance(entries, list) or not 1 <= len(entries) <= _MAX_KEYS:
        raise KeysRefused(f"The signing keys need a list of 1 to {_MAX_KEYS} keys.")
    keys = tuple(_own_key(entry, position) for position, entry in enumerate(entries, start=1))
    if keys[0].signs is None:
        raise KeysRefused("Signing key 1 is only the public half; the first key signs and must be private.")
    if len({key.kid for key in keys}) != len(keys):
        raise KeysRefused("A signing key is given twice.")
    return SigningKeys(keys, development=any(_DEVELOPMENT_MARK in entry for entry in entries))


def development_keys(folder: Path) -> SigningKeys:
    """The data folder's own key, made at first use and readable by its owner alone."""
    path = folder / DEVELOPMENT_FILE
    try:
        if not path.exists():
            write_once(path, json.dumps({"keys": [new_private_jwk() | {_DEVELOPMENT_MARK: True}]}))
        if readable_by_others(path):
            raise KeysRefused(f"{path} can be read by others; run `chmod 600` on it, or delete it to get a new key.")
        return read_keys(path.read_text("utf-8"))
    except OSError as error:
        raise KeysRefused(f"The development key {path} cannot be read or written: {error.strerror}.") from error


def new_private_jwk() -> dict[str, Any]:
    return jwk.construct(ec.generate_private_key(ec.SECP256R1()), ALGORITHM).to_dict()  # type: ignore[arg-type] # jose takes keys of cryptography


def thumbprint(public: Mapping[str, str]) -> str:
    """RFC 7638: the key named by its content."""
    members = {name: public[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return encoded(hashlib.sha256(canonical.encode("ascii")).digest())


def _own_key(entry: object, position: int) -> OwnKey:
    what = f"Signing key {position}"
    if not isinstance(entry, dict) or (entry.get("kty"), entry.get("crv")) != ("EC", "P-256"):
        raise KeysRefused(f"{what} is not an EC key on P-256 (ES256).")
    if entry.get("alg", ALGORITHM) != ALGORITHM or entry.get("use", "sig") != "sig":
        raise KeysRefused(f"{what} is meant for something else: alg must be {ALGORITHM} and use must be sig.")
    private = "d" in entry
    try:
        numbers = {name: entry[name] for name in (("x", "y", "d") if private else ("x", "y"))}
        if any(len(decoded(number)) != _COORDINATE_BYTES for number in numbers.values()):
            raise ValueError("of another length")
        point = {"kty": "EC", "crv": "P-256", "x": numbers["x"], "y": numbers["y"]}
        verifies = jwk.construct(dict(point), ALGORITHM)
        signs = jwk.construct(point | numbers, ALGORITHM) if private else None
    except (KeyError, ValueError, TypeError, JWKError):
        raise KeysRefused(f"{what} is damaged: its numbers do not make a key.") from None
    kid = thumbprint(point)
    return OwnKey(kid, point | {"kid": kid, "alg": ALGORITHM, "use": "sig"}, verifies, signs)
