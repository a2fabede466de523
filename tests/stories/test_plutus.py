"""Plutus: help for listed people only, free for what makes the account work, billed in advance for the rest."""

from datetime import timedelta

import pytest

from app.base.vocabulary import Role
from tests.stories import manners
from tests.stories.desk import Answer, Caller, StoryDesk, clauses, refused, targets, time_given

ZANELE = {"account_username": "reefdive", "first_name": "Zanele", "last_name": "Ngcobo"}


@pytest.fixture(scope="module")
def zanele(desk: StoryDesk) -> Caller:
    """The primary contact of a dive centre."""
    return desk.contact("plutus", "reefdive", Role.PRIMARY_CONTACT)


@pytest.fixture(scope="module")
def pieter(desk: StoryDesk) -> Caller:
    """One of the people whom a bakery lets ask for support."""
    return desk.contact("plutus", "acmeco", email="pieter@acme-bakery.co.za")


@pytest.fixture(scope="module")
def agent(desk: StoryDesk) -> Caller:
    return desk.staff("plutus", level=1)


@pytest.fixture(scope="module")
def client_area(desk: StoryDesk) -> Caller:
    return desk.client_area("plutus")


@pytest.fixture(scope="module")
def refused_login(zanele: Caller) -> Answer:
    """Zanele's ticket, in her own words."""
    return zanele.opens(
        "FTP refuses my password",
        body='The FTP server says "530 Login incorrect" since I changed the password. The account is reefdive.',
    )


def test_she_asks_first_what_the_desk_would_say(zanele: Caller) -> None:
    answer = zanele.asks_what_would_be(facts={"topic": "access.ftp_ssh", **ZANELE})
    assert (answer["outcome"], answer["coverage"], answer["fee"]["amount"]) == ("accepted", "covered", "0.00")
    assert {"PLU-58", "PLU-04", "PLU-05"} <= clauses(answer)
    assert targets(answer).keys() == {"first_response", "resolve"}


def test_her_words_alone_are_enough(refused_login: Answer) -> None:
    assert (refused_login["topic"], refused_login["topic_source"]) == ("access.ftp_ssh", "triage")
    assert refused_login["facts"]["error_message"] == "530 Login incorrect"
    assert (refused_login["status"], refused_login["priority"]) == ("open", "standard")
    assert (refused_login["coverage"], refused_login["work_gate"]) == ("covered", "open")
    assert {"PLU-15", "PLU-58"} <= clauses(refused_login)


def test_an_answer_within_three_hours_and_a_solution_within_six_without_a_guarantee(refused_login: Answer) -> None:
    assert time_given(refused_login, "first_response") == timedelta(hours=3)
    assert time_given(refused_login, "resolve") == timedelta(hours=6)
    assert {clock["strength"] for clock in refused_login["clocks"]} == {"best_effort"}
    assert "PLU-06" in clauses(refused_login)


def test_what_she_states_is_taken_as_she_states_it(zanele: Caller) -> None:
    ticket = zanele.opens("Where is Perl?", body="I need its path.", facts={"topic": "server.path_info", **ZANELE})
    assert (ticket["topic_source"], ticket["coverage"], ticket["fee"]["kind"]) == ("given", "covered", "none")
    assert "PLU-64" in clauses(ticket)


def test_the_same_problem_is_one_ticket(zanele: Caller) -> None:
    facts = {"topic": "web.error", "error_message": "503 Service Unavailable", **ZANELE}
    first = zanele.opens("The site shows an error", body="On every page.", facts=facts)
    again = zanele.joins("Still there!", body="It is.", facts=facts)
    assert (again["id"], again["reference"]) == (first["id"], first["reference"])
    assert zanele.conversation(first) == ["On every page.", "It is."]
    assert zanele.events(first) == ["ticket.opened", "ticket.joined"]


