"""Customers with several products: what holds for each of them is the answer, anything else is asked."""

from datetime import UTC, datetime
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.language.settings import Settings
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.policy.settling import settle
from app.policy.situation import Account, ListedContact, Request, Situation
from tests.policy.harbour import harbour

AT = datetime(2026, 2, 10, 15, tzinfo=UTC)


@cache
def policy() -> CompiledPolicy:
    """The library's document with the most products."""
    text = policy_text("kenotronix")
    assert text is not None
    loaded = load(text, library())
    return CompiledPolicy(loaded.document, version=1, revision=0, chosen=settle(loaded.raw, Settings())[1])


PRODUCTS = sorted(policy().document.products)
TOPICS = sorted(policy().document.topics)


def decided(topic: str, products: tuple[str, ...], **facts: str) -> Decision:
    contact = ListedContact(role="customer", email="ann@example.org")
    situation = Situation(account=Account(number="1", products=products, contacts=(contact,)), dry_run=True)
    return decide(policy(), Request(facts={"topic": topic, **facts}), situation, AT)


@given(st.sampled_from(TOPICS), st.sets(st.sampled_from(PRODUCTS), min_size=2, max_size=4))
def test_several_products_are_answered_alike_or_asked_for(topic: str, products: set[str]) -> None:
    alone = [decided(topic, (product,)) for product in products]
    together = decided(topic, tuple(products))
    said = {decision.coverage for decision in alone}
    if len(said) == 1:
        assert together.coverage in said
        assert "product" not in together.missing
        assert not together.strict or all(decision.strict for decision in alone)
    else:
        assert together.coverage is Coverage.UNSPECIFIED
        assert "product" in together.missing
        assert together.outcome is Outcome.ACCEPTED
        assert together.work_gate is WorkGate.AWAITING_STAFF_DECISION


@given(st.sampled_from(TOPICS))
def test_a_product_that_is_not_known_is_any_of_them(topic: str) -> None:
    said = {decided(topic, (product,)).coverage for product in PRODUCTS}
    unknown = decided(topic, ())
    assert (unknown.coverage in said) if len(said) == 1 else unknown.coverage is Coverage.UNSPECIFIED
    assert ("product" in unknown.missing) is (len(said) > 1)


@given(st.sampled_from(TOPICS), st.lists(st.sampled_from(PRODUCTS), min_size=2, max_size=4, unique=True))
def test_a_customer_names_one_of_several_products_and_no_other(topic: str, products: list[str]) -> None:
    held, other = tuple(products), next((p for p in PRODUCTS if p not in products), "another")
    assert decided(topic, held, claimed_product=products[0]).coverage is decided(topic, (products[0],)).coverage
    for foreign in (other, "", "constructor"):
        assert decided(topic, held, claimed_product=foreign).coverage is decided(topic, held).coverage
    assert decided(topic, (products[0],), claimed_product=products[1]) == decided(topic, (products[0],))


def test_products_are_the_same_by_any_name_of_theirs_and_by_their_own_where_the_policy_knows_none() -> None:
    small = harbour({"products": {"shared": {"aliases": ["webspace"], "clauses": ["HAR-12"]}}})
    assert small.same_product("shared", "webspace")
    assert small.same_product("legacy", "legacy")
    assert not small.same_product("legacy", "shared")
    assert not small.same_product("shared", "legacy")
