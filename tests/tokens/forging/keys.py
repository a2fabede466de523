"""Tricks with the algorithm and the key."""

import hmac
from random import Random
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwe
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import OctKey

from tests.tokens.forging.craft import Trick, admin, b64, by_hand, dumped, head, public_forms
from tests.tokens.world import World

ED25519 = Ed25519PrivateKey.generate()
P384 = ec.generate_private_key(ec.SECP384R1())


def no_algorithm(rng: Random, world: World) -> str:
    name = "".join(rng.choice((c.lower(), c.upper())) for c in "none") + rng.choice(("", " ", "\0", "\u212a"))
    signature = rng.choice(("", "AA", b64(rng.randbytes(64)), world.good().rsplit(".", 1)[1]))
    return f"{b64(dumped(head(world, alg=name)))}.{b64(dumped(admin(rng)))}.{signature}"


def hmac_keyed_with_what_is_public(rng: Random, world: World) -> str:
    bits = rng.choice((256, 384, 512))
    kid = rng.choice((world.kid, "their-rsa", "their-ec"))
    text = f"{b64(dumped(head(world, alg=f'HS{bits}', kid=kid)))}.{b64(dumped(admin(rng)))}"
    return f"{text}.{b64(hmac.digest(rng.choice(public_forms(world)), text.encode(), f'sha{bits}'))}"


def hmac_named_as_the_real_algorithm(rng: Random, world: World) -> str:
    text = f"{b64(dumped(head(world)))}.{b64(dumped(admin(rng)))}"
    return f"{text}.{b64(hmac.digest(rng.choice(public_forms(world)), text.encode(), 'sha512'))}"


def pyjwt_with_another_algorithm(rng: Random, world: World) -> str:
    signers: list[tuple[Any, str]] = [
        (world.stranger_rsa, "RS256"),
        (world.stranger_rsa, "PS256"),
        (world.stranger_rsa, "RS512"),
        (world.stranger_ec, "ES256"),
        (P384, "ES384"),
        (ED25519, "EdDSA"),
        (rng.randbytes(64), "HS256"),
        (rng.randbytes(64), "HS512"),
    ]
    kid = rng.choice((world.kid, "their-rsa", "their-ec"))
    key, alg = rng.choice(signers)
    return jwt.encode(admin(rng), key, algorithm=alg, headers={"typ": "at+jwt", "kid": kid})


def joserfc_with_a_shared_secret(rng: Random, world: World) -> str:
    # It refuses the shapes of public keys by itself; what remains is what it would sign with.
    known = dumped(world.keys.document)
    key = OctKey.import_key(rng.choice((known, world.kid, known.partition('"x":')[2], rng.randbytes(32))))
    return joserfc_jwt.encode(head(world, alg="HS256"), admin(rng), key, algorithms=["HS256"])


def joserfc_encrypted(rng: Random, world: World) -> str:
    key = OctKey.import_key(rng.randbytes(32))
    header = {"alg": "dir", "enc": "A128CBC-HS256", "kid": world.kid, "typ": "at+jwt"}
    return jwe.encrypt_compact(header, dumped(admin(rng)), key)


def an_algorithm_of_another_type(rng: Random, world: World) -> str:
    alg = rng.choice([None, True, 1, 1.5, ["ES256"], {"ES256": 1}, {}, [], "", "es256", "ES256 ", "ES256K", "dir", ...])
    return by_hand(world.own, dumped(head(world, alg=alg)), dumped(admin(rng)))


def a_trusted_key_with_the_wrong_name(rng: Random, world: World) -> str:
    signer, kid = rng.choice(
        [
            (world.own, "their-ec"),
            (world.outside_ec, world.kid),
            (world.stranger_ec, world.kid),
            (world.own, "their-rsa"),
        ]
    )
    return by_hand(signer, dumped(head(world, kid=kid)), dumped(admin(rng)))


def a_trusted_issuer_in_the_name_of_another(rng: Random, world: World) -> str:
    signer, kid, name = rng.choice(
        [(world.own, world.kid, "https://id.example"), (world.outside_ec, "their-ec", "clausedesk")]
    )
    return by_hand(signer, dumped(head(world, kid=kid)), dumped(admin(rng, iss=name)))


def rs256_under_an_es256_name(rng: Random, world: World) -> str:
    kid = rng.choice((world.kid, "their-ec"))
    text = f"{b64(dumped(head(world, alg=rng.choice(('RS256', 'ES256')), kid=kid)))}.{b64(dumped(admin(rng)))}"
    return f"{text}.{b64(world.outside_rsa.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def a_retired_key(rng: Random, world: World) -> str:
    kid = rng.choice((world.kid, b64(rng.randbytes(32))))
    return by_hand(world.retired, dumped(head(world, kid=kid)), dumped(admin(rng)))


TRICKS: tuple[Trick, ...] = (
    no_algorithm,
    hmac_keyed_with_what_is_public,
    hmac_named_as_the_real_algorithm,
    pyjwt_with_another_algorithm,
    joserfc_with_a_shared_secret,
    joserfc_encrypted,
    an_algorithm_of_another_type,
    a_trusted_key_with_the_wrong_name,
    a_trusted_issuer_in_the_name_of_another,
    rs256_under_an_es256_name,
    a_retired_key,
)
