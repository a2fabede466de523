"""Who the sender turned out to be, where several accounts list them."""

import pytest

from app.policy.decide import decide
from app.policy.situation import Request, Sender, Situation
from app.policy.stages.standing import find_standing
from tests.policy.harbour import NOON, OWNER, PIER, QUAY, STRANGER, cites, harbour

BOTH = (QUAY, PIER.model_copy(update={"contacts": QUAY.contacts}))
ASK_WHICH = {"stage": "intake", "when": {"account": "ambiguous"}, "clauses": ["HAR-5"]}
WHICH = harbour({"rules": {"which": {**ASK_WHICH, "then": [{"do": "require", "any_of": [["account_username"]]}]}}})


@pytest.mark.parametrize(
    ("sender", "username", "said"),
    [
        (OWNER, None, ("owner", None, True)),
        (OWNER, "18", ("owner", "18", False)),
        (OWNER, "99", ("owner", None, True)),  # neither of theirs
        (STRANGER, None, ("unlisted", None, False)),
    ],
)
def test_who_is_listed_on_several_accounts_is_known_and_their_account_is_not(
    sender: Sender, username: str | None, said: tuple[str, str | None, bool]
) -> None:
    request = Request(sender=sender, facts={"account_username": username} if username else {})
    found = find_standing(harbour(), request, Situation(candidates=BOTH), "email")
    assert (found.role, found.account.number if found.account else None, found.ambiguous) == said


def test_a_rule_can_ask_which_account_is_meant() -> None:
    request = Request(sender=OWNER, channel="email", facts={"topic": "web.error"})
    decision = decide(WHICH, request, Situation(candidates=BOTH, ticket=True), NOON)
    assert (decision.reason, cites(decision, "HAR-5")) == ("intake_incomplete", True)
    alone = decide(WHICH, request, Situation(candidates=BOTH[:1], ticket=True), NOON)
    assert alone.reason is None


@pytest.mark.parametrize(
    ("named", "role"),
    [("hotline", "unverified"), ("telephone", "unverified"), ("email", "owner"), (None, "owner")],
)
def test_callers_are_unverified_on_a_channel_that_the_policy_names_by_itself_or_by_its_entrance(
    named: str | None, role: str
) -> None:
    unverified = {"channels": [named] if named else [], "clauses": ["HAR-5"]}
    hotline = {"entrance": "telephone", "clauses": ["HAR-1"]}
    policy = harbour({"channels": {"hotline": hotline}, "unverified": unverified})
    found = find_standing(policy, Request(sender=OWNER), Situation(account=QUAY), "hotline")
    assert found.role == role
