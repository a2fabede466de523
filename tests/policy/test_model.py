"""Values as documents and decisions write them."""

from collections.abc import Iterator
from dataclasses import is_dataclass
from datetime import timedelta

import pytest
from pydantic import BaseModel, TypeAdapter

from app.policy.decision import EffectDone
from app.policy.language.model import Duration, Model
from app.policy.situation import CustomerContract, Request
from tests.policy.recording import FILES, played

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)


@pytest.mark.parametrize(
    ("stated", "written"),
    [("PT90S", "PT90S"), ("PT2M", "PT2M"), ("PT1H30M", "PT90M"), ("P1D", "PT1440M"), ("PT0S", "PT0M")],
)
def test_a_duration_is_written_in_minutes_and_in_seconds_where_it_must_be(stated: str, written: str) -> None:
    read = DURATION.validate_python(stated)
    assert DURATION.dump_python(read, mode="json") == written
    assert DURATION.validate_python(written) == read


def everything_in(value: object) -> Iterator[Model]:
    """A value of the engine and all that stand in it."""
    if isinstance(value, Model):
        yield value
    if isinstance(value, Model) or is_dataclass(value):
        for member in value.__dict__.values():
            yield from everything_in(member)
    elif isinstance(value, tuple):
        for member in value:
            yield from everything_in(member)


@pytest.fixture(scope="module")
def values() -> list[Model]:
    """Everything that stands in the decisions of every twentieth scenario."""
    answers = (
        answered.answer
        for stem in ("plutus", "mexxus", "tsc", "kenotronix", "brs")
        for scenario in FILES[stem].scenarios[::20]
        for answered in played(FILES[stem], scenario.id).answers
    )
    return [value for answer in answers for value in everything_in(answer.decision)]


def test_what_is_made_without_validation_is_what_validation_makes(values: list[Model]) -> None:
    kinds = set()
    for value in values:
        kind, given = type(value), {**value.__dict__, **(value.__pydantic_extra__ or {})}
        made, validated = kind.model_construct(**given), kind.model_validate(given, by_name=True)
        assert made == validated == value
        assert made.model_dump_json(by_alias=True) == validated.model_dump_json(by_alias=True)
        kinds.add(kind.__name__)
    assert {"ScheduleWindow", "EffectDone"} <= kinds


def test_a_changed_copy_is_what_pydantic_would_make_of_it(values: list[Model]) -> None:
    for value in values:
        changes = dict.fromkeys(list(value.__dict__)[:2])
        for update in (None, changes):
            own, usual = value.model_copy(update=update), BaseModel.model_copy(value, update=update)
            assert own == usual != object()
            assert own.model_fields_set == usual.model_fields_set
            assert (own.__pydantic_extra__ or {}) == (usual.__pydantic_extra__ or {})
            assert list(own.__dict__) == list(usual.__dict__)


def test_a_copy_leaves_the_first_as_it_was() -> None:
    first = EffectDone.model_validate({"type": "notify", "to": "customer"})
    other = first.model_copy(update={"to": "reseller"})
    assert (first.model_extra, other.model_extra) == ({"to": "customer"}, {"to": "reseller"})
    request = Request(facts={"topic": "web"})
    assert request.model_copy(update={"facts": {}}) == Request()
    assert request.facts == {"topic": "web"}
    assert request.model_copy(deep=True).facts is not request.facts


def test_defaults_that_can_grow_are_made_anew() -> None:
    first, second = Request.model_construct(), Request.model_construct()
    assert first == second == Request()
    assert first.facts is not second.facts
    assert first.model_fields_set == Request().model_fields_set == set()
    assert set(CustomerContract._fresh) == {"targets"}
