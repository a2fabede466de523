"""Stances of tickets: what is known of them, and no more than may be."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.db.pool import Database
from app.db.tickets import USUAL_ADDRESS
from app.policy.stages.standing import address_state
from app.services.shelf import Policies
from app.services.stances import MOST, Stances


@given(st.from_regex(USUAL_ADDRESS.removesuffix("$"), fullmatch=True, alphabet=st.characters(codec="ascii")))
def test_an_address_of_the_usual_form_is_like_any_other(address: str) -> None:
    assert len(address) > 64 or address_state(address) == "valid"


async def test_no_more_is_known_than_may_be_and_what_somebody_holds_stays(database: Database) -> None:
    policies, provider = Policies(database), UUID(int=1)
    held: Stances = policies.stances(provider, frozenset())
    for n in range(MOST):
        assert policies.stances(provider, frozenset()) is held
        for _ in range(2):
            held.learn(f"stance {n}", n.to_bytes(8), n)
    assert len(held.known) == 8 * MOST
    assert policies.stances(provider, frozenset()).known == b""
    assert held.shown["stance 0"] == 0
