"""Tricks with the header."""

from random import Random

from tests.tokens.forging.craft import Trick, admin, b64, by_hand, dumped, head
from tests.tokens.world import World, claims


def a_key_brought_along(rng: Random, world: World) -> str:
    numbers = world.stranger_ec.public_key().public_numbers()
    own = {
        "kty": "EC",
        "crv": "P-256",
        "x": b64(numbers.x.to_bytes(32, "big")),
        "y": b64(numbers.y.to_bytes(32, "big")),
    }
    name, value = rng.choice(
        [("jwk", own), ("jku", "https://evil.example/jwks"), ("x5u", "https://evil.example"), ("x5c", [b64("x")])]
    )
    return by_hand(world.stranger_ec, dumped(head(world, **{name: value})), dumped(admin(rng)))


def a_header_member_too_many(rng: Random, world: World) -> str:
    name, value = rng.choice(
        [("crit", ["exp"]), ("crit", []), ("b64", False), ("zip", "DEF"), ("cty", "JWT"), ("enc", "A128GCM"), ("x", 1)]
    )
    return by_hand(world.own, dumped(head(world, **{name: value})), dumped(claims(rng)))


def another_type_of_token(rng: Random, world: World) -> str:
    typ = rng.choice(["JWT", "refresh+jwt", "AT+JWT", "application/at+jwt", "at+jwt ", "", None, 1, ["at+jwt"], ...])
    return by_hand(world.own, dumped(head(world, typ=typ)), dumped(claims(rng)))


def another_key_id(rng: Random, world: World) -> str:
    kid = rng.choice(
        [
            *(..., None, 0, True, [world.kid], {"kid": world.kid}, "", "../../dev/null", "' OR 1=1", world.kid + "\0"),
            *(world.kid.swapcase(), world.kid[:-1], " " + world.kid, world.kid * 3, "\ud800", b64(rng.randbytes(32))),
        ]
    )
    return by_hand(world.own, dumped(head(world, kid=kid)), dumped(claims(rng)))


def a_header_member_twice(rng: Random, world: World) -> str:
    members = list(head(world).items())
    extra = rng.choice([("alg", "none"), ("alg", "ES256"), ("kid", "x"), ("typ", "JWT"), ("\u0061lg", "HS256")])
    members.insert(rng.randrange(4), extra)
    text = "{" + ",".join(f"{dumped(name)}:{dumped(value)}" for name, value in members) + "}"
    return by_hand(world.own, text, dumped(claims(rng)))


def a_header_that_is_no_object(rng: Random, world: World) -> str:
    good = dumped(head(world))
    headers: list[str | bytes] = [
        *(f"[{good}]", dumped(good), "null", "1", "NaN", "", "{", good[:-1], good + good, "[" * 300),
        *(good.encode("utf-16"), good.encode("utf-32"), b"\xff" + good.encode(), "\ufeff" + good),
        *(good.replace('"', "'"), good.replace("}", ',"x":NaN}'), good.replace("}", ',"x":1e999}'), good + "x"),
        '{"a":' * 60 + "1" + "}" * 60,
    ]
    return by_hand(world.own, rng.choice(headers), dumped(claims(rng)))


def a_header_nested_deep(rng: Random, world: World) -> str:
    depth = rng.randrange(100, 60_000)
    opening = rng.choice(("[", '{"a":'))
    return f"{b64(opening * depth)}.{b64(dumped(admin(rng)))}.{b64(rng.randbytes(64))}"


TRICKS: tuple[Trick, ...] = (
    a_key_brought_along,
    a_header_member_too_many,
    another_type_of_token,
    another_key_id,
    a_header_member_twice,
    a_header_that_is_no_object,
    a_header_nested_deep,
)
