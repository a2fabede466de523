"""Tricks with the claims, truly signed by our key: only their checks stand in the way."""

from random import Random
from typing import Any

from tests.tokens.forging.craft import START, Trick, admin, by_hand, dumped, head
from tests.tokens.world import World, claims

NOT_TIMES: list[Any] = [
    *(..., None, True, False, "9999999999", "9_999_999_999", "９９９９９９９９９９", str(START + 60), [START], {}),
    *(float(START + 60), START + 60.5, 1e300, float("inf"), float("-inf"), float("nan"), 10**400, -(10**400), -1, 0),
]
NOT_NAMES: list[Any] = [..., None, "", " ", "a" * 256, "a\nb", "a\0b", "\ud800", "\x7f", " a", "a ", 1, True, ["a"], {}]
NOT_IDS: list[Any] = [
    *(None, "", 1, True, [], {}, "x", "0" * 32, "{01890000-0000-7000-8000-000000000000}"),
    *("01890000-0000-7000-8000-00000000000G", "01890000-0000-7000-8000-00000000000A", "' OR 1=1 --"),
    *("urn:uuid:01890000-0000-7000-8000-000000000000", "０1890000-0000-7000-8000-000000000000"),
]


def times_that_are_none(rng: Random, world: World) -> str:
    changes = {rng.choice(("exp", "iat")): rng.choice(NOT_TIMES)}
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, **changes)))


def infinite_numbers(rng: Random, world: World) -> str:
    number = rng.choice(("1e999", "-1e999", "9" * 5000, "Infinity", "NaN", "1E400", "0x7fffffff", "1_000", "+1"))
    payload = dumped(claims(rng)).replace(f'"exp":{START + 900}', f'"exp":{number}')
    return by_hand(world.own, dumped(head(world)), payload)


def times_that_are_wrong(rng: Random, world: World) -> str:
    some = rng.randrange(1, 10**6)
    changes: dict[str, Any] = rng.choice(
        [
            {"iat": START - 900 - some, "exp": START - some},
            {"iat": START - 900, "exp": START},
            {"iat": START, "exp": START + 900 + some},
            {"iat": START, "exp": 10 ** rng.randrange(11, 300)},
            {"iat": START + 30 + some, "exp": START + 60 + some},
            {"iat": START + some, "exp": START + some},
            {"iat": START, "exp": START - some},
            {"iat": -some, "exp": START + 60},
            {"nbf": START + 30 + some},
            {"nbf": rng.choice([None, "0", 0.5, True, [], float("nan")])},
        ]
    )
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, **changes)))


NOT_OUR_ISSUER: list[Any] = [..., None, "", "Clausedesk", "clausedesk ", "https://id.example", ["clausedesk"], 1, {}]
NOT_FOR_US: list[Any] = [
    *(..., None, "", "des", "desk ", "DESK", [], ["desk2"], ["desk", 1], ["desk", None], {"desk": 1}, 1, True),
]


def not_for_us(rng: Random, world: World) -> str:
    changes = rng.choice([{"iss": rng.choice(NOT_OUR_ISSUER)}, {"aud": rng.choice(NOT_FOR_US)}])
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, **changes)))


def names_that_are_none(rng: Random, world: World) -> str:
    changes = {rng.choice(("sub", "jti", "provider")): rng.choice(NOT_NAMES)}
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, **changes)))


def providers_that_are_none(rng: Random, world: World) -> str:
    provider = rng.choice(
        ["Acme", "a/b", "../a", "a b", "-a", "7a", "á", "a_b", "a" * 65, "a;b", "a%00", "*", "a'b", ["a"]]
    )
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, provider=provider)))


def roles_that_are_none(rng: Random, world: World) -> str:
    role = rng.choice(
        [..., None, "", "root", "Admin", "admin ", "contact", ["admin"], {"admin": 1}, True, 0, "admin,staff"]
    )
    return by_hand(world.own, dumped(head(world)), dumped(admin(rng, role=role)))


def ids_that_do_not_fit_the_role(rng: Random, world: World) -> str:
    some = "01890000-0000-7000-8000-000000000000"
    changes: dict[str, Any] = rng.choice(
        [{rng.choice(("account", "contact")): rng.choice(NOT_IDS)} for _ in range(4)]
        + [{"account": ...}, {"contact": ...}, {"reseller": some}, {"role": "staff"}, {"role": "service"}]
        + [{"role": "reseller"}, {"role": "reseller", "reseller": some}, {"role": "admin", "account": ...}]
        + [{"role": "reseller", "account": ..., "contact": ..., "reseller": rng.choice(NOT_IDS)}]
    )
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, **changes)))


def scopes_that_are_none(rng: Random, world: World) -> str:
    scope = rng.choice(
        [
            *(None, "", " ", "admin", "submit admin", "submit,events", "submit submit", " submit", "submit ", "SUBMIT"),
            *(["submit"], {"submit": True}, 1, True, "submit  events", "submit\tevents", "submit\u00a0events", "*"),
        ]
    )
    return by_hand(world.own, dumped(head(world)), dumped(admin(rng, role="service", scope=scope)))


def scopes_of_somebody_who_has_none(rng: Random, world: World) -> str:
    role = rng.choice(("staff", "admin"))
    return by_hand(world.own, dumped(head(world)), dumped(admin(rng, role=role, scope="submit payments")))


def an_actor_that_is_none(rng: Random, world: World) -> str:
    act: Any = rng.choice(
        [
            *(None, "client", [], {}, True, {"iss": "x"}, {"sub": None}, {"sub": 1}, {"sub": ""}, {"sub": "a\0"}),
            *({"sub": "a", "role": "admin"}, {"sub": "a", "act": {"sub": "b"}}, {"sub": {"sub": "a"}}),
            {"sub": "a" * 256},
        ]
    )
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, act=act)))


def claims_that_are_no_object(rng: Random, world: World) -> str:
    good = dumped(claims(rng))
    payloads: list[str | bytes] = [
        *(f"[{good}]", dumped(good), "null", "1", "", "{", good[:-1], good + good, "\ufeff" + good, good + "]"),
        *(good.encode("utf-16"), good.encode("utf-32"), good.encode() + b"\xff", "[" * 5000, '{"a":' * 1100),
        *(good.replace("}", ',"x":NaN}'), good.replace("}", ',"x":-Infinity}'), good.replace("}", ',"x":\x00}')),
        good.replace("}", f',"x":{"[" * 4000}'),
    ]
    return by_hand(world.own, dumped(head(world)), rng.choice(payloads))


def a_claim_twice(rng: Random, world: World) -> str:
    name, value = rng.choice([("role", "admin"), ("exp", 10**10), ("sub", "x"), ("x", 1), ("provider", "other")])
    pairs = [f"{dumped(key)}:{dumped(given)}" for key, given in claims(rng, x=2).items()]
    pairs.insert(rng.randrange(len(pairs) + 1), f"{dumped(name)}:{dumped(value)}")
    return by_hand(world.own, dumped(head(world)), "{" + ",".join(pairs) + "}")


TRICKS: tuple[Trick, ...] = (
    times_that_are_none,
    infinite_numbers,
    times_that_are_wrong,
    not_for_us,
    names_that_are_none,
    providers_that_are_none,
    roles_that_are_none,
    ids_that_do_not_fit_the_role,
    scopes_that_are_none,
    scopes_of_somebody_who_has_none,
    an_actor_that_is_none,
    claims_that_are_no_object,
    a_claim_twice,
)
