"""A ticket's clocks: each metric has one verdict, however often the rules are asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from app.base.vocabulary import ClockState, TicketStatus
from app.policy.compile import CompiledPolicy
from app.policy.language.settings import Settings
from app.policy.library.files import library, policy_text
from app.policy.life import Desk, open_ticket
from app.policy.loading import check, load
from app.policy.messages import reply
from app.policy.settling import settle
from app.policy.situation import Account, ListedContact, Request, Sender
from app.policy.tickets.ticket import Ticket
from app.policy.tickets.ticket_clocks import (
    ClockLine,
    ClockRecord,
    ClockTerms,
    carried_on,
    replanned,
    started,
    stopped,
    with_status,
)
from app.policy.time.clock_plans import ClockKind
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.benchmarks.decisions import compiled

SATURDAY_NIGHT = datetime(2026, 2, 14, 20, tzinfo=UTC)
STAFF = Sender(email="agent@office.example", role="staff")


def test_a_quote_and_an_answer_before_the_office_opens_meet_one_first_response() -> None:
    policy = compiled("tsc")
    account = Account(number="H1", contacts=(ListedContact(role="customer", email="it@harbour.example"),))
    around = Desk(account=account, account_named=True)
    facts = {"nature": "incident", "topic": "server.failure", "scope": "all", "business_severely_compromised": True}
    asked = Request(channel="email", sender=Sender(email="it@harbour.example"), facts=facts)
    ticket = open_ticket(policy, asked, around, SATURDAY_NIGHT, id_="t1").ticket
    later = SATURDAY_NIGHT + timedelta(minutes=10)
    quoted = Transition(verb="quote", by=STAFF, payload={"amount": "500.00", "minutes": 60})
    _, ticket = apply(policy, ticket, quoted, around, later)
    answered = reply(policy, ticket, Request(sender=STAFF), around, later + timedelta(minutes=5)).ticket
    first = [line for line in answered.clocks if line.metric == "first_response"]
    assert [line.state for line in first] == [ClockState.MET]
    assert first[0].stopped_at == later


def _at_night(priority: str, *, answered: bool) -> list[ClockLine]:
    """First-response clocks of mail on Saturday night that staff put into another class, answered before or not."""
    policy = compiled("tsc")
    account = Account(number="H1", contacts=(ListedContact(role="customer", email="it@harbour.example"),))
    around = Desk(account=account, account_named=True)
    asked = Request(channel="email", sender=Sender(email="it@harbour.example"), facts={"topic": "app.crm"})
    ticket = open_ticket(policy, asked, around, SATURDAY_NIGHT, id_="t1").ticket
    if answered:
        ticket = reply(policy, ticket, Request(sender=STAFF), around, SATURDAY_NIGHT + timedelta(minutes=10)).ticket
    payload = {"field": "priority", "value": priority, "reason": "It is worse than it looked."}
    raised = Transition(verb="override", by=STAFF, payload=payload)
    _, ticket = apply(policy, ticket, raised, around, SATURDAY_NIGHT + timedelta(minutes=20))
    return [line for line in ticket.clocks if line.metric == "first_response"]


def test_another_class_asks_for_no_second_first_response() -> None:
    (line,) = _at_night("emergency", answered=True)
    assert line.state is ClockState.MET


def test_another_class_counts_from_the_opening_and_is_the_same_clock() -> None:
    (line,) = _at_night("emergency", answered=False)
    assert line.state is ClockState.RUNNING
    assert line.target.due_at == datetime(2026, 2, 16, 7, 30, tzinfo=UTC)  # Monday 08:30 in Johannesburg, and an hour


# ── new settings ─────────────────────────────────────────────────────────────
TUESDAY = datetime(2026, 2, 10, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def closed_on(*dates: str, revision: int, since: datetime) -> CompiledPolicy:
    """The office's policy with these dates closed, from an instant on."""
    text = policy_text("tsc")
    assert text is not None
    closures = [{"date": date, "calendars": ["office"]} for date in dates]
    chosen_by = Settings.model_validate({"revision": revision, "closures": closures})
    raw, chosen = settle(load(text, library()).raw, chosen_by)
    return CompiledPolicy(check(raw), 1, revision, chosen, settled_from=since)


def terms(policy: CompiledPolicy, hours: int, calendar: str | None = "office") -> ClockTerms:
    kind = "business" if calendar else "elapsed"
    return ClockTerms(
        metric="resolve", kind=kind, start=TUESDAY, by=policy.numbers, maximum=hours * HOUR, calendar=calendar
    )


def test_a_clock_that_has_just_changed_stands_as_it_was_read() -> None:
    policy = compiled("tsc")
    running = started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY)
    [paused] = with_status(policy, [running], TicketStatus.WAITING_CUSTOMER, TUESDAY + HOUR)
    [met] = stopped(policy, [paused], None, TUESDAY + 2 * HOUR)
    for line, at in ((running, TUESDAY), (paused, TUESDAY + HOUR), (met, TUESDAY + 2 * HOUR)):
        assert line.current(policy, at) is line
        assert line.with_records(policy, at) == line