def test_work_on_her_own_scripts_has_its_price_and_waits_for_the_money(zanele: Caller, agent: Caller) -> None:
    ticket = zanele.opens("Fix my order form", body="order.php warns.", facts={"topic": "code.debug", **ZANELE})
    assert (ticket["coverage"], ticket["work_gate"], ticket["fee"]["rate"]) == ("billable", "awaiting_quote", "340.00")
    assert {"PLU-75", "PLU-72"} <= clauses(ticket)
    quote = agent.quotes(ticket=ticket["reference"], estimated_minutes=40)
    assert quote["total"] == {"amount": "226.67", "currency": "ZAR"}
    assert quote["prepay"] == {"required": True, "minimum": {"amount": "85.00", "currency": "ZAR"}}
    assert {"PLU-70", "PLU-71", "PLU-72", "PLU-73"} <= clauses(quote)
    now = zanele.reads(ticket)
    assert (now["status"], now["work_gate"]) == ("waiting_payment", "awaiting_payment")


def test_a_stranger_is_not_served_and_not_even_answered(client_area: Caller) -> None:
    ticket = client_area.opens(
        "My cousin's site",
        account="reefdive",
        channel="email",
        sender={"email": "cousin@elsewhere.example"},
        body="It is down.",
        facts={"topic": "web.offline"},
    )
    assert (ticket["status"], ticket["outcome"], ticket["reason"]) == ("closed", "auto_closed", "sender_unlisted")
    assert ticket["decision"]["notify_sender"] is False
    assert ticket["clocks"] == []
    assert {"PLU-15", "PLU-17"} <= clauses(ticket)


def test_some_work_is_for_the_primary_and_the_secondary_address_only(pieter: Caller) -> None:
    answer = pieter.asks_what_would_be(action="cancel_service")
    assert (answer["outcome"], answer["reason"]) == ("refused", "role_not_permitted")
    assert "PLU-25" in clauses(answer)


def test_whoever_may_not_list_people_is_refused_with_the_clause(pieter: Caller) -> None:
    answer = refused(pieter.adds_contact("acmeco", role="authorised", email="friend@mailbox.example"))
    assert answer["code"] == "role_not_permitted"
    assert "PLU-25" in clauses(answer)


def test_three_people_may_be_authorised_and_no_fourth(zanele: Caller) -> None:
    assert list(zanele.people("reefdive").values()).count("authorised") == 2
    assert zanele.adds_contact("reefdive", role="authorised", email="shop@reefdive.co.za").status_code == 201
    assert list(zanele.people("reefdive").values()).count("authorised") == 3
    fourth = refused(zanele.adds_contact("reefdive", role="authorised", email="boat@reefdive.co.za"))
    assert fourth["code"] == "contact_limit_reached"
    assert "PLU-15" in clauses(fourth)
    assert "boat@reefdive.co.za" not in zanele.people("reefdive")


def test_the_secondary_address_must_not_fail_with_the_account(zanele: Caller) -> None:
    answer = refused(zanele.adds_contact("reefdive", role="secondary", email="zanele@mail.reefdive.co.za"))
    assert answer["code"] == "secondary_contact_on_hosted_domain"
    assert "PLU-16" in clauses(answer)


def test_staff_find_it_answer_it_and_the_clock_is_met(zanele: Caller, agent: Caller, refused_login: Answer) -> None:
    manners.every_due_time_is_explained(zanele, refused_login)
    listed = agent.lists("/v1/tickets?account=reefdive&topic=access")
    assert refused_login["id"] in [ticket["id"] for ticket in listed]
    manners.staff_answer_in_public_and_take_notes_among_themselves(agent, zanele, refused_login)
    clocks = zanele.clocks(refused_login)
    assert (clocks["first_response"]["state"], clocks["resolve"]["state"]) == ("met", "running")


def test_what_everybody_may_rely_on(desk: StoryDesk, zanele: Caller, pieter: Caller, refused_login: Answer) -> None:
    manners.what_has_not_changed_is_not_sent_again(zanele, refused_login)
    manners.a_change_rests_on_what_was_read(zanele, refused_login)
    manners.nobody_else_finds_it(refused_login, pieter, desk.staff("brs"))
    manners.whoever_has_no_token_reads_the_policy_only(desk.stranger(), "plutus", refused_login)
    manners.the_same_request_again_is_answered_byte_for_byte(
        zanele, "How do I pay?", body="By card?", facts={"topic": "billing.question", **ZANELE}
    )
