"""Technical Support Center: an office is looked after in office hours, by how many people a problem hits."""

import pytest

from tests.stories import manners
from tests.stories.desk import Answer, Caller, StoryDesk, clauses, refused, targets

PRINTER = {"topic": "device.printing", "nature": "incident", "users_affected": 1}


@pytest.fixture(scope="module")
def harbour(desk: StoryDesk) -> Caller:
    """The IT clerk of a logistics firm without an agreement for after hours."""
    return desk.contact("tsc", "HARB01", email="it@harbourlog.example")


@pytest.fixture(scope="module")
def agent(desk: StoryDesk) -> Caller:
    return desk.staff("tsc", level=1)


@pytest.fixture(scope="module")
def client_area(desk: StoryDesk) -> Caller:
    return desk.client_area("tsc")


@pytest.fixture(scope="module")
def locked_out(harbour: Caller) -> Answer:
    """Two people who work from home cannot reach the office."""
    return harbour.opens(
        "Remote users are out",
        body="Two of us cannot reach the office from home.",
        facts={"topic": "network.vpn", "nature": "incident", "users_affected": 2},
    )


def test_on_a_sunday_he_asks_when_there_would_be_an_answer(harbour: Caller) -> None:
    sunday = manners.next_sunday_noon()
    answer = harbour.asks_what_would_be(
        facts={"topic": "network.vpn", "nature": "incident", "users_affected": 2}, at=sunday.isoformat()
    )
    assert answer["priority"] == "high"
    first = targets(answer)["first_response"]
    due, earliest = manners.instant(first["due_at"]), manners.instant(first["earliest_at"])
    assert due > sunday
    assert due.weekday() < 5
    # The office opens at 08:30 in Johannesburg, and one to two hours of it go by.
    assert (earliest.strftime("%H:%M"), due.strftime("%H:%M")) == ("07:30", "08:30")
    assert {"TSC-09", "TSC-10", "TSC-19", "TSC-20"} <= clauses(answer)


def test_words_alone_make_a_ticket_of_normal_priority(harbour: Caller) -> None:
    ticket = harbour.opens("A colleague cannot print", body="Our receptionist cannot print since this morning.")
    assert (ticket["topic"], ticket["topic_source"]) == ("device.printing", "triage")
    assert (ticket["status"], ticket["priority"]) == ("open", "normal")
    assert {"TSC-01", "TSC-22", "TSC-23"} <= clauses(ticket)


def test_several_people_are_of_high_priority(locked_out: Answer) -> None:
    assert (locked_out["priority"], locked_out["work_gate"], locked_out["fee"]["amount"]) == ("high", "open", "0.00")
    # The text says nothing of what is covered, and the desk does not make anything up.
    assert locked_out["coverage"] == "unspecified"
    assert {"TSC-19", "TSC-20", "TSC-21"} <= clauses(locked_out)


def test_everybody_without_internet_is_an_emergency(harbour: Caller) -> None:
    facts = {"topic": "network.internet_loss", "nature": "incident", "scope": "all"}
    ticket = harbour.opens("No Internet", body="Nobody here has any.", facts=facts)
    assert ticket["priority"] == "emergency"
    assert {"TSC-16", "TSC-17", "TSC-18"} <= clauses(ticket)


def test_on_a_sunday_an_emergency_is_shown_the_line_that_is_served(harbour: Caller) -> None:
    answer = harbour.asks_what_would_be(
        facts={"topic": "network.internet_loss", "nature": "incident", "scope": "all"},
        at=manners.next_sunday_noon().isoformat(),
    )
    assert {"type": "notify", "to": "customer", "of": "call_option_2"} in answer["effects"]
    assert "TSC-13" in clauses(answer)


def test_what_is_not_urgent_is_answered_on_the_next_business_day(harbour: Caller) -> None:
    facts = {"topic": "account.user_change", "nature": "addition", "urgent": False}
    ticket = harbour.opens("A new colleague", body="She starts next month.", facts=facts)
    assert ticket["priority"] == "low"
    assert targets(ticket)["turnaround"]["kind"] == "negotiated"
    assert {"TSC-25", "TSC-26", "TSC-27"} <= clauses(ticket)


def test_anyone_may_report_something(client_area: Caller) -> None:
    visitor = {"email": "visitor@nowhere.example"}
    ticket = client_area.opens("Printer", channel="email", sender=visitor, body="It jams.", facts=PRINTER)
    assert (ticket["status"], ticket["decision"]["standing"]) == ("open", "unlisted")
    assert {"TSC-01", "TSC-08"} <= clauses(ticket)


def test_a_change_for_a_stranger_waits_until_we_know_who_it_is(client_area: Caller) -> None:
    ticket = client_area.opens(
        "A login for me",
        channel="email",
        sender={"email": "visitor@nowhere.example"},
        body="Please add me.",
        facts={"topic": "account.user_change", "nature": "addition", "urgent": False},
    )
    assert (ticket["status"], ticket["reason"]) == ("on_hold", "identity_verification_pending")
    assert ticket["clocks"] == []
    assert "TSC-08" in clauses(ticket)


def test_without_an_address_there_is_no_ticket(client_area: Caller) -> None:
    ticket = client_area.opens("Printer", channel="email", sender={"name": "A"}, body="It jams.", facts=PRINTER)
    assert (ticket["status"], ticket["reason"]) == ("closed", "email_invalid")
    assert clauses(ticket) == {"TSC-08"}


def test_people_are_listed_in_the_one_role_there_is(harbour: Caller) -> None:
    assert harbour.adds_contact("HARB01", role="customer", email="night@harbourlog.example").status_code == 201
    assert harbour.people("HARB01")["night@harbourlog.example"] == "customer"
    unknown = refused(harbour.adds_contact("HARB01", role="primary", email="md@harbourlog.example"), 422)
    assert unknown["errors"][0]["pointer"] == "/role"


def test_overtime_has_a_price_only_in_the_agreement(agent: Caller) -> None:
    quote = agent.quotes(account="HARB01", rule="overtime", estimated_minutes=60)
    assert (quote["total"], quote["indicative"]) == (None, True)
    assert clauses(quote) == {"TSC-15"}


def test_staff_find_it_answer_it_and_the_clock_is_met(harbour: Caller, agent: Caller, locked_out: Answer) -> None:
    manners.every_due_time_is_explained(harbour, locked_out)
    listed = agent.lists("/v1/tickets?account=HARB01&priority=high")
    assert locked_out["id"] in [ticket["id"] for ticket in listed]
    manners.staff_answer_in_public_and_take_notes_among_themselves(agent, harbour, locked_out)
    assert harbour.clocks(locked_out)["first_response"]["state"] == "met"


def test_what_everybody_may_rely_on(desk: StoryDesk, harbour: Caller, locked_out: Answer) -> None:
    manners.what_has_not_changed_is_not_sent_again(harbour, locked_out)
    manners.a_change_rests_on_what_was_read(harbour, locked_out)
    manners.nobody_else_finds_it(locked_out, desk.contact("tsc", "MEDI07"), desk.staff("mexxus"))
    manners.whoever_has_no_token_reads_the_policy_only(desk.stranger(), "tsc", locked_out)
    manners.the_same_request_again_is_answered_byte_for_byte(harbour, "Printer", body="It jams.", facts=PRINTER)
