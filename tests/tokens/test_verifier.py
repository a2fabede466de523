"""What a good token gives, how long it is remembered, and how keys are rotated."""

import json
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import ECKey

from app.base.vocabulary import CONTACT_ROLES, Role, Scope
from app.tokens.issuer import issue
from app.tokens.keys import new_private_jwk, read_keys
from app.tokens.refusal import Reason, TokenRefused
from app.tokens.trust import TrustedIssuer, published_keys
from app.tokens.verifier import MAX_LENGTH, Verifier
from tests.tokens.world import NOW, OURS, THEIRS, World, claims, private_jwk, public_jwk, signed, the_world

SECOND = timedelta(seconds=1)


def reason(verifier: Verifier, token: str, now: Any = NOW) -> Reason:
    with pytest.raises(TokenRefused) as refused:
        verifier.verify(token, now)
    assert type(refused.value) is TokenRefused
    return refused.value.reason


def by_pyjwt(world: World, payload: dict[str, Any]) -> str:
    return signed(world.own, payload, kid=world.kid)


def by_joserfc(world: World, payload: dict[str, Any]) -> str:
    key = ECKey.import_key(private_jwk(world.own))
    return joserfc_jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": world.kid}, payload, key)


@pytest.mark.parametrize("sign", [by_pyjwt, by_joserfc])
def test_another_library_s_token_signed_with_our_key_is_accepted(sign: Callable[[World, dict[str, Any]], str]) -> None:
    world, payload = the_world(), claims()
    principal = world.verifier.verify(sign(world, payload), NOW)
    assert (principal.provider, principal.role) == ("acme", Role.PRIMARY_CONTACT)
    assert (principal.account, principal.contact) == (UUID(payload["account"]), UUID(payload["contact"]))
    assert principal.subject == UUID(payload["sub"])
    assert principal.expires_at == NOW + timedelta(seconds=900)
    assert principal.scopes == frozenset()


@pytest.mark.parametrize("role", list(Role))
def test_what_is_issued_for_a_role_is_verified_to_the_same_principal(role: Role) -> None:
    world = the_world()
    account, contact = (uuid4(), uuid4()) if role in CONTACT_ROLES else (None, None)
    reseller = uuid4() if role is Role.RESELLER else None
    scopes = frozenset({Scope.SUBMIT, Scope.PAYMENTS} if role is Role.SERVICE else ())
    token = issue(
        world.keys,
        OURS,
        provider="acme",
        role=role,
        subject="backend one",
        now=NOW,
        ttl_seconds=60,
        account=account,
        contact=contact,
        reseller=reseller,
        acting_client="client-area",
        scopes=scopes,
    )
    principal = world.verifier.verify(token, NOW)
    assert (principal.role, principal.subject) == (role, "backend one")
    assert (principal.account, principal.contact, principal.reseller) == (account, contact, reseller)
    assert (principal.acting_client, principal.scopes) == ("client-area", scopes)
    assert principal.expires_at == NOW + timedelta(seconds=60)


def test_an_audience_list_that_names_us_is_accepted() -> None:
    assert the_world().verifier.verify(the_world().good(aud=["other", "desk"]), NOW).provider == "acme"


def test_claims_that_nobody_asked_for_are_ignored() -> None:
    assert the_world().verifier.verify(the_world().good(locale={"a": [1.5, None]}), NOW).provider == "acme"


def test_a_clock_up_to_half_a_minute_ahead_is_forgiven_and_no_more() -> None:
    world, start = the_world(), int(NOW.timestamp())
    assert world.verifier.verify(world.good(iat=start + 30, nbf=start + 30), NOW).provider == "acme"
    assert reason(world.verifier, world.good(iat=start + 31)) is Reason.CLAIMS


def test_the_limits_themselves_are_still_accepted() -> None:
    world, start = the_world(), int(NOW.timestamp())
    assert world.verifier.verify(world.good(exp=start + 1), NOW).expires_at == NOW + SECOND
    lengths = {len(token): token for token in (world.good(filler="x" * n) for n in range(5500, 5900))}
    for length, token in lengths.items():
        if length > MAX_LENGTH:
            assert reason(world.verifier, token) is Reason.MALFORMED
        else:
            assert world.verifier.verify(token, NOW).provider == "acme"
    assert min(lengths) < MAX_LENGTH < max(lengths)
    assert MAX_LENGTH in lengths


