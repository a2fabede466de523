"""Tricks with the signature and with how the three parts are written."""

import json
from random import Random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.tokens.forging.craft import BASE64URL, START, Trick, b64, by_hand, dumped, es256, head, raw
from tests.tokens.world import World, claims

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def a_signature_changed(rng: Random, world: World) -> str:
    text, _, signature = world.good().rpartition(".")
    good = raw(signature)
    r, s = good[:32], good[32:]
    position = rng.randrange(64)
    flipped = bytearray(good)
    flipped[position] ^= 1 << rng.randrange(8)
    zero = bytes(32)
    order = ORDER.to_bytes(32, "big")
    forged = rng.choice(
        [bytes(flipped)] * 6
        + [
            s + r,
            zero + zero,
            zero + s,
            r + zero,
            order + order,
            order + s,
            r + order,
            b"\xff" * 64,
            zero[:31] + b"\1" * 33,
        ]
        + [good[:-1], good + b"\0", b"\0" + good, good[:32], b"", good * 2, rng.randbytes(64)]
        + [world.own.sign(text.encode(), ec.ECDSA(hashes.SHA256()))]
    )
    return f"{text}.{b64(forged)}"


def claims_changed_under_the_signature(rng: Random, world: World) -> str:
    header, payload, signature = world.good().split(".")
    change = rng.choice(
        [{"role": "admin"}, {"exp": START + 901}, {"provider": "other"}, {"account": "x"}, {"jti": "x"}]
    )
    return f"{header}.{b64(dumped(json.loads(raw(payload)) | change))}.{signature}"


def spliced_from_two(rng: Random, world: World) -> str:
    one, two = world.good().split("."), world.good().split(".")
    return rng.choice([".".join((one[0], one[1], two[2])), ".".join((one[0], two[1], one[2]))])


def one_character_changed(rng: Random, world: World) -> str:
    good = world.good()
    position = rng.randrange(len(good))
    other = rng.choice([c for c in BASE64URL + ".=+/ \n\0é" if c != good[position]])
    return good[:position] + other + good[position + 1 :]


def characters_lost_or_gained(rng: Random, world: World) -> str:
    good = world.good()
    start = rng.randrange(len(good))
    length = rng.randrange(1, 40)
    return rng.choice([good[:start] + good[start + length :], good[: start + 1] + good[start:], good[:start]])


def the_same_bytes_written_otherwise(rng: Random, world: World) -> str:
    """The unused bits of a segment's last character, of each of the three segments."""
    name = "x" * rng.randrange(1, 4)
    segments = by_hand(world.own, dumped(head(world)), dumped(claims(rng, extra=name))).split(".")
    loose = [i for i, segment in enumerate(segments) if len(segment) % 4]
    which = rng.choice(loose)
    segment = segments[which]
    free = 16 if len(segment) % 4 == 2 else 4
    value = BASE64URL.index(segment[-1])
    other = rng.choice([v for v in range(value - value % free, value - value % free + free) if v != value])
    segments[which] = segment[:-1] + BASE64URL[other]
    if which == 2:
        return ".".join(segments)
    text = f"{segments[0]}.{segments[1]}"
    return f"{text}.{b64(es256(world.own, text))}"


def padding_and_whitespace(rng: Random, world: World) -> str:
    segments = world.good().split(".")
    which = rng.randrange(3)
    junk = rng.choice(["=", "==", "===", " ", "\n", "\r\n", "\t", "\0", "\u200b", "\ud800", "%3D", "é", "-" * 8192])
    at = rng.choice((0, len(segments[which]), rng.randrange(len(segments[which]))))
    segments[which] = segments[which][:at] + junk + segments[which][at:]
    return ".".join(segments)


def wrapped_or_cut_into_other_parts(rng: Random, world: World) -> str:
    good = world.good()
    header, payload, signature = good.split(".")
    return rng.choice(
        [
            *(f"Bearer {good}", f'"{good}"', f"{good}.", f".{good}", f"{header}.{payload}", f"{header}..{signature}"),
            *(f"{header}.{payload}.", f".{payload}.{signature}", f"{good}.{signature}"),
            *(f"{good},{good}", f"{good} {good}", f"{good}\t{good}"),
            *(dumped({"payload": payload, "protected": header, "signature": signature}), good.replace(".", "．")),
            *(good.upper(), good[::-1], good.replace(".", ".."), b64(good), good + "\n", "\ufeff" + good),
        ]
    )


def too_long(rng: Random, world: World) -> str:
    filler = "x" * rng.randrange(7_000, 20_000)
    return by_hand(world.own, dumped(head(world)), dumped(claims(rng, filler=filler)))


def noise(rng: Random, world: World) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(300)))
    if kind == 1:
        return ".".join("".join(rng.choices(BASE64URL, k=rng.randrange(1, 400))) for _ in range(rng.randrange(1, 6)))
    if kind == 2:
        return ".".join(b64(rng.randbytes(rng.randrange(1, 200))) for _ in range(3))
    return f"{b64(dumped(head(world)))}.{b64(rng.randbytes(rng.randrange(1, 200)))}.{b64(rng.randbytes(64))}"


TRICKS: tuple[Trick, ...] = (
    a_signature_changed,
    claims_changed_under_the_signature,
    spliced_from_two,
    one_character_changed,
    characters_lost_or_gained,
    the_same_bytes_written_otherwise,
    padding_and_whitespace,
    wrapped_or_cut_into_other_parts,
    too_long,
    noise,
)
