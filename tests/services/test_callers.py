"""Callers by our own tokens and by an outside issuer that rotates its keys, over real HTTP."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.base.errors import CannotStart
from app.base.settings import Settings
from app.services.callers import Callers, outside_issuer
from app.tokens.refusal import TokenRefused
from tests.clients.publisher import Publisher, publishing
from tests.tokens.world import NOW, THEIRS, claims, public_jwk, signed, the_world


@pytest.fixture
def issuer() -> Iterator[Publisher]:
    with publishing(*the_world().published["keys"]) as publisher:
        yield publisher


def callers(issuer: Publisher) -> Callers:
    settings = Settings(
        token_audience="desk",
        outside_issuer=THEIRS.name,
        outside_jwks_url=issuer.url,
    )
    return Callers(settings, the_world().keys)


def rsa_token() -> str:
    return signed(the_world().outside_rsa, claims(iss=THEIRS.name), kid="their-rsa", alg="RS256", typ="JWT")


async def test_our_own_tokens_never_wait_for_the_outside_issuer(issuer: Publisher) -> None:
    principal = await callers(issuer).identify(the_world().good(), NOW)
    assert principal.provider == "acme"
    assert issuer.asked == 0


async def test_without_an_outside_issuer_its_tokens_are_refused() -> None:
    ours = Callers(Settings(token_audience="desk"), the_world().keys)
    with pytest.raises(TokenRefused):
        await ours.identify(rsa_token(), NOW)


async def test_while_the_issuer_turns_from_rs256_to_es256_no_good_token_fails(issuer: Publisher) -> None:
    ours, new = callers(issuer), ec.generate_private_key(ec.SECP256R1())

    def new_token() -> str:
        return signed(new, claims(iss=THEIRS.name), kid="new", typ="at+jwt")

    await asyncio.gather(*(ours.identify(rsa_token(), NOW) for _ in range(50)))
    issuer.publish(public_jwk(new, "new"), *the_world().published["keys"])
    later = NOW + timedelta(seconds=30)
    await asyncio.gather(*(ours.identify(token(), later) for _ in range(50) for token in (rsa_token, new_token)))
    assert issuer.asked == 2

    issuer.publish(public_jwk(new, "new"))
    removed = later + timedelta(minutes=10)
    outcomes = await asyncio.gather(
        *(ours.identify(token(), removed) for _ in range(50) for token in (rsa_token, new_token)),
        return_exceptions=True,
    )
    assert [type(outcome).__name__ for outcome in outcomes] == ["TokenRefused", "Principal"] * 50
    assert issuer.asked == 3


async def test_a_thousand_invented_key_ids_are_refused_for_one_request_to_the_issuer(issuer: Publisher) -> None:
    ours = callers(issuer)
    remembered = await ours.identify(the_world().good(), NOW)
    invented = [signed(the_world().stranger_ec, claims(), kid=f"kid-{n}") for n in range(1000)]
    outcomes = await asyncio.gather(*(ours.identify(token, NOW) for token in invented), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {TokenRefused}
    assert issuer.asked == 1
    assert remembered.provider == "acme"


async def test_an_outside_issuer_that_goes_down_keeps_its_callers(issuer: Publisher) -> None:
    ours, token = callers(issuer), rsa_token()
    await ours.identify(token, NOW)
    issuer.body = b"broken"
    for minutes in (10, 11, 12):
        await ours.identify(rsa_token(), NOW + timedelta(minutes=minutes))


def test_an_outside_issuer_with_our_own_name_is_refused() -> None:
    with pytest.raises(CannotStart, match="our own name"):
        outside_issuer(Settings(token_issuer="desk", outside_issuer="desk"))