def test_a_token_is_refused_from_the_second_it_expires() -> None:
    verifier = Verifier(OURS, the_world().keys)
    token = the_world().good()
    end = NOW + timedelta(seconds=900)
    assert reason(verifier, token, end) is Reason.EXPIRED
    verifier.verify(token, end - SECOND)


def test_a_remembered_token_does_not_outlive_its_expiry() -> None:
    verifier = Verifier(OURS, the_world().keys)
    token = the_world().good()
    first = verifier.verify(token, NOW)
    assert verifier.verify(token, NOW + timedelta(seconds=899)) is first
    assert reason(verifier, token, NOW + timedelta(seconds=900)) is Reason.EXPIRED
    assert reason(verifier, token, NOW + timedelta(days=1)) is Reason.EXPIRED


def test_no_more_tokens_are_remembered_than_allowed_and_the_latest_used_stay() -> None:
    world = the_world()
    verifier = Verifier(OURS, world.keys, remember=3)
    tokens = [world.good() for _ in range(4)]
    kept = verifier.verify(tokens[0], NOW)
    dropped = verifier.verify(tokens[1], NOW)
    verifier.verify(tokens[2], NOW)
    verifier.verify(tokens[0], NOW)
    verifier.verify(tokens[3], NOW)
    assert verifier.verify(tokens[0], NOW) is kept
    assert verifier.verify(tokens[1], NOW) is not dropped


def test_a_refused_token_is_never_remembered() -> None:
    verifier = Verifier(OURS, the_world().keys, remember=1)
    good = the_world().good()
    first = verifier.verify(good, NOW)
    for _ in range(10):
        reason(verifier, the_world().good(aud="other"))
    assert verifier.verify(good, NOW) is first


def test_after_a_rotation_the_new_key_signs_and_the_old_one_is_still_accepted_until_it_is_taken_out() -> None:
    old, new = new_private_jwk(), new_private_jwk()
    before, during, after = (read_keys(json.dumps({"keys": keys})) for keys in ([old], [new, old], [new]))

    def token(keys: Any) -> str:
        return issue(keys, OURS, provider="acme", role=Role.STAFF, subject=uuid4(), now=NOW, ttl_seconds=60)

    for accepted in (token(before), token(during)):
        assert Verifier(OURS, during).verify(accepted, NOW).is_staff
    assert reason(Verifier(OURS, after), token(before)) is Reason.UNKNOWN_KEY
    assert reason(Verifier(OURS, before), token(during)) is Reason.UNKNOWN_KEY


def outside(alg: str, **changes: Any) -> str:
    world = the_world()
    key, kid = (world.outside_rsa, "their-rsa") if alg == "RS256" else (world.outside_ec, "their-ec")
    return signed(key, claims(iss=THEIRS.name, **changes), kid=kid, alg=alg, typ="JWT")


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_an_outside_issuer_s_token_is_accepted_by_the_keys_it_publishes(alg: str) -> None:
    assert the_world().verifier.verify(outside(alg), NOW).provider == "acme"


def test_outside_keys_are_trusted_no_longer_than_said_even_for_remembered_tokens() -> None:
    world = the_world()
    verifier = Verifier(OURS, world.keys)
    token = outside("RS256")
    verifier.trust(THEIRS, world.published, until=NOW + 60 * SECOND)
    verifier.verify(token, NOW)
    assert reason(verifier, token, NOW + 60 * SECOND) is Reason.UNKNOWN_KEY
    verifier.trust(THEIRS, world.published, until=NOW + 120 * SECOND)
    verifier.verify(token, NOW + 60 * SECOND)


def test_a_key_that_is_no_longer_published_is_refused_even_for_remembered_tokens() -> None:
    world = the_world()
    verifier = Verifier(OURS, world.keys)
    verifier.trust(THEIRS, world.published, until=NOW + 60 * SECOND)
    verifier.verify(outside("RS256"), NOW)
    token = outside("RS256")
    verifier.verify(token, NOW)
    verifier.trust(THEIRS, {"keys": [public_jwk(world.outside_ec, "their-ec")]}, until=NOW + 60 * SECOND)
    assert reason(verifier, token) is Reason.UNKNOWN_KEY
    verifier.verify(outside("ES256"), NOW)


