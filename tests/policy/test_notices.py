"""Who gets an announcement."""

import pytest

from app.policy.desk.notices import addressed
from tests.policy.harbour import NOON, PIER, QUAY, harbour

STALE = PIER.model_copy(update={"contact_info_current": False})


def test_an_announcement_leaves_out_whom_the_policy_leaves_out_and_says_why() -> None:
    found = addressed(harbour(), [QUAY, STALE], "announcement", NOON)
    assert found.recipients == ("17",)
    assert [(e.account, e.reason) for e in found.excluded] == [("18", "contact_info_outdated")]
    assert [c.clause for c in found.citations] == ["HAR-10"]


@pytest.mark.parametrize("kind", ["security", "incident"])
def test_what_concerns_safety_is_tried_everywhere(kind: str) -> None:
    found = addressed(harbour(), [QUAY, STALE], kind, NOON)  # type: ignore[arg-type] # a parametrised word
    assert found.recipients == ("17", "18")
    assert found.excluded == ()


def test_a_clause_is_cited_once_however_many_it_leaves_out() -> None:
    others = [STALE.model_copy(update={"number": str(n)}) for n in range(5)]
    found = addressed(harbour(), others, "announcement", NOON)
    assert len(found.excluded) == 5
    assert len(found.citations) == 1


def test_nobody_addressed_is_nobody_told() -> None:
    found = addressed(harbour(), [], "announcement", NOON)
    assert (found.recipients, found.excluded) == ((), ())
