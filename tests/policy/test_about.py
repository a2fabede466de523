"""What a reader of a policy is told, and which of its versions counts when."""

from datetime import datetime, timedelta

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.desk.about import about, deciding, in_force, newest
from app.policy.desk.publishing import publish
from tests.policy.harbour import NOON, harbour


def versions(*starts: datetime, **patch: object) -> list[CompiledPolicy]:
    made = [harbour(patch)]
    for number, start in enumerate(starts, start=2):
        made.append(publish(made[-1], made[-1].document, version=number, effective_from=start, at=start)[0])
    return made


def test_a_policy_tells_how_firm_it_is_and_which_clauses_speak_of_its_hours() -> None:
    told = about(harbour(), NOON)
    assert (told.version, told.strength, told.clauses) == (1, "expected", 18)
    assert told.acknowledgement_required is True
    assert told.availability == ("HAR-1",)
    assert {(c.clause, c.stage) for c in told.citations} == {("HAR-1", "version")}
    assert {c.effect for c in told.citations} == {"about", "availability", "calendar=always"}


def test_a_policy_tells_the_readings_its_hours_rest_on() -> None:
    resting = harbour({"calendars": {"always": {"assumption": "A_HAR_01"}}})
    assert [a.id for a in about(resting, NOON).assumptions] == ["A_HAR_01"]


def test_before_its_first_day_no_policy_is_in_force() -> None:
    first_day = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    assert in_force([harbour()], first_day - timedelta(seconds=1)) is None
    assert in_force([harbour()], first_day) is not None


@pytest.mark.parametrize(("hours", "version"), [(-1, 1), (0, 2), (23, 2), (24, 3), (1000, 3)])
def test_the_version_that_began_last_is_in_force(hours: int, version: int) -> None:
    found = in_force(versions(NOON, NOON + timedelta(days=1)), NOON + timedelta(hours=hours))
    assert found is not None
    assert found.version == version


def test_of_two_versions_from_the_same_instant_the_later_one_counts() -> None:
    found = in_force(versions(NOON, NOON), NOON)
    assert found is not None
    assert found.version == 3


def test_the_newest_version_need_not_be_in_force() -> None:
    both = versions(NOON + timedelta(days=9))
    assert newest(both).version == 2
    assert in_force(both, NOON) is both[0]


@pytest.mark.parametrize(("open_tickets", "version"), [("keep", 1), ("migrate", 2)])
def test_an_open_ticket_keeps_the_version_of_its_receipt_unless_the_policy_moves_it(
    open_tickets: str, version: int
) -> None:
    both = versions(NOON, change={"open_tickets": open_tickets})
    found = deciding(both, received_at=NOON - timedelta(hours=1), now=NOON + timedelta(hours=1))
    assert found is not None
    assert found.version == version
