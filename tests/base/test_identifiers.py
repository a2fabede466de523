"""Ids sort by instant and, at one instant, by the order of making."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base import identifiers
from app.base.identifiers import first_uuid7, uuid7

NOW = datetime(2026, 2, 10, 15, 0, tzinfo=UTC)


def in_order(ids: list[UUID]) -> bool:
    return all(a < b for a, b in pairwise(ids))


def test_ten_thousand_of_one_instant_keep_their_order_and_are_all_different() -> None:
    assert in_order([uuid7(NOW) for _ in range(10_000)])


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_nothing_made_at_an_instant_sorts_before_its_first(at: datetime) -> None:
    assert uuid7(at - timedelta(milliseconds=1)) < first_uuid7(at) <= uuid7(at)


def test_requests_that_take_turns_keep_the_order_of_each_instant() -> None:
    earlier, later = NOW, NOW + timedelta(milliseconds=1)
    made = [(uuid7(earlier), uuid7(later)) for _ in range(1_000)]
    assert in_order([first for first, _ in made] + [second for _, second in made])


def test_threads_make_no_id_twice_and_each_sees_its_own_in_order() -> None:
    def some(_: int) -> list[UUID]:
        return [uuid7(NOW) for _ in range(5_000)]

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(some, range(8)))
    assert all(map(in_order, made))
    assert len({id_ for ids in made for id_ in ids}) == 40_000


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)), st.integers(0, 2**50))
def test_every_id_says_its_version_variant_and_millisecond(now: datetime, made: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "_made", count(made))
        id_ = uuid7(now)
    assert (id_.version, id_.variant) == (7, RFC_4122)
    assert id_.int >> 80 == int(now.timestamp() * 1000)


def test_a_counter_that_rolls_over_leaves_the_rest_of_the_id_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifiers, "_made", count(2**42 - 2))
    made = [uuid7(NOW) for _ in range(4)]
    assert {id_.int >> 80 for id_ in made} == {int(NOW.timestamp() * 1000)}
    assert {(id_.version, id_.variant) for id_ in made} == {(7, RFC_4122)}
    assert len(set(made)) == 4
    assert in_order(made[:2])
    assert in_order(made[2:])
