"""Making tokens by hand, truly signed or not, so that a trick differs from a good token in one thing."""

import base64
import json
import string
from collections.abc import Callable
from random import Random
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.tokens.world import NOW, World, claims

Trick = Callable[[Random, World], str]
START = int(NOW.timestamp())
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def b64(data: bytes | str) -> str:
    return base64.urlsafe_b64encode(data.encode() if isinstance(data, str) else data).rstrip(b"=").decode()


def raw(data: str) -> bytes:
    return base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


def dumped(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def es256(key: ec.EllipticCurvePrivateKey, text: str) -> bytes:
    r, s = decode_dss_signature(key.sign(text.encode("utf-8", "surrogatepass"), ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def by_hand(key: ec.EllipticCurvePrivateKey, header: bytes | str, payload: bytes | str) -> str:
    """Truly signed, so that only the reader's strictness stands in the way."""
    text = f"{b64(header)}.{b64(payload)}"
    return f"{text}.{b64(es256(key, text))}"


def head(world: World, **changes: Any) -> dict[str, Any]:
    made = {"alg": "ES256", "typ": "at+jwt", "kid": world.kid} | changes
    return {name: value for name, value in made.items() if value is not ...}


def admin(rng: Random, **changes: Any) -> dict[str, Any]:
    return claims(rng, **({"role": "admin", "account": ..., "contact": ...} | changes))


def public_forms(world: World) -> list[bytes]:
    """Everything an attacker knows, as a secret for HMAC."""
    own, rsa = world.own.public_key(), world.outside_rsa.public_key()
    spki = PublicFormat.SubjectPublicKeyInfo
    pem = own.public_bytes(Encoding.PEM, spki)
    return [
        pem,
        pem.strip(),
        b"".join(pem.splitlines()[1:-1]),
        own.public_bytes(Encoding.DER, spki),
        own.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        own.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
        own.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        rsa.public_bytes(Encoding.DER, spki),
        rsa.public_bytes(Encoding.DER, PublicFormat.PKCS1),
        rsa.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        dumped(world.keys.document).encode(),
        dumped(world.keys.document["keys"][0]).encode(),
        world.keys.document["keys"][0]["x"].encode(),
        world.kid.encode(),
        b"",
        b"\0",
        b"secret",
    ]