def test_a_clock_that_has_just_begun_stands_as_reading_it_would_show_it() -> None:
    policy = compiled("tsc")
    outside = TUESDAY.replace(hour=1)
    for kind, start, status in product(ClockKind, (TUESDAY, outside), (TicketStatus.OPEN, TicketStatus.SCHEDULED)):
        calendar = None if kind is ClockKind.ELAPSED else "office"
        for opening, maximum in product((False, True), (None, HOUR)):
            wanted = replace(
                terms(policy, 1, calendar),
                kind=kind.value,
                start=start,
                maximum=maximum,
                due_at_opening=opening,
                pauses=(TicketStatus.SCHEDULED,),
            )
            line = started(policy, wanted, status, start)
            assert line.with_records(policy, start) == line


def test_a_clock_that_goes_on_is_read_anew_and_one_that_has_ended_is_not() -> None:
    policy = compiled("tsc")
    running = started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY)
    assert running.current(policy, TUESDAY + 3 * HOUR).late == HOUR
    begun_late = started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY + 3 * HOUR)
    assert begun_late.current(policy, TUESDAY + 4 * HOUR).late == 2 * HOUR
    [met] = stopped(policy, [running], None, TUESDAY + HOUR)
    assert met.current(policy, TUESDAY + 9 * HOUR) is met


def test_new_settings_lay_out_anew_only_what_is_left() -> None:
    old = compiled("tsc")
    line = started(old, terms(old, 8), TicketStatus.OPEN, TUESDAY)
    assert line.target.due_at == datetime(2026, 2, 11, 7, 30, tzinfo=UTC)
    new = closed_on("2026-02-10", "2026-02-11", revision=1, since=TUESDAY + 2 * HOUR)
    [moved] = replanned(new.knowing([old]), [line], TUESDAY + 3 * HOUR)
    assert moved.target.due_at == datetime(2026, 2, 12, 12, 30, tzinfo=UTC)
    reading = moved.read(new.knowing([old]), TUESDAY + 3 * HOUR)
    assert (reading.consumed, reading.remaining) == (2 * HOUR, 6 * HOUR)
    assert moved.latest.by == (1, 1)
    assert replanned(new, [moved], TUESDAY + 4 * HOUR) == (moved,)


def test_settings_that_come_late_touch_no_verdict() -> None:
    old = compiled("tsc")
    line = started(old, terms(old, 2), TicketStatus.OPEN, TUESDAY)
    new = closed_on("2026-02-10", revision=1, since=TUESDAY + 3 * HOUR)
    [missed] = replanned(new.knowing([old]), [line], TUESDAY + 4 * HOUR)
    assert (missed.state, missed.target.due_at) == (ClockState.BREACHED, TUESDAY + 2 * HOUR)
    met = stopped(old, [line], None, TUESDAY + HOUR)
    assert replanned(new.knowing([old]), met, TUESDAY + 4 * HOUR) == met


def test_settings_count_from_when_they_take_effect_however_late_they_are_looked_at() -> None:
    old = compiled("tsc")
    line = started(old, terms(old, 2), TicketStatus.OPEN, TUESDAY)
    new = closed_on("2026-02-10", revision=1, since=TUESDAY + HOUR)
    [moved] = replanned(new.knowing([old]), [line], TUESDAY + 5 * HOUR)
    assert (moved.state, moved.target.due_at) == (ClockState.RUNNING, datetime(2026, 2, 11, 7, 30, tzinfo=UTC))


def test_a_clock_stays_the_same_until_it_is_overdue_and_while_it_waits_its_due_time_moves() -> None:
    policy = compiled("tsc")
    wanted = replace(terms(policy, 8, None), pauses=(TicketStatus.WAITING_CUSTOMER,))
    line = started(policy, wanted, TicketStatus.OPEN, TUESDAY)
    due = line.target.due_at
    assert due == TUESDAY + 8 * HOUR
    assert line.current(policy, due) is line
    assert line.current(policy, due + HOUR).late == HOUR
    [waiting] = with_status(policy, [line], TicketStatus.WAITING_CUSTOMER, TUESDAY + HOUR)
    assert waiting.current(policy, TUESDAY + 3 * HOUR).target.due_at == due + 2 * HOUR


