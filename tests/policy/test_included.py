"""What an account has of the help that is included, allowance by allowance."""

import pytest

from app.policy.desk.included import included
from tests.policy.harbour import NOON, QUAY, harbour

HOURS = {"unit": "minutes", "per": "month", "grant": {"amount": 60}, "then": "development", "clauses": ["HAR-10"]}


def test_each_allowance_is_told_by_its_name_with_what_is_left_and_its_clause() -> None:
    policy = harbour({"allowances": {"hours": HOURS, "tickets": {**HOURS, "unit": "tickets", "grant": {"amount": 2}}}})
    found = included(policy, QUAY, None, NOON)
    assert [(one.allowance, one.unit, int(one.left)) for one in found] == [
        ("hours", "minutes", 60),
        ("tickets", "tickets", 2),
    ]
    assert [[c.clause for c in one.citations] for one in found] == [["HAR-10"], ["HAR-10"]]
    assert [entry.kind for entry in found[0].entries] == ["granted"]


CARD = {
    **HOURS,
    "per": "once",
    "expires": "P365D",
    "grant": {"amount": 0, "by_fact": "card_minutes", "from_fact": "card_bought"},
}
FACTS = {
    "card_minutes": {"type": "int", "default": 0, "asserted_by": ["contract"]},
    "card_bought": {"type": "instant", "asserted_by": ["contract"]},
}


@pytest.mark.parametrize(
    ("bought", "left"),
    [
        (None, []),
        ("2026-02-10T11:59:00Z", [600]),
        ("2025-02-11T23:00:00Z", [600]),
        ("2025-02-10T00:00:00Z", [0]),  # of the 10th, a year ago: it ended with the 9th
        ("2025-02-10T23:59:00Z", [0]),
        ("2025-02-11T00:00:00Z", [600]),
        ("2026-02-11T00:00:00Z", []),  # not yet
    ],
)
def test_a_package_counts_from_the_day_on_which_it_was_bought(bought: str | None, left: list[int]) -> None:
    policy = harbour({"facts": FACTS, "allowances": {"card": CARD}})
    facts = {"card_minutes": 600, **({"card_bought": bought} if bought else {})}
    found = included(policy, QUAY.model_copy(update={"facts": facts}), None, NOON)
    assert [int(one.left) for one in found] == left


@pytest.mark.parametrize(("size", "left"), [(60, ["60"]), ("60.5", ["60.5"]), ("60.123456", ["60.1234"]), (-5, [])])
def test_how_much_there_is_may_stand_on_the_account(size: object, left: list[str]) -> None:
    facts = {"plan_minutes": {"type": "decimal", "asserted_by": ["contract"]}}
    policy = harbour(
        {"facts": facts, "allowances": {"plan": {**HOURS, "grant": {"amount": 1, "by_fact": "plan_minutes"}}}}
    )
    found = included(policy, QUAY.model_copy(update={"facts": {"plan_minutes": size}}), None, NOON)
    assert [str(one.left) for one in found] == left


@pytest.mark.parametrize(
    ("eligible", "shown"),
    [
        ({"managed": True}, False),
        ({"managed": False}, True),
        ({"any": [{"managed": True}, {"product": "shared"}]}, True),
        ({"product": "vps"}, True),
        ({"product": "colocation"}, False),
        ({"managed": False, "topic": "email", "received_at": {"in": "always"}}, True),
        ({"managed": True, "topic": "email"}, False),
        ({"any": [{"managed": True}, {"topic": "email"}]}, True),  # nobody knows yet what the work will be
        ({"account.reseller": {"exists": True}}, False),
    ],
)
def test_what_no_work_of_the_account_can_draw_is_not_told(eligible: dict[str, object], shown: bool) -> None:
    facts = {"managed": {"type": "bool", "asserted_by": ["contract"]}}
    policy = harbour({"facts": facts, "allowances": {"hours": {**HOURS, "eligible": eligible}}})
    account = QUAY.model_copy(update={"facts": {"managed": False}, "products": ("shared", "vps")})
    assert bool(included(policy, account, None, NOON)) is shown


def test_what_was_granted_with_an_agreement_of_unknown_age_has_no_date() -> None:
    policy = harbour({"allowances": {"start": {**HOURS, "per": "once"}}})
    (found,) = included(policy, QUAY, None, NOON)
    assert [(entry.kind, entry.at, int(entry.amount)) for entry in found.entries] == [("granted", None, 60)]
