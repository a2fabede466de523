"""Which open ticket is next."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.policy.desk.goals import OpenTask
from app.policy.desk.queueing import queue
from tests.policy.harbour import NOON, harbour

POLICY = harbour()


def waiting(id_: str, minutes: int | None = None, priority: str | None = None) -> OpenTask:
    received = NOON + timedelta(minutes=minutes) if minutes is not None else None
    return OpenTask(id=id_, received_at=received, priority=priority)


def test_the_more_urgent_come_first_and_then_the_older() -> None:
    tickets = [waiting("new", 5, "usual"), waiting("old", 1, "usual"), waiting("alarm", 9, "urgent")]
    found = queue(POLICY, tickets, NOON)
    assert found.order == ("alarm", "old", "new")
    assert found.override_requires == ("reason",)
    assert [(c.clause, c.stage, c.effect) for c in found.citations] == [("HAR-8", "queue", "order")]


def test_what_is_not_known_comes_last_and_equals_keep_their_order() -> None:
    tickets = [waiting("nothing"), waiting("odd", 1, "unheard_of"), waiting("b", 2, "usual"), waiting("a", 2, "usual")]
    assert queue(POLICY, tickets, NOON).order == ("b", "a", "odd", "nothing")


def test_a_policy_may_go_by_the_due_time() -> None:
    by_due = harbour({"queue": {"order": ["due_at"]}})
    tickets = [OpenTask(id=str(n), due_at=NOON + timedelta(hours=n)) for n in (3, 1, 2)]
    assert queue(by_due, [*tickets, OpenTask(id="never")], NOON).order == ("1", "2", "3", "never")


def test_whoever_writes_again_loses_the_place_where_the_policy_goes_by_the_last_message() -> None:
    by_message = harbour({"queue": {"order": ["customer_wrote"]}})
    wrote = {"patient": 1, "pushing": 30, "calm": 5}
    tickets = [
        OpenTask(id=name, received_at=NOON, starts={"customer_wrote": NOON + timedelta(minutes=n)})
        for name, n in wrote.items()
    ]
    assert queue(by_message, tickets, NOON).order == ("patient", "calm", "pushing")


def test_an_account_with_as_many_in_work_as_the_policy_allows_waits_with_the_others() -> None:
    limited = harbour({"queue": {"order": ["received_at"], "in_progress": 2}})
    busy = [OpenTask(id=f"w{n}", received_at=NOON, account="17", in_progress=True) for n in (1, 2)]
    more = OpenTask(id="third", received_at=NOON - timedelta(hours=1), account="17")
    other = OpenTask(id="other", received_at=NOON + timedelta(hours=1), account="18")
    found = queue(limited, [*busy, more, other], NOON)
    assert found.order == ("w1", "w2", "other", "third")
    assert found.waiting == ("third",)
    assert queue(limited, [busy[0], more, other], NOON).waiting == ()


def test_a_policy_may_go_by_department_and_then_by_the_due_time() -> None:
    by_department = harbour({"queue": {"order": ["department", "due_at"]}})
    places = [("desk", 2), ("seniors", 1), ("desk", 1), (None, 0)]
    tickets = [
        OpenTask(id=f"{department} {n}", department=department, due_at=NOON + timedelta(hours=n))
        for department, n in places
    ]
    assert queue(by_department, tickets, NOON).order == ("desk 1", "desk 2", "seniors 1", "None 0")


def test_tickets_of_no_account_never_wait_for_one_another() -> None:
    limited = harbour({"queue": {"order": ["received_at"], "in_progress": 1}})
    busy = OpenTask(id="busy", received_at=NOON, in_progress=True)
    found = queue(limited, [busy, OpenTask(id="idle", received_at=NOON)], NOON)
    assert (found.order, found.waiting) == (("busy", "idle"), ())


@given(st.lists(st.tuples(st.none() | st.integers(0, 50), st.sampled_from([None, "urgent", "usual"])), max_size=12))
def test_an_order_holds_every_ticket_once_and_never_the_less_urgent_first(
    made: list[tuple[int | None, str | None]],
) -> None:
    tickets = {str(i): waiting(str(i), minutes, priority) for i, (minutes, priority) in enumerate(made)}
    order = queue(POLICY, list(tickets.values()), NOON).order
    assert sorted(order) == sorted(tickets)
    ranks = [POLICY.priority_rank(tickets[id_].priority) or 99 for id_ in order]
    assert ranks == sorted(ranks)
