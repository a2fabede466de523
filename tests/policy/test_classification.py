"""Where a request goes, and how urgent it is."""

from typing import Any

import pytest

from app.policy.compiled.conditions import matches_topic
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.library.files import providers
from app.policy.situation import Account, Request, Situation
from tests.benchmarks.decisions import compiled
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour(
    {
        "levels": {"1": {"clauses": ["HAR-1"]}, "2": {"clauses": ["HAR-11"]}},
        "departments": {
            "networks": {"when": {"topic": "web.offline"}, "level": 2, "clauses": ["HAR-11"]},
            "desk": {"level": 1, "clauses": ["HAR-1"]},
        },
        "rules": {
            "seniors_watch": {
                "stage": "classify",
                "when": {"level": 2, "department": "networks"},
                "then": [{"do": "notify", "to": "seniors"}],
                "clauses": ["HAR-11"],
            },
            "code_up": {
                "stage": "classify",
                "when": {"level": 1, "topic": "code"},
                "then": [{"do": "level", "level": 2}],
                "clauses": ["HAR-7"],
            },
        },
    }
)


def decided(topic: str, account: Account = QUAY, **known: Any) -> Decision:
    situation = Situation(account=account, account_named=True, ticket=True, **known)
    return decide(POLICY, Request(sender=OWNER, facts={"topic": topic}), situation, NOON)


@pytest.mark.parametrize(
    ("topic", "department", "level"),
    [("web.offline", "networks", 2), ("web.error", "desk", 1), ("code.development", "desk", 2)],
)
def test_the_first_department_that_wants_it_takes_it_and_rules_may_move_it(
    topic: str, department: str, level: int
) -> None:
    found = decided(topic)
    assert (found.department, found.level) == (department, level)
    assert f"level={level}" in {c.effect for c in found.citations if c.stage == "classify"}


def test_rules_read_the_department_and_level_that_were_found() -> None:
    assert "notify" in [e.type for e in decided("web.offline").effects]
    assert "notify" not in [e.type for e in decided("web.error").effects]


@pytest.mark.parametrize(("topic", "priority"), [("web.offline", "urgent"), ("web.error", "usual")])
def test_what_no_rule_puts_first_is_of_the_lowest_class(topic: str, priority: str) -> None:
    found = decided(topic)
    assert found.priority == priority
    assert "HAR-8" in {c.clause for c in found.citations if c.effect == f"priority={priority}"}


def test_a_class_that_staff_have_set_stands() -> None:
    assert decided("web.offline", priority="usual").priority == "usual"


@pytest.mark.parametrize(("variant", "coverage"), [("kvm", "covered"), ("storage", "unspecified")])
def test_what_covers_one_variant_of_a_product_says_nothing_of_another(variant: str, coverage: str) -> None:
    policy = harbour(
        {
            "products": {"shared": {"variants": ["kvm", "storage"]}},
            "coverage": [{"topics": ["web"], "status": "covered", "variants": ["kvm"], "clauses": ["HAR-12"]}],
        }
    )
    account = QUAY.model_copy(update={"product_variant": variant})
    asked = Request(sender=OWNER, facts={"topic": "web.error"})
    assert decide(policy, asked, Situation(account=account, account_named=True), NOON).coverage == coverage


@pytest.mark.parametrize("provider", providers())
def test_overrides_are_found_by_topic_whatever_was_asked_before(provider: str) -> None:
    policy = compiled(provider)
    overriding = [e for e in policy.document.coverage if e.override is not None]
    asked = [None, "nobody.named_this", *list(policy.document.topics)[::7]]
    for topic in (*asked, *reversed(asked)):
        fitting = [
            entry
            for entry in sorted(overriding, key=lambda entry: entry.override or 0)
            if (matches_topic(topic, entry.topics) if topic else "*" in entry.topics)
            and not (topic and matches_topic(topic, entry.except_))
        ]
        assert [ready.entry for ready in policy.coverage.overrides_for(topic)] == fitting


@pytest.mark.parametrize("provider", providers())
def test_entries_are_found_by_topic_product_and_variant_whatever_was_asked_before(provider: str) -> None:
    table = compiled(provider).coverage
    entries = compiled(provider).document.coverage
    products = [None, "made_up", *sorted({p for e in entries for p in e.products})]
    variants = [None, "made_up", *sorted({v for e in entries for v in e.variants})]
    asked = [(topic, p, v) for topic in (None, "email.offline", "a.b") for p in products for v in variants]
    for topic, product, variant in (*asked, *reversed(asked)):
        found = table.candidates(topic, product, variant)
        for candidates, all_of_topic in ((found.ordinary, table.entries_for), (found.overrides, table.overrides_for)):
            fitting = [
                ready.entry
                for ready in all_of_topic(topic)
                if (not ready.entry.products or product in ready.entry.products)
                and (not ready.entry.variants or variant in ready.entry.variants)
            ]
            assert [ready.entry for ready in candidates] == fitting


def test_no_more_entries_are_kept_than_the_document_knows_topics_products_and_variants() -> None:
    table = compiled("mexxus").coverage
    for number in range(100):
        table.candidates(f"made.up_{number}", f"p{number}", f"v{number}")
        table.candidates("email.offline", f"p{number}", f"v{number}")
    assert len(table._found) == 1
