"""Forged tokens without end: every known trick against a verifier, varied at random from a seed."""

from collections.abc import Iterator
from random import Random

from tests.tokens.forging import headers, keys, payloads, writing
from tests.tokens.world import World

TRICKS = (*keys.TRICKS, *headers.TRICKS, *payloads.TRICKS, *writing.TRICKS)


def forgeries(world: World, seed: int, count: int) -> Iterator[tuple[str, str]]:
    """(name of the trick, token), the tricks in turn."""
    rng = Random(seed)
    for number in range(count):
        trick = TRICKS[number % len(TRICKS)]
        yield trick.__name__, trick(rng, world)
