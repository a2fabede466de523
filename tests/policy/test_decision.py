"""A decision as it is written."""

import orjson
import pytest

from app.policy.decision import DECISIONS, ScheduleWindow, jsonable, jsonable_citations, jsonable_lines, written
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request
from tests.policy.harbour import NOON, OWNER, QUAY, harbour
from tests.policy.recording import FILES, played

DECISION = open_ticket(
    harbour(), Request(sender=OWNER, facts={"topic": "web.error"}), Desk(account=QUAY), NOON, id_="one"
).decision


def test_a_window_is_written_with_the_words_of_the_interface() -> None:
    written = jsonable(DECISION.changed(schedule=ScheduleWindow(from_=NOON)))
    assert written["schedule"] == {"from": "2026-02-10T12:00:00Z", "until": None, "start": None}


def test_what_is_written_reads_as_the_same_decision() -> None:
    window = DECISION.changed(schedule=ScheduleWindow(from_=NOON, until=NOON))
    assert DECISIONS.validate_python(jsonable(window)) == window


def test_citations_are_written_alike_within_a_decision_and_alone() -> None:
    assert DECISION.citations
    assert jsonable_citations(DECISION.citations) == jsonable(DECISION)["citations"]


@pytest.mark.parametrize("stem", ["plutus", "mexxus", "tsc", "kenotronix", "brs", "cross"])
def test_every_decision_is_written_as_pydantic_writes_it(stem: str) -> None:
    found = 0
    for scenario in FILES[stem].scenarios[::8]:
        for decision in (answered.answer.decision for answered in played(FILES[stem], scenario.id).answers):
            if decision is not None:
                assert orjson.dumps(jsonable(decision)) == DECISIONS.dump_json(decision, by_alias=True)
                if decision.fee is not None:
                    assert jsonable_lines(decision.fee.lines) == jsonable(decision)["fee"]["lines"]
                plainer = decision.changed(effects=())
                assert DECISIONS.validate_json(written(plainer)) == plainer
                found += 1
    assert found > 3


def test_what_is_written_can_be_changed_without_changing_the_decision() -> None:
    written = jsonable(DECISION)
    written["citations"][0]["because"]["topic"] = "something else"
    assert jsonable(DECISION) != written
