"""Help that is included: granted, carried over, expired, drawn; and what of a job is left to be charged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import FeeDecision
from app.policy.language.prices import Allowance
from app.policy.life import Desk, open_ticket
from app.policy.money.allowances import balance, draw
from app.policy.situation import Drawing, Request, Situation
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, STAFF, harbour

LONDON = ZoneInfo("Europe/London")


def allowance(**members: Any) -> Allowance:
    return Allowance.model_validate({"unit": "minutes", "grant": {"amount": 600}, "per": "month", **members})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def drawn(text: str, amount: int) -> Drawing:
    return Drawing(allowance="hours", at=at(text), amount=Decimal(amount))


def left(of: Allowance, when: str, *drawings: Drawing, since: str | None = "2026-01-15") -> int:
    begun = date.fromisoformat(since) if since else None
    return int(balance(of, of.grant.amount, drawings, at(when), "Europe/London", begun))


# ── periods ──────────────────────────────────────────────────────────────────
def test_each_month_grants_anew_and_what_is_left_is_lost() -> None:
    assert left(allowance(), "2026-02-28T23:59", drawn("2026-02-03T10:00", 100)) == 500
    assert left(allowance(), "2026-03-01T00:00", drawn("2026-02-03T10:00", 100)) == 600


def test_a_month_begins_at_midnight_of_the_policys_zone() -> None:
    used = drawn("2026-03-31T23:59", 600)
    assert left(allowance(), "2026-03-31T23:59", used) == 0
    assert left(allowance(), "2026-04-01T00:00", used) == 600


def test_what_is_carried_for_one_period_is_drawn_first_and_gone_after_it() -> None:
    carried = allowance(carry="one_period")
    assert left(carried, "2026-02-01T00:00", since="2026-01-15") == 1200
    assert left(carried, "2026-03-01T00:00", drawn("2026-02-10T09:00", 500)) == 1200
    assert left(carried, "2026-03-01T00:00", drawn("2026-02-10T09:00", 700)) == 1100


def test_what_is_carried_for_good_grows() -> None:
    assert left(allowance(carry="all"), "2026-04-20T00:00") == 2400


def test_what_is_carried_can_expire() -> None:
    assert left(allowance(carry="all", expires="P90D"), "2026-05-20T00:00") == 1800


def test_a_year_grants_once() -> None:
    assert left(allowance(per="year"), "2026-12-31T00:00", drawn("2026-02-03T10:00", 100)) == 500
    assert left(allowance(per="year"), "2027-01-01T00:00", drawn("2026-02-03T10:00", 100)) == 600


@pytest.mark.parametrize(
    ("when", "there"),
    [("2026-03-31T23:59", 500), ("2026-04-01T00:00", 600), ("2027-03-31T23:59", 600), ("2027-04-01T00:00", 600)],
)
def test_a_year_can_begin_with_the_month_in_which_books_are_opened(when: str, there: int) -> None:
    fiscal = allowance(per="year", year_from=4)
    assert left(fiscal, when, drawn("2026-02-03T10:00", 100), since="2025-11-20") == there
    assert left(fiscal, "2027-03-31T23:59", drawn("2026-04-01T00:00", 100), since="2026-02-28") == 500


def test_a_rolling_span_forgets_what_lies_before_it() -> None:
    rolling = allowance(per="rolling", span="P30D")
    assert left(rolling, "2026-03-05T10:00", drawn("2026-02-03T10:00", 100), drawn("2026-02-20T10:00", 50)) == 550


def test_what_is_granted_once_can_expire_after_the_agreement_began() -> None:
    once = allowance(per="once", expires="P60D")
    assert left(once, "2026-03-15T23:59", drawn("2026-02-03T10:00", 100)) == 500
    assert left(once, "2026-03-16T00:00") == 0
    assert left(once, "2027-03-16T00:00", since=None) == 600


def _months(first: date, last: date) -> list[date]:
    months, day = [], first.replace(day=1)
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def _slowly(carry: str, size: int, drawings: list[tuple[int, int]], today: int) -> int:
    """Minute by minute: one pot a month, each minute taken from the oldest pot that still holds."""
    start = date(2026, 1, 1)
    months = _months(start, start + timedelta(days=today))
    pots = dict.fromkeys(months, size)

    def holds(month: date, day: date) -> bool:
        age = (day.year - month.year) * 12 + day.month - month.month
        return age >= 0 and age <= {"none": 0, "one_period": 1, "all": 10_000}[carry]

    for day_number, amount in sorted(drawings, key=lambda each: each[0]):
        if day_number > today:
            continue
        day = start + timedelta(days=day_number)
        for _ in range(amount):
            pot = next((m for m in months if holds(m, day) and pots[m]), None)
            if pot is not None:
                pots[pot] -= 1
    return sum(amount for month, amount in pots.items() if holds(month, start + timedelta(days=today)))


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(["none", "one_period", "all"]),
    st.integers(0, 120),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 90)), max_size=8),
    st.integers(0, 300),
)
def test_a_balance_is_what_somebody_finds_who_counts_minute_by_minute(
    carry: str, size: int, drawings: list[tuple[int, int]], today: int
) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    known = [Drawing(allowance="h", at=noon + timedelta(days=d), amount=Decimal(a)) for d, a in drawings]
    now = noon + timedelta(days=today, hours=1)
    found = balance(allowance(carry=carry), Decimal(size), known, now, "Europe/London", date(2026, 1, 1))
    assert found == _slowly(carry, size, drawings, today)


# ── what a job draws ─────────────────────────────────────────────────────────
def unpriced() -> None:
    return None


@given(
    st.decimals(0, 500, places=0),
    st.integers(0, 600),
    st.sampled_from(["0.5", "1", "1.5", "2"]),
    st.sampled_from(["minutes", "tickets", "credits"]),
    st.sampled_from([None, "PT15M"]),
)
@example(Decimal(1), 1, "1.5", "tickets", None)
def test_what_is_drawn_and_what_is_left_make_up_what_was_there_and_drawn_and_rest_what_was_wanted(
    there: Decimal, minutes: int, times: str, unit: str, block: str | None
) -> None:
    of = allowance(unit=unit, draw={"block": block})
    found = draw(of, there, minutes, unpriced, Decimal(times))
    assert found is not None
    assert found.drawn + found.left == there
    assert found.wanted == found.drawn + found.rest
    assert found.rest == 0 or found.left == 0
    assert (found.rest_minutes or 0) <= max(minutes, -(-minutes // 15) * 15)
    assert bool(found.rest_minutes) == bool(found.rest and minutes)


@pytest.mark.parametrize(("minutes", "taken"), [(7, 30), (31, 45)])
def test_a_job_is_rounded_before_it_is_drawn(minutes: int, taken: int) -> None:
    found = draw(allowance(draw={"block": "PT15M", "minimum": "PT30M"}), Decimal(600), minutes, unpriced, Decimal(1))
    assert found is not None
    assert found.drawn == taken


@pytest.mark.parametrize(("minutes", "taken"), [(1, 1), (60, 1), (61, 2)])
def test_a_credit_can_stand_for_a_length_of_work(minutes: int, taken: int) -> None:
    found = draw(allowance(unit="credits", draw={"per": "PT60M"}), Decimal(9), minutes, unpriced, Decimal(1))
    assert found is not None
    assert found.drawn == taken


# ── in a decision ────────────────────────────────────────────────────────────
CALENDARS = {"day": {"open": {"mon-fri": [["09:00", "17:00"]]}}, "late": {"outside": "day"}}


def priced(minutes: int | None, used: int = 0, facts: dict[str, Any] | None = None, **members: Any) -> FeeDecision:
    included = {"unit": "minutes", "grant": {"amount": 60}, "per": "month", "clauses": ["HAR-7"], **members}
    policy = harbour(
        {
            "facts": {"plan_minutes": {"type": "int", "asserted_by": ["contract"]}},
            "calendars": CALENDARS,
            "allowances": {"hours": included},
            "coverage": {"1": {"allowance": "hours"}},
            "fees": {
                "development": {"bands": [{"calendar": "day", "times": "1"}, {"calendar": "late", "times": "2"}]},
                "parcel": {"kind": "fixed", "amount": "100.00"},
            },
        }
    )
    spent = (Drawing(allowance="hours", at=NOON - timedelta(days=2), amount=Decimal(used)),)
    account = QUAY.model_copy(update={"drawings": spent})
    request = Request(sender=OWNER, facts={"topic": "code.development", **(facts or {})}, estimated_minutes=minutes)
    fee = decide(policy, request, Situation(account=account, account_named=True, ticket=True), NOON).fee
    assert fee is not None
    assert fee.amount is None or fee.amount == sum((line.amount for line in fee.lines), Decimal(0))
    return fee


def shown(fee: FeeDecision) -> tuple[str, str, str]:
    assert fee.allowance is not None
    return str(fee.allowance.drawn), str(fee.allowance.left), str(fee.allowance.rest)


def test_work_that_is_included_costs_nothing_and_says_what_is_left() -> None:
    fee = priced(45)
    assert (fee.status, fee.amount, shown(fee)) == ("included", Decimal(0), ("45", "15", "0"))


def test_a_job_that_straddles_the_end_is_divided() -> None:
    fee = priced(90)
    assert (fee.amount, fee.minutes, shown(fee)) == (Decimal("30.00"), 30, ("60", "0", "30"))


def test_the_end_of_the_job_is_charged_at_the_hour_at_which_it_is_done() -> None:
    fee = priced(90, facts={"work_from": "2026-02-10T15:30:00+00:00"})
    assert fee.amount == Decimal("30.00")
    later = priced(90, facts={"work_from": "2026-02-10T16:00:00+00:00"})
    assert later.amount == Decimal("60.00")  # the last half hour lies after five


def test_the_share_that_is_left_can_be_charged_of_the_whole_price() -> None:
    fee = priced(90, remainder="share", facts={"work_from": "2026-02-10T16:30:00+00:00"})
    assert fee.amount == Decimal("50.00")  # a third of 30 + 120


def test_what_was_drawn_this_month_is_gone() -> None:
    assert shown(priced(30, used=50)) == ("10", "0", "20")


def test_a_fact_can_say_how_much_is_included() -> None:
    assert shown(priced(90, facts={"plan_minutes": 300}, grant={"amount": 0, "by_fact": "plan_minutes"})) == (
        "90",
        "210",
        "0",
    )


def test_some_work_draws_more() -> None:
    night = {"cost": [{"when": {"work.start": {"in": "late"}}, "times": "2"}]}
    fee = priced(20, draw=night, facts={"work_from": "2026-02-10T20:00:00+00:00"})
    assert shown(fee) == ("40", "20", "0")


def test_work_that_is_not_eligible_is_charged() -> None:
    fee = priced(60, eligible={"plan_minutes": {"gt": 0}})
    assert (fee.allowance, fee.amount) == (None, Decimal("60.00"))


def test_while_nobody_knows_how_long_it_takes_what_is_there_is_shown() -> None:
    fee = priced(None)
    assert (fee.status, shown(fee)) == ("included", ("0", "60", "0"))
    empty = priced(None, used=60)
    assert (empty.kind, empty.amount, shown(empty)) == ("hourly", None, ("0", "0", "0"))


def test_money_that_is_included_pays_first() -> None:
    fee = priced(None, unit="money", grant={"amount": "70.00"}, then="parcel")
    assert (fee.amount, shown(fee)) == (Decimal("30.00"), ("70.00", "0.00", "30.00"))


def test_the_next_ticket_is_charged_once_those_included_are_drawn() -> None:
    tickets: dict[str, Any] = {"unit": "tickets", "grant": {"amount": 1}, "per": "year", "then": "parcel"}
    assert priced(None, **tickets).status == "included"
    assert priced(None, used=1, **tickets).amount == Decimal("100.00")


# ── one after the other ──────────────────────────────────────────────────────
SIZES = {name: {"type": "decimal", "default": 0, "asserted_by": ["contract"]} for name in ("plan", "card", "voucher")}


def sized(name: str, then: str, **members: Any) -> dict[str, Any]:
    grant = {"amount": 0, "by_fact": name}
    return {"name": f"The {name}", "grant": grant, "per": "once", "then": then, "clauses": ["HAR-10"], **members}


TURNS: dict[str, Any] = {
    "facts": SIZES,
    "allowances": {
        "hours": sized("plan", "credits", unit="minutes"),
        "credits": sized("card", "money", unit="credits", draw={"per": "PT30M"}, eligible={"card": {"gt": 0}}),
        "money": sized("voucher", "development", unit="money"),
    },
    "coverage": {"1": {"allowance": "hours", "fee": None}},
    "fees": {"development": {"amount": "50.00", "block": None, "minimum": None}},
}


@cache
def harbour_in_turn() -> CompiledPolicy:
    return harbour(TURNS)


def asked(policy: CompiledPolicy, minutes: int | None, **sizes: int) -> FeeDecision:
    account = QUAY.model_copy(update={"facts": sizes})
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=minutes)
    fee = decide(policy, request, Situation(account=account, account_named=True, ticket=True), NOON).fee
    assert fee is not None
    assert fee.amount is None or fee.amount == sum((line.amount for line in fee.lines), Decimal(0))
    return fee


def told(fee: FeeDecision) -> list[tuple[str, int, int]]:
    assert fee.allowance is not None
    return [(used.allowance, int(used.drawn), int(used.left)) for used in fee.allowance.all]


def _by_the_minute(job: int, plan: int, card: int, voucher: int) -> list[Decimal | int]:
    """The clock ticks: each minute comes off the plan, else off the credit that is open or the next one, else costs."""
    taken, opened, still_open, charged = 0, 0, 0, 0
    for _ in range(job):
        if taken < plan:
            taken += 1
        elif still_open:
            still_open -= 1
        elif opened < card:
            opened, still_open = opened + 1, 29
        else:
            charged += 1
    cents = (charged * 5000 * 2 + 60) // 120
    paid = min(cents, voucher * 100)
    return [taken, opened, Decimal(paid) / 100, Decimal(cents - paid) / 100]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 600), st.integers(0, 300), st.integers(0, 8), st.integers(0, 200))
@example(90, 20, 1, 0)
@example(61, 60, 0, 0)
def test_what_is_drawn_in_turn_and_charged_is_what_somebody_finds_who_counts_minute_by_minute(
    job: int, plan: int, card: int, voucher: int
) -> None:
    fee = asked(harbour_in_turn(), job, plan=plan, card=card, voucher=voucher)
    assert fee.allowance is not None
    drawn = {used.allowance: used.drawn for used in fee.allowance.all}
    found = [*(drawn.get(name, Decimal(0)) for name in ("hours", "credits", "money")), fee.amount]
    assert found == _by_the_minute(job, plan, card, voucher)


def test_what_is_included_comes_first_then_the_card_and_then_the_rate_each_with_its_line_and_clause() -> None:
    fee = asked(harbour_in_turn(), 120, plan=40, card=2)
    assert told(fee) == [("hours", 40, 0), ("credits", 2, 0), ("money", 0, 0)]
    assert [(line.text, line.quantity, str(line.amount), line.clauses) for line in fee.lines] == [
        ("The plan", "40", "0.00", ("HAR-10",)),
        ("The card", "2", "0.00", ("HAR-10",)),
        ("development", "1", "16.67", ("HAR-7",)),
    ]


def test_nothing_is_asked_of_those_that_follow_while_the_first_covers_it() -> None:
    fee = asked(harbour_in_turn(), 40, plan=60, card=2)
    assert (told(fee), fee.status, fee.amount) == ([("hours", 40, 20)], "included", Decimal(0))


def test_one_that_the_work_may_not_draw_on_is_passed_over() -> None:
    assert told(asked(harbour_in_turn(), 50, plan=20, voucher=10)) == [("hours", 20, 0), ("money", 10, 0)]


def test_while_nobody_knows_how_long_it_takes_the_first_that_has_something_is_named_last() -> None:
    assert told(asked(harbour_in_turn(), None, card=3)) == [("hours", 0, 0), ("credits", 0, 3)]
    assert asked(harbour_in_turn(), None).amount is None


def test_a_share_that_is_left_goes_on_as_that_share_of_the_time_and_of_the_price() -> None:
    turns = {"money": sized("voucher", "hours", unit="money"), "hours": sized("plan", "development", unit="minutes")}
    policy = harbour({**TURNS, "allowances": turns, "coverage": {"1": {"allowance": "money", "fee": None}}})
    fee = asked(policy, 60, voucher=25, plan=10)
    # 25.00 of 50.00 pay for half an hour, ten minutes of the other half are included, and twenty are left
    assert (told(fee), fee.amount) == ([("money", 25, 0), ("hours", 10, 0)], Decimal("16.67"))
    assert asked(policy, 60, voucher=11).amount == Decimal("39.00")  # to the cent: nothing made minutes of it


def test_of_a_share_that_is_left_a_share_can_be_left() -> None:
    by_share = sized("plan", "development", unit="minutes", remainder="share")
    turns = {"money": sized("voucher", "hours", unit="money"), "hours": by_share}
    policy = harbour({**TURNS, "allowances": turns, "coverage": {"1": {"allowance": "money", "fee": None}}})
    assert asked(policy, 60, voucher=25, plan=10).amount == Decimal("16.67")  # two thirds of the half


def test_one_that_is_used_up_does_not_round_the_job() -> None:
    assert priced(31, used=60, draw={"block": "PT45M"}).minutes == 31
    assert shown(priced(31, used=0, draw={"block": "PT45M"})) == ("45", "15", "0")


def test_each_is_drawn_as_of_the_hour_at_which_its_part_of_the_job_begins() -> None:
    by_night = {"cost": [{"when": {"work.start": {"in": "late"}}, "times": "2"}]}
    turns = {
        "hours": sized("plan", "card", unit="minutes", draw=by_night),
        "card": sized("card", "development", unit="minutes", draw=by_night),
    }
    policy = harbour({**TURNS, "calendars": CALENDARS, "allowances": turns})
    from_four = Request(
        sender=OWNER,
        facts={"topic": "code.development", "work_from": "2026-02-10T16:00:00+00:00"},
        estimated_minutes=90,
    )
    account = QUAY.model_copy(update={"facts": {"plan": 60, "card": 100}})
    fee = decide(policy, from_four, Situation(account=account, account_named=True, ticket=True), NOON).fee
    assert fee is not None
    assert told(fee) == [("hours", 60, 0), ("card", 60, 40)]  # the half hour after five counts twice


def test_a_call_out_of_a_rule_stands_beside_what_is_included_and_that_is_drawn_all_the_same() -> None:
    call_out = {"kind": "fixed", "amount": "90.00", "clauses": ["HAR-7"]}
    late = {"id": "late", "stage": "fee", "then": [{"do": "fee", "fee": "call_out"}], "clauses": ["HAR-7"]}
    policy = harbour({**TURNS, "fees": {**TURNS["fees"], "call_out": call_out}, "rules": {"late": late}})
    desk = Desk(account=QUAY.model_copy(update={"facts": {"plan": 60}}), account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=30)
    ticket = open_ticket(policy, request, desk, NOON, id_="t").ticket
    fee = ticket.decision.fee
    assert fee is not None
    assert (told(fee), fee.amount) == ([("hours", 30, 30)], Decimal("90.00"))
    assert [(line.rule, str(line.amount)) for line in fee.lines] == [("hours", "0.00"), ("call_out", "90.00")]
    decision, _ = apply(policy, ticket, Transition(verb="settle", by=STAFF, payload={"minutes": 30}), desk, NOON)
    assert {e.type: e.model_extra or {} for e in decision.effects}["draw"]["amount"] == 30


# ── in the life of a ticket ──────────────────────────────────────────────────
def test_settling_draws_what_the_job_took_and_nothing_is_drawn_twice() -> None:
    policy = harbour(
        {
            "allowances": {"hours": {"unit": "minutes", "grant": {"amount": 60}, "per": "month", "clauses": ["HAR-7"]}},
            "coverage": {"1": {"allowance": "hours"}},
            "fees": {"development": {"payment": {"timing": "postpay"}}},
        }
    )
    desk = Desk(account=QUAY, account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=30)
    ticket = open_ticket(policy, request, desk, NOON, id_="t").ticket
    decision, done = apply(policy, ticket, Transition(verb="settle", by=STAFF, payload={"minutes": 90}), desk, NOON)
    effects = {e.type: e.model_extra or {} for e in decision.effects}
    assert (effects["draw"]["allowance"], effects["draw"]["amount"]) == ("hours", 60)
    assert effects["charge"]["amount"] == Decimal("30.00")
    emptied = Desk(
        account=QUAY.model_copy(update={"drawings": (Drawing(allowance="hours", at=NOON, amount=Decimal(60)),)}),
        account_named=True,
    )
    again = apply(policy, done, Transition(verb="diagnose", by=STAFF, payload={"cause": "customer"}), emptied, NOON)[0]
    assert again.fee is not None
    assert again.fee.allowance is not None
    assert (again.fee.allowance.drawn, again.fee.amount) == (Decimal(60), Decimal("30.00"))


def test_settling_draws_on_each_in_its_turn() -> None:
    desk = Desk(account=QUAY.model_copy(update={"facts": {"plan": 40, "card": 2}}), account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=30)
    ticket = open_ticket(harbour_in_turn(), request, desk, NOON, id_="t").ticket
    settled = Transition(verb="settle", by=STAFF, payload={"minutes": 120})
    decision, done = apply(harbour_in_turn(), ticket, settled, desk, NOON)
    drawn = [e.model_extra or {} for e in decision.effects if e.type == "draw"]
    assert [(one["allowance"], one["unit"], int(one["amount"])) for one in drawn] == [
        ("hours", "minutes", 40),
        ("credits", "credits", 2),
    ]
    assert done.money.settled


def test_of_a_job_that_is_partly_included_no_more_is_charged_than_was_agreed_to() -> None:
    agreed = {"consent": "required", "terms": "capped", "payment": {"timing": "postpay"}}
    policy = harbour({**TURNS, "fees": {"development": {**TURNS["fees"]["development"], **agreed}}})
    desk = Desk(account=QUAY.model_copy(update={"facts": {"plan": 60}}), account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=90)
    ticket = open_ticket(policy, request, desk, NOON, id_="t").ticket
    _, ticket = apply(policy, ticket, Transition(verb="consent", by=OWNER, payload={}), desk, NOON)
    assert ticket.money.consented == Decimal("25.00")
    for minutes, charged in ((120, "25.00"), (72, "10.00")):
        settle = Transition(verb="settle", by=STAFF, payload={"minutes": minutes})
        decision, _ = apply(policy, ticket, settle, desk, NOON)
        effects = {e.type: e.model_extra or {} for e in decision.effects}
        assert (effects["draw"]["amount"], str(effects["charge"]["amount"])) == (60, charged)
        assert decision.fee is not None
        assert [(line.text, str(line.amount)) for line in decision.fee.lines] == [
            ("The plan", "0.00"),
            ("development", charged),
        ]
