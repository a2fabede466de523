"""What a decision knows of the account: the same whoever has asked before."""

from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.situation import Account, Request, Situation
from app.policy.stages import account as known_of_account
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

POLICY = harbour()


def known(account: Account, policy: CompiledPolicy = POLICY, **facts: Any) -> dict[str, Any]:
    d = Deliberation(policy, Request(sender=OWNER, facts=facts), Situation(account=account), NOON)
    admission.topic(d)
    admission.sender(d)
    return d.values


def test_two_accounts_of_one_number_are_not_taken_for_each_other() -> None:
    here, there = (QUAY.model_copy(update={"server": server}) for server in ("here", "there"))
    for _ in range(2):
        assert [known(account)["server"] for account in (here, there)] == ["here", "there"]


def test_a_request_states_over_what_the_account_says_and_changes_it_for_nobody_else() -> None:
    account = QUAY.model_copy(update={"server": "here", "facts": {"market": "north"}})
    assert known(account, server="elsewhere")["server"] == "elsewhere"
    assert (known(account)["server"], known(account)["market"]) == ("here", "north")


@pytest.mark.parametrize(("claimed", "product"), [("second", "second"), ("third", None), (None, None)])
def test_of_several_products_the_one_counts_that_the_request_names(claimed: str | None, product: str | None) -> None:
    several = QUAY.model_copy(update={"products": ("first", "second")})
    named = {"claimed_product": claimed} if claimed else {}
    assert known(several, POLICY, **named).get("product") == product
    assert known(QUAY.model_copy(update={"products": ("first",)}))["product"] == "first"


def test_a_product_out_of_the_catalogue_of_its_market_is_not_available() -> None:
    catalogues = (None, ("first",), ("second",))
    accounts = [QUAY.model_copy(update={"products": ("first",), "market_catalogue": listed}) for listed in catalogues]
    assert [known(account)["product_available"] for account in accounts] == [True, True, False]


def test_no_more_accounts_are_kept_than_fit() -> None:
    policy = harbour()
    for number in range(3 * known_of_account._MOST_KEPT):
        own = known(QUAY.model_copy(update={"server": f"s{number}"}), policy)
        assert own["server"] == f"s{number}"
    assert 0 < len(policy.of_accounts) <= known_of_account._MOST_KEPT