def test_an_outside_key_cannot_take_the_name_of_ours() -> None:
    world = the_world()
    verifier = Verifier(OURS, world.keys)
    verifier.trust(THEIRS, {"keys": [public_jwk(world.stranger_ec, world.kid)]}, until=NOW + 60 * SECOND)
    assert reason(verifier, signed(world.stranger_ec, claims(), kid=world.kid)) is Reason.SIGNATURE
    assert verifier.verify(world.good(), NOW).provider == "acme"


def test_an_outside_issuer_s_claims_are_read_under_the_names_of_the_mapping() -> None:
    world = the_world()
    mapped = TrustedIssuer(
        THEIRS.name,
        "desk",
        types=frozenset({"JWT"}),
        claims={"role": "https://id.example/role", "provider": "=acme", "jti": "uti"},
    )
    verifier = Verifier(OURS, world.keys)
    verifier.trust(mapped, world.published, until=NOW + 60 * SECOND)
    given = {"role": "admin", "account": ..., "contact": ..., "scope": "openid email", "jti": ..., "provider": "other"}
    token = outside("RS256", **given, uti="u-1", **{"https://id.example/role": "staff"})
    principal = verifier.verify(token, NOW)
    assert (principal.role, principal.provider) == (Role.STAFF, "acme")
    assert principal.scopes == frozenset()
    assert reason(verifier, outside("RS256", **given, uti="u-1")) is Reason.CLAIMS
    assert reason(verifier, outside("RS256", **given, **{"https://id.example/role": "staff"})) is Reason.CLAIMS


def test_of_published_keys_only_the_usable_ones_are_taken() -> None:
    world = the_world()
    good = public_jwk(world.outside_rsa, "good")
    ec = public_jwk(world.outside_ec, "ec")
    unusable: list[Any] = [
        {"kty": "OKP", "crv": "Ed25519", "x": ec["x"], "kid": "okp"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"},
        ec | {"crv": "P-384", "kid": "curve"},
        ec | {"use": "enc", "kid": "enc"},
        ec | {"key_ops": ["sign"], "kid": "ops"},
        ec | {"key_ops": 5, "kid": "ops of another type"},
        ec | {"alg": "RS256", "kid": "mixed"},
        good | {"alg": "PS256", "kid": "pss"},
        good | {"alg": "HS256", "kid": "hmac"},
        good | {"n": good["n"][:100], "kid": "short"},
        good | {"n": "!", "kid": "damaged"},
        good | {"n": 5, "kid": "typed"},
        ec | {"x": ec["y"], "kid": "off the curve"},
        private_jwk(world.stranger_ec) | {"kid": "private"},
        {name: value for name, value in ec.items() if name != "kid"},
        ec | {"kid": 7},
        ec | {"kid": "twice"},
        good | {"kid": "twice"},
        None,
        "key",
    ]
    bare = {name: value for name, value in good.items() if name not in ("use", "alg")} | {"kid": "bare"}
    usable = published_keys({"keys": [*unusable, good, ec, bare]}, THEIRS, NOW)
    assert {kid: key.algorithm for kid, key in usable.items()} == {"good": "RS256", "ec": "ES256", "bare": "RS256"}
    assert published_keys({"keys": "none"}, THEIRS, NOW) == {}
    assert published_keys({}, THEIRS, NOW) == {}


def test_a_remembered_token_costs_a_look_and_a_new_one_a_fraction_of_a_millisecond() -> None:
    world = the_world()
    verifier = Verifier(OURS, world.keys)
    tokens = [world.good() for _ in range(200)]

    def best(rounds: int) -> float:
        times = []
        for _ in range(rounds):
            start = perf_counter()
            for token in tokens:
                verifier.verify(token, NOW)
            times.append((perf_counter() - start) / len(tokens))
        return min(times)

    cold = best(1)
    # Room for a busy machine; on a quiet one 0.1 ms and 0.2 µs.
    assert best(5) < 5e-6
    assert cold < 1e-3
