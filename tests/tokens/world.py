"""Who signs in these tests: our own key, an outside issuer's two keys, and a stranger's; signing is pyjwt's."""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.tokens.keys import SigningKeys, read_keys
from app.tokens.trust import TrustedIssuer
from app.tokens.verifier import Verifier

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = TrustedIssuer("clausedesk", "desk", max_life_seconds=900)
THEIRS = TrustedIssuer("https://id.example", "desk", types=frozenset({"at+jwt", "JWT"}), max_life_seconds=3600)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass
class World:
    own: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    retired: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    outside_rsa: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    outside_ec: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    stranger_rsa: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    stranger_ec: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    keys: SigningKeys = field(init=False)
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        self.keys = read_keys(json.dumps({"keys": [private_jwk(self.own)]}))
        self.verifier = Verifier(OURS, self.keys)
        self.verifier.trust(THEIRS, self.published, until=NOW + timedelta(minutes=10))

    @property
    def kid(self) -> str:
        return self.keys.keys[0].kid

    @property
    def published(self) -> dict[str, Any]:
        return {"keys": [public_jwk(self.outside_rsa, "their-rsa"), public_jwk(self.outside_ec, "their-ec")]}

    def good(self, **changes: Any) -> str:
        return signed(self.own, claims(**changes), kid=self.kid)


@cache
def the_world() -> World:
    return World()


def private_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    return dict(ECAlgorithm.to_jwk(key, as_dict=True))


def public_jwk(key: PrivateKey, kid: str) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "RS256", "use": "sig"}
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "alg": "ES256", "use": "sig"}


def signed(key: Any, payload: dict[str, Any], *, kid: str, alg: str = "ES256", typ: str = "at+jwt") -> str:
    return jwt.encode(payload, key, algorithm=alg, headers={"typ": typ, "kid": kid})


def claims(rng: random.Random | None = None, **changes: Any) -> dict[str, Any]:
    """A contact's good claims, with changes; a claim changed to `...` is left out."""
    rng = rng or random.Random()
    ids = [str(UUID(int=rng.getrandbits(128), version=4)) for _ in range(3)]
    start = int(NOW.timestamp())
    made = {
        "iss": OURS.name,
        "aud": OURS.audience,
        "sub": ids[1],
        "iat": start,
        "exp": start + 900,
        "jti": ids[2],
        "provider": "acme",
        "role": "primary_contact",
        "account": ids[0],
        "contact": ids[1],
    }
    return {name: value for name, value in (made | changes).items() if value is not ...}
