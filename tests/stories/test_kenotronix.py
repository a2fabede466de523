"""Kenotronix: what is supported depends on the product, and nothing is promised in hours."""

import pytest

from tests.stories import manners
from tests.stories.desk import Answer, Caller, StoryDesk, clauses, refused, targets


@pytest.fixture(scope="module")
def lea(desk: StoryDesk) -> Caller:
    """A studio on shared hosting."""
    return desk.contact("kenotronix", "K10", email="lea@atelierlea.example")


@pytest.fixture(scope="module")
def ana(desk: StoryDesk) -> Caller:
    """A laboratory with a developer's server."""
    return desk.contact("kenotronix", "K40", email="ana@tinkerlab.example")


@pytest.fixture(scope="module")
def agent(desk: StoryDesk) -> Caller:
    return desk.staff("kenotronix", level=1)


@pytest.fixture(scope="module")
def client_area(desk: StoryDesk) -> Caller:
    return desk.client_area("kenotronix")


@pytest.fixture(scope="module")
def failing_disk(lea: Caller) -> Answer:
    return lea.opens("The server is slow to read", body="Is a disk failing?", facts={"topic": "hardware.server"})


def test_she_asks_first_whether_it_is_supported(lea: Caller) -> None:
    answer = lea.asks_what_would_be(facts={"topic": "email.webmail"})
    assert (answer["outcome"], answer["coverage"], answer["targets"]) == ("accepted", "covered", [])
    assert "KEN-47" in clauses(answer)


def test_words_alone_are_enough(lea: Caller) -> None:
    ticket = lea.opens("Webmail shows nothing", body="I open the webmail in my browser and it shows an empty page.")
    assert (ticket["topic"], ticket["topic_source"]) == ("email.webmail", "triage")
    assert (ticket["status"], ticket["coverage"], ticket["clocks"]) == ("open", "covered", [])
    assert {"KEN-05", "KEN-06", "KEN-47"} <= clauses(ticket)


def test_her_own_scripts_are_hers_alone(lea: Caller) -> None:
    ticket = lea.opens("My script fails", body="A warning.", facts={"topic": "app.customer_script"})
    assert (ticket["status"], ticket["reason"]) == ("closed", "topic_not_supported")
    assert (ticket["coverage"], ticket["work_gate"]) == ("not_supported", "closed")
    assert "KEN-51" in clauses(ticket)


def test_the_same_matter_is_judged_by_the_product(lea: Caller, ana: Caller, desk: StoryDesk) -> None:
    question = {"facts": {"topic": "hardware.server"}}
    server = desk.contact("kenotronix", "K31")
    assert "KEN-44" in clauses(lea.asks_what_would_be(**question))
    assert "KEN-88" in clauses(server.asks_what_would_be(**question))
    assert "KEN-121" in clauses(ana.asks_what_would_be(**question))


def test_repairs_are_made_in_good_time_whatever_that_is(failing_disk: Answer) -> None:
    repair = targets(failing_disk)["repair"]
    assert (repair["kind"], repair["due_at"], repair["strength"]) == ("qualitative", None, "guideline")
    assert (failing_disk["coverage"], failing_disk["due_at"]) == ("covered", None)
    assert "KEN-44" in clauses(failing_disk)


def test_what_is_missing_is_found_out_by_staff_and_then_it_is_decided(lea: Caller, agent: Caller) -> None:
    ticket = lea.opens("Move my domain", body="To you.", facts={"topic": "domain.transfer"})
    assert (ticket["coverage"], ticket["decision"]["missing"]) == ("unspecified", ["ordered_via_provider"])
    told = agent.adds_facts(ticket, ordered_via_provider=True)
    assert (told["coverage"], told["decision"]["missing"]) == ("covered", [])
    assert "KEN-57" in clauses(told)
    assert [decision["coverage"] for decision in lea.decisions(ticket)] == ["unspecified", "covered"]


def test_nothing_is_done_on_a_developers_server_without_its_login_by_the_secure_form(ana: Caller) -> None:
    ticket = ana.opens("No SSH", body="It closes at once.", facts={"topic": "access.ftp_ssh"})
    assert (ticket["status"], ticket["reason"]) == ("on_hold", "credentials_via_secure_form_required")
    assert "secure_form_ref" in ticket["decision"]["missing"]
    assert "KEN-119" in clauses(ticket)


def test_a_stranger_may_report_but_not_ask_for_a_password(client_area: Caller) -> None:
    somebody = {"email": "someone@nowhere.example"}
    report = client_area.opens(
        "Webmail", account="K10", channel="live_chat", sender=somebody, body="Empty.", facts={"topic": "email.webmail"}
    )
    assert (report["status"], report["decision"]["standing"]) == ("open", "unlisted")
    wish = client_area.opens(
        "New password", account="K10", channel="live_chat", sender=somebody, action="password_recovery"
    )
    assert (wish["status"], wish["reason"]) == ("on_hold", "identity_verification_pending")


def test_a_way_that_is_not_offered_leads_nowhere(client_area: Caller) -> None:
    lea = {"email": "lea@atelierlea.example"}
    ticket = client_area.opens("Webmail", account="K10", channel="fax", sender=lea, facts={"topic": "email.webmail"})
    assert (ticket["status"], ticket["reason"]) == ("closed", "channel_not_offered")
    assert {"live_chat", "phone"} <= set(ticket["decision"]["redirect"])
    assert clauses(ticket) == {"KEN-05"}


def test_advanced_help_has_no_price_before_somebody_has_looked(agent: Caller) -> None:
    quote = agent.quotes(account="K30", rule="advanced_help", estimated_minutes=60)
    assert (quote["total"], quote["indicative"], quote["consent_required"]) == (None, True, True)
    assert clauses(quote) == {"KEN-104"}


def test_people_are_listed(lea: Caller) -> None:
    assert lea.adds_contact("K10", role="customer", email="max@atelierlea.example").status_code == 201
    assert lea.people("K10") == {"lea@atelierlea.example": "customer", "max@atelierlea.example": "customer"}
    unknown = refused(lea.adds_contact("K10", role="secondary", email="zoe@atelierlea.example"), 422)
    assert unknown["errors"][0]["pointer"] == "/role"


def test_staff_find_it_and_answer_it(lea: Caller, agent: Caller, failing_disk: Answer) -> None:
    manners.every_due_time_is_explained(lea, failing_disk)
    listed = agent.lists("/v1/tickets?account=K10&topic=hardware")
    assert [ticket["id"] for ticket in listed] == [failing_disk["id"]]
    manners.staff_answer_in_public_and_take_notes_among_themselves(agent, lea, failing_disk)


def test_what_everybody_may_rely_on(desk: StoryDesk, lea: Caller, ana: Caller, failing_disk: Answer) -> None:
    manners.what_has_not_changed_is_not_sent_again(lea, failing_disk)
    manners.a_change_rests_on_what_was_read(lea, failing_disk)
    manners.nobody_else_finds_it(failing_disk, ana, desk.staff("plutus"))
    manners.whoever_has_no_token_reads_the_policy_only(desk.stranger(), "kenotronix", failing_disk)
    manners.the_same_request_again_is_answered_byte_for_byte(
        lea, "My invoice", body="What is this line?", facts={"topic": "billing.question"}
    )
