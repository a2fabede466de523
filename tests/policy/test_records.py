"""What the scenarios answer stays as it is on record, down to each reason and effect."""

from dataclasses import replace

import pytest

from tests.policy.recording import FILES, changed, lines, parts, played, recorded

EVERY = [pytest.param(stem, s.id, id=f"{stem}: {s.id}") for stem in FILES for s in FILES[stem].scenarios]
RECORDS = {stem: recorded(stem) for stem in FILES}


@pytest.mark.parametrize(("stem", "scenario"), EVERY)
def test_a_scenario_answers_what_is_on_record(stem: str, scenario: str) -> None:
    for name, found in lines(played(FILES[stem], scenario)):
        otherwise = changed(RECORDS[stem].get(name, {}), found)
        assert otherwise == {}, f"{name} answers otherwise; if that is meant, write it down by `make records`"


def test_nothing_is_on_record_that_is_not_played() -> None:
    told = {stem: {scenario.id for scenario in file.scenarios} for stem, file in FILES.items()}
    for stem, found in RECORDS.items():
        assert {name.split(" row ")[0].split(" given ")[0] for name in found} == told[stem]
    assert sum(map(len, RECORDS.values())) >= 1_000


def test_an_answer_with_another_reason_is_noticed() -> None:
    stem, scenario = next(iter((stem, file.scenarios[0].id) for stem, file in FILES.items()))
    (name, found), *_ = lines(played(FILES[stem], scenario))
    answer = played(FILES[stem], scenario).answers[0].answer
    first, *others = answer.citations
    otherwise = replace(answer, citations=(replace(first, because={"topic": "another"}), *others))
    assert changed(RECORDS[stem][name], found) == {}
    assert set(changed(RECORDS[stem][name], parts(otherwise))) == {"reasons"}
