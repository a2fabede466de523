"""Another price at other hours: every minute of a job belongs to one band, also across boundaries and clock changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy.compile import CompiledPolicy
from app.policy.language.prices import Fee
from app.policy.money.bands import shares
from app.policy.money.fees import Job, price
from tests.policy.harbour import harbour

MINUTE = timedelta(minutes=1)
FEASTS = ["2026-01-01", "2026-05-25", "2026-12-25"]
PATCH = {
    "holidays": {"feasts": FEASTS},
    "calendars": {
        "day": {"open": {"mon-fri": [["08:00", "12:30"], ["13:15", "17:00"]]}, "holidays": "feasts"},
        "evening": {
            "open": {
                "mon-fri": [["00:00", "08:00"], ["12:30", "13:15"], ["17:00", "24:00"]],
                "sat": [["00:00", "24:00"]],
            },
            "holidays": "feasts",
        },
        "feast": {"open": {"sun": [["00:00", "24:00"]]}, "holidays": "feasts", "on_holidays": [["00:00", "24:00"]]},
    },
}
BANDS = [
    {"calendar": "day", "times": "1"},
    {"calendar": "evening", "times": "1.5"},
    {"calendar": "feast", "times": "2"},
]
ZONE = ZoneInfo("Europe/London")


def policy(**fee: object) -> CompiledPolicy:
    tariff = {"kind": "hourly", "amount": "60.00", "per": "PT60M", "bands": BANDS, **fee}
    return harbour({**PATCH, "fees": {"after_hours": tariff}})


PLAIN = policy()


def fee_of(of: CompiledPolicy) -> Fee:
    return of.fee("after_hours")


def job(of: CompiledPolicy, start: str, minutes: int) -> Job:
    at = datetime.fromisoformat(start).replace(tzinfo=ZONE).astimezone(UTC)
    return Job(minutes, at, "GBP", "en", {}, of.calendar)


def test_a_multiple_of_the_price_is_shown_to_the_point_and_counted_exactly() -> None:
    odd = policy(amount="60.01", bands=[{"calendar": "day", "times": "1.5"}, {"calendar": "evening", "times": "1.125"}])
    lines = price(fee_of(odd), "after_hours", job(odd, "2026-02-10T16:30", 60)).lines
    assert [(str(line.unit_price), str(line.amount)) for line in lines] == [("90.0150", "45.01"), ("67.5113", "33.76")]
    plain = price(fee_of(PLAIN), "after_hours", job(PLAIN, "2026-02-10T17:30", 60)).lines
    assert [str(line.unit_price) for line in plain] == ["90.00"]


def band_of(at: datetime) -> str:
    """The slow way: the band of one minute, by the wall clock alone."""
    local = at.astimezone(ZONE)
    clock = local.hour * 60 + local.minute
    if local.date().isoformat() in FEASTS or local.weekday() == 6:
        return "feast"
    if local.weekday() == 5:
        return "evening"
    return "day" if 480 <= clock < 750 or 795 <= clock < 1020 else "evening"


YEAR = 366 * 24 * 3600
STARTS = st.one_of(
    st.integers(0, YEAR).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)),
    # around the two changes of the clock
    st.integers(-7200, 7200).map(lambda s: datetime(2026, 3, 29, 1, tzinfo=UTC) + timedelta(seconds=s)),
    st.integers(-7200, 7200).map(lambda s: datetime(2026, 10, 25, 1, tzinfo=UTC) + timedelta(seconds=s)),
)


@settings(max_examples=600, deadline=None)
@given(STARTS, st.integers(0, 3 * 24 * 60))
def test_bands_divide_a_job_as_somebody_does_who_walks_it_minute_by_minute(start: datetime, minutes: int) -> None:
    if (start + minutes * MINUTE).year > 2026 or start.year > 2026:
        return
    walked: dict[str, int] = {}
    for minute in range(minutes):
        band = band_of(start.replace(second=0, microsecond=0) + minute * MINUTE)
        walked[band] = walked.get(band, 0) + 1
    found = shares(fee_of(PLAIN).bands, start, minutes, PLAIN.calendar)
    assert {band.calendar: share for band, share in found if band is not None} == walked
    assert sum(share for _, share in found) == minutes


@settings(max_examples=500, deadline=None)
@given(STARTS, st.integers(0, 2000), st.sampled_from(["band", "job"]), st.sampled_from(["PT1M", "PT15M", "PT60M"]))
def test_the_lines_of_a_price_add_up_to_it_and_bill_no_less_than_the_work(
    start: datetime, minutes: int, span: str, block: str
) -> None:
    if (start + timedelta(days=3)).year > 2026:
        return
    of = rounding(span, block)
    found = price(fee_of(of), "after_hours", Job(minutes, start, "GBP", "en", {}, of.calendar))
    assert found.amount == sum((line.amount for line in found.lines), Decimal(0))
    assert sum(line.minutes or 0 for line in found.lines) >= minutes


_ROUNDING: dict[tuple[str, str], CompiledPolicy] = {}


def rounding(span: str, block: str) -> CompiledPolicy:
    if (span, block) not in _ROUNDING:
        _ROUNDING[span, block] = policy(minimum_span=span, block=block)
    return _ROUNDING[span, block]


@pytest.mark.parametrize(
    ("start", "minutes", "amount"),
    [
        ("2026-02-10T10:00", 60, "60.00"),
        ("2026-02-10T16:30", 60, "75.00"),  # half an hour each
        ("2026-02-10T12:00", 90, "112.50"),  # 45 in the day, 45 in the lunch break
        ("2026-02-13T16:00", 120, "150.00"),
        ("2026-02-14T23:30", 60, "105.00"),  # Saturday into Sunday
        ("2026-12-25T10:00", 60, "120.00"),
        ("2026-12-24T23:00", 120, "210.00"),
        ("2026-03-29T00:30", 60, "120.00"),  # across the hour that is left out
    ],
)
def test_work_across_a_boundary_is_divided(start: str, minutes: int, amount: str) -> None:
    assert price(fee_of(PLAIN), "after_hours", job(PLAIN, start, minutes)).amount == Decimal(amount)


Priced = Callable[[str, int], Decimal | None]


def priced(**fee: object) -> Priced:
    of = policy(**fee)
    return lambda start, minutes: price(fee_of(of), "after_hours", job(of, start, minutes)).amount


def test_the_minimum_of_a_job_is_laid_out_from_its_start() -> None:
    assert priced(minimum="PT60M")("2026-02-10T16:45", 10) == Decimal("82.50")


def test_the_minimum_of_each_part_counts_where_the_policy_says_so() -> None:
    by_part = priced(minimum="PT60M", minimum_span="band")
    assert by_part("2026-02-10T16:45", 30) == Decimal("150.00")
    assert by_part("2026-02-10T16:45", 10) == Decimal("60.00")


def test_a_band_has_its_own_minimum_and_block() -> None:
    late = [BANDS[0], {**BANDS[1], "minimum": "PT60M", "block": "PT30M"}, {**BANDS[2], "minimum": "PT120M"}]
    own = priced(bands=late, block="PT15M", minimum_span="band")
    assert own("2026-02-10T16:40", 30) == Decimal("120.00")  # 20 rounded to 30, and an hour at half as much again
    assert own("2026-02-15T11:00", 20) == Decimal("240.00")


def test_a_band_can_have_a_price_of_its_own_and_what_no_band_covers_the_fees() -> None:
    night = [{"calendar": "evening", "amount": "100.00", "name": "out of hours"}]
    of = policy(bands=night)
    found = price(fee_of(of), "after_hours", job(of, "2026-02-10T16:30", 60))
    assert [(line.text, line.minutes, line.amount) for line in found.lines] == [
        ("after hours (out of hours)", 30, Decimal("50.00")),
        ("after hours", 30, Decimal("30.00")),
    ]


def test_what_is_paid_once_goes_by_the_band_in_which_the_work_begins() -> None:
    once = priced(kind="fixed", amount="40.00")
    assert once("2026-02-10T16:59", 120) == Decimal("40.00")
    assert once("2026-02-10T17:00", 120) == Decimal("60.00")


def test_grace_is_for_the_whole_job() -> None:
    assert priced(grace="PT10M", minimum="PT60M")("2026-02-10T16:55", 10) == 0
    assert priced(grace="PT10M")("2026-02-10T16:55", 11) == Decimal("14.00")
