"""No forged token is accepted, and nothing but a refusal comes out of the attempt."""

import os
from collections import Counter

import jose.backends
import pytest
from jose import jwt
from jose.backends.cryptography_backend import CryptographyECKey, CryptographyRSAKey
from jose.exceptions import JOSEError

from app.tokens.refusal import TokenRefused
from app.tokens.verifier import Verifier
from tests.reliability.report import caught, examined
from tests.tokens.forging.stream import TRICKS, forgeries
from tests.tokens.world import NOW, the_world

LONG = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
FORGED = 48_000 if LONG else 4_000
SEED = int(os.environ.get("CLAUSEDESK_TEST_SEED", "20260302"))


def outcome(verifier: Verifier, token: str) -> str:
    """What comes out, caught as wide as can be, so that the test and not the language judges it."""
    try:
        verifier.verify(token, NOW)
    except BaseException as error:  # noqa: BLE001 - any other type is the failure this looks for
        return type(error).__name__
    return "accepted"


def test_of_all_forged_tokens_none_is_accepted_and_nothing_but_a_refusal_comes_out() -> None:
    world = the_world()
    seen: set[str] = set()
    outcomes: Counter[tuple[str, str]] = Counter()
    attempts = 0
    for name, token in forgeries(world, SEED, FORGED * 2):
        attempts += 1
        if token in seen:
            continue
        seen.add(token)
        outcomes[name, outcome(world.verifier, token)] += 1
        if len(seen) >= FORGED:
            break
    wrong = {key: times for key, times in outcomes.items() if key[1] != TokenRefused.__name__}
    examined("tokens", len(seen), sum(wrong.values()))
    assert not wrong, f"seed {SEED}"
    assert len(seen) >= FORGED
    assert {name for name, _ in outcomes} == {trick.__name__ for trick in TRICKS}


def test_the_generator_forges_against_a_verifier_that_does_accept() -> None:
    world = the_world()
    assert outcome(world.verifier, world.good()) == "accepted"


def test_the_same_forgeries_fool_the_bare_library() -> None:
    """So that they are worth refusing: python-jose alone accepts some and stumbles over others."""
    world = the_world()
    keys = {key["kid"]: key for key in (*world.keys.document["keys"], *world.published["keys"])}
    fooled = set()
    for name, token in forgeries(world, SEED, 2_000):
        try:
            jwt.decode(token, keys, audience="desk", issuer="clausedesk", options={"verify_exp": False})
        except JOSEError:
            continue
        except Exception:  # noqa: BLE001 - a leaked exception would be an answer 500
            fooled.add(name)
        else:
            fooled.add(name)
    assert len(fooled) >= 15
    caught("tokens", "the bare library, fooled in so many ways", len(fooled))


def test_ten_mebibytes_are_refused_before_anything_reads_them() -> None:
    with pytest.raises(TokenRefused) as refused:
        the_world().verifier.verify("A" * 10 * 2**20, NOW)
    assert refused.value.reason == "malformed"


def test_signatures_are_checked_by_cryptography_and_not_by_a_pure_python_curve() -> None:
    assert jose.backends.ECKey is CryptographyECKey
    assert jose.backends.RSAKey is CryptographyRSAKey
