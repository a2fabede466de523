"""Clauses as decisions cite them."""

from app.policy.compiled import citing
from app.policy.compiled.citing import Citations
from app.policy.decide import decide
from app.policy.situation import Request, Situation
from tests.policy.harbour import NOON, OWNER, QUAY, harbour


def test_a_citation_that_shows_no_fact_is_made_once() -> None:
    said = Citations({"HAR-1": "We help."})
    first = said["HAR-1", "fee", "fee=hourly"]
    assert (first.sentence, first.stage, first.effect, first.because) == ("We help.", "fee", "fee=hourly", {})
    assert said["HAR-1", "fee", "fee=hourly"] is first
    assert said["HAR-9", "fee", ""].sentence == ""


def test_no_more_of_them_are_kept_than_fit() -> None:
    said = Citations({"HAR-1": "We help."})
    for number in range(2 * citing._MOST_KEPT):
        assert said["HAR-1", "fee", f"paid={number}"].effect == f"paid={number}"
    assert len(said) == citing._MOST_KEPT


def test_what_one_decision_shows_of_its_facts_no_other_shows() -> None:
    policy = harbour()
    shown = []
    for topic in ("web.error", "email.error", "web.error"):
        asked = Request(sender=OWNER, channel="email", facts={"topic": topic})
        decision = decide(policy, asked, Situation(account=QUAY, account_named=True, ticket=True), NOON)
        shown.append([c.because["topic"] for c in decision.citations if "topic" in c.because])
    assert shown[0]
    assert shown[0] == shown[2] != shown[1]
    assert {topic for topics in shown for topic in topics} == {"web.error", "email.error"}