def test_earlier_terms_that_still_bind_move_in_their_own_calendar() -> None:
    old = compiled("tsc")
    line = started(old, terms(old, 8), TicketStatus.OPEN, TUESDAY)
    wanted = terms(old, 100, None)
    [slower] = carried_on(old, [line], [(wanted, wanted.plan(old))], TicketStatus.OPEN, TUESDAY + HOUR)
    new = closed_on("2026-02-11", revision=1, since=TUESDAY + 2 * HOUR)
    assert not slower.planned_by(new)
    [moved] = replanned(new.knowing([old]), [slower], TUESDAY + 2 * HOUR)
    assert moved.target.due_at == datetime(2026, 2, 12, 7, 30, tzinfo=UTC)


def test_a_clock_that_goes_by_no_calendar_or_one_that_is_gone_is_left_alone() -> None:
    old = compiled("tsc")
    new = closed_on("2026-02-11", revision=1, since=TUESDAY)
    free = started(old, terms(old, 8, None), TicketStatus.OPEN, TUESDAY)
    assert free.planned_by(new)
    assert replanned(new.knowing([old]), [free], TUESDAY + HOUR) == (free,)
    line = started(old, terms(old, 8), TicketStatus.OPEN, TUESDAY)
    without = replace(new, document=new.document.model_copy(update={"calendars": {}}))
    assert replanned(without.knowing([old]), [line], TUESDAY + HOUR) == (line,)


def test_a_ticket_beyond_the_known_dates_stands_as_last_read() -> None:
    old, around = compiled("tsc"), Desk(account=Account(number="H1"), account_named=True)
    asked = Request(channel="email", sender=STAFF, facts={"topic": "network.vpn", "users_affected": 1})
    ticket = open_ticket(old, asked, around, TUESDAY, id_="t1").ticket
    kept: Ticket = ticket.changed(clocks=(started(old, terms(old, 2), TicketStatus.OPEN, TUESDAY),))
    new = closed_on("2026-02-11", revision=1, since=TUESDAY).knowing([old])
    assert kept.planners == {(1, 0)}
    assert not kept.planned_by(new)
    assert kept.replanned(new, datetime(2050, 1, 1, tzinfo=UTC)) is kept


# ── asked again ──────────────────────────────────────────────────────────────
def test_a_clock_whose_event_comes_again_is_cancelled_and_begins_anew() -> None:
    policy = compiled("tsc")
    first = started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY)
    again = replace(terms(policy, 2), start=TUESDAY + HOUR)
    later = (again, again.plan(policy))
    ended, running = carried_on(policy, [first], [later], TicketStatus.OPEN, TUESDAY + HOUR)
    assert (ended.state, ended.stopped_at) == (ClockState.CANCELLED, TUESDAY + HOUR)
    assert (running.state, running.terms.cycle, running.terms.start) == (ClockState.RUNNING, 2, TUESDAY + HOUR)


def test_a_clock_that_a_rule_asks_for_later_begins_then() -> None:
    policy = compiled("tsc")
    wanted = [(terms(policy, 2), terms(policy, 2).plan(policy))]
    [begun] = carried_on(policy, [], wanted, TicketStatus.OPEN, TUESDAY + HOUR)
    assert (begun.terms.cycle, begun.terms.start) == (1, TUESDAY + HOUR)
    assert carried_on(policy, [begun], wanted, TicketStatus.OPEN, TUESDAY + 2 * HOUR) == (begun,)


def test_a_time_that_was_agreed_stays_though_no_rule_asks_for_it() -> None:
    policy = compiled("tsc")
    line = started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY)
    agreeing = ClockRecord(kind="negotiated", at=TUESDAY + HOUR, due=TUESDAY + 9 * HOUR)
    agreed = line.with_records(policy, TUESDAY + HOUR, agreeing)
    assert carried_on(policy, [agreed], [], TicketStatus.OPEN, TUESDAY + 2 * HOUR) == (agreed,)
    [ended] = carried_on(policy, [line], [], TicketStatus.OPEN, TUESDAY + 2 * HOUR)
    assert ended.state is ClockState.CANCELLED


def test_what_has_its_verdict_begins_again_with_a_new_event_alone() -> None:
    policy = compiled("tsc")
    met = stopped(policy, [started(policy, terms(policy, 2), TicketStatus.OPEN, TUESDAY)], None, TUESDAY + HOUR)
    late = TUESDAY + 3 * HOUR
    for start, cycles in ((TUESDAY, 1), (TUESDAY + 2 * HOUR, 1), (late, 2)):
        again = replace(terms(policy, 2), start=start)
        assert len(carried_on(policy, met, [(again, again.plan(policy))], TicketStatus.OPEN, late)) == cycles


def test_a_clock_of_a_ticket_that_waits_has_used_nothing_however_late_it_is_asked_for() -> None:
    policy = compiled("tsc")
    wanted = replace(terms(policy, 8, None), pauses=(TicketStatus.WAITING_CUSTOMER,))
    late = started(policy, wanted, TicketStatus.WAITING_CUSTOMER, TUESDAY + HOUR)
    assert (late.state, late.used) == (ClockState.PAUSED, 0 * HOUR)
