"""Mexxus: urgent is what the provider caused, a reseller's customers ask their reseller, and work may cost money."""

from datetime import timedelta

import pytest

from tests.stories import manners
from tests.stories.desk import Answer, Caller, StoryDesk, clauses, refused, targets, time_given


@pytest.fixture(scope="module")
def maple(desk: StoryDesk) -> Caller:
    """The shop's own administrator."""
    return desk.contact("mexxus", "M1001", email="admin@maplecycles.example")


@pytest.fixture(scope="module")
def northlight(desk: StoryDesk) -> Caller:
    """A reseller, to whom a bookshop belongs."""
    return desk.reseller("mexxus", "R2001")


@pytest.fixture(scope="module")
def agent(desk: StoryDesk) -> Caller:
    return desk.staff("mexxus", level=1)


@pytest.fixture(scope="module")
def client_area(desk: StoryDesk) -> Caller:
    return desk.client_area("mexxus")


@pytest.fixture(scope="module")
def offline(maple: Caller) -> Answer:
    facts = {"topic": "web.offline", "users_affected": 40}
    return maple.opens("Our site is offline", body="Nobody here can open it.", facts=facts)


@pytest.fixture(scope="module")
def for_birch(northlight: Caller) -> Answer:
    """What the reseller opens for the bookshop."""
    return northlight.opens("Birch Books is down", account="C3001", body="Blank.", facts={"topic": "web.offline"})


def test_the_desk_says_beforehand_what_it_will_do(maple: Caller) -> None:
    answer = maple.asks_what_would_be(facts={"topic": "web.offline"})
    assert (answer["outcome"], answer["priority"], answer["coverage"]) == ("accepted", "medium", "covered")
    assert {"MEX-10", "MEX-12", "MEX-41"} <= clauses(answer)


def test_words_alone_are_classified(maple: Caller) -> None:
    ticket = maple.opens("Control panel", body="We cannot reach the control panel since this morning.")
    assert (ticket["topic"], ticket["topic_source"], ticket["priority"]) == ("panel.unreachable", "triage", "high")
    assert time_given(ticket, "first_response") == timedelta(hours=1)
    assert {"MEX-05", "MEX-06"} <= clauses(ticket)


def test_a_site_that_is_down_is_answered_within_four_hours_which_is_no_guarantee(offline: Answer) -> None:
    assert (offline["status"], offline["priority"], offline["coverage"]) == ("open", "medium", "covered")
    assert (offline["work_gate"], offline["fee"]["amount"]) == ("open", "0.00")
    assert time_given(offline, "first_response") == timedelta(hours=4)
    assert offline["clocks"][0]["strength"] == "expected"
    assert {"MEX-02", "MEX-10", "MEX-12"} <= clauses(offline)


def test_on_a_sunday_french_is_answered_in_english_first(maple: Caller) -> None:
    sunday = manners.next_sunday_noon().isoformat()
    answer = maple.asks_what_would_be(language="fr", facts={"topic": "web.offline"}, at=sunday)
    assert answer["language"] == "en"
    assert {"follow_up": "fr"} in [{effect["type"]: effect.get("language")} for effect in answer["effects"]]
    assert {"MEX-25", "MEX-26"} <= clauses(answer)


def test_when_the_cause_was_ours_it_becomes_urgent(maple: Caller, agent: Caller) -> None:
    ticket = maple.opens("Mail is down", body="No mailbox opens.", facts={"topic": "email.offline"})
    found = agent.adds_facts(ticket, cause="provider")
    assert (ticket["priority"], found["priority"]) == ("medium", "high")
    assert {"MEX-04", "MEX-06"} <= clauses(found)
    assert [decision["priority"] for decision in maple.decisions(ticket)] == ["medium", "high"]
    manners.every_due_time_is_explained(maple, ticket)


def test_that_it_was_ours_is_for_staff_to_say(maple: Caller) -> None:
    facts = {"topic": "email.error", "cause": "provider"}
    ticket = maple.opens("Your fault", body="Errors.", facts=facts)
    assert (ticket["claimed"], ticket["priority"]) == ({"cause": "provider"}, "medium")
    assert "cause" not in ticket["facts"]
    assert {"type": "flag", "of": "claim"} in ticket["decision"]["effects"]


def test_programming_is_done_if_staff_want_to_and_the_customer_agrees_to_the_price(
    maple: Caller, agent: Caller
) -> None:
    ticket = maple.opens("A form, please", body="With five fields.", facts={"topic": "code"})
    assert (ticket["coverage"], ticket["work_gate"]) == ("discretionary", "awaiting_staff_decision")
    assert (ticket["fee"]["rate"], ticket["fee"]["status"]) == ("85.00", "may_apply")
    agent.adds_facts(ticket, staff_decision="bill")
    quote = agent.quotes(ticket=ticket["id"], estimated_minutes=61)
    assert (quote["lines"][0]["minutes"], quote["total"]) == (120, {"amount": "170.00", "currency": "CAD"})
    assert {"MEX-45", "MEX-48", "MEX-49", "MEX-50"} <= clauses(quote)
    now = maple.reads(ticket)
    assert (now["status"], now["work_gate"]) == ("waiting_consent", "awaiting_consent")


def test_a_stranger_is_refused_and_told_why(client_area: Caller) -> None:
    stranger = {"email": "someone@nowhere.example"}
    ticket = client_area.opens(
        "The shop is down", account="M1001", channel="helpdesk", sender=stranger, facts={"topic": "web.offline"}
    )
    assert (ticket["status"], ticket["outcome"], ticket["reason"]) == ("closed", "refused", "sender_unlisted")
    assert clauses(ticket) == {"MEX-42"}


def test_who_wants_to_buy_need_not_be_known(client_area: Caller) -> None:
    ticket = client_area.opens(
        "Prices", channel="email", sender={"email": "new@nowhere.example"}, facts={"topic": "sales"}
    )
    assert (ticket["status"], ticket["department"]) == ("open", "sales")
    assert targets(ticket)["first_response"]["kind"] == "next_business_day"
    assert {"MEX-19", "MEX-37"} <= clauses(ticket)


# ── a reseller and its customer ──────────────────────────────────────────────
def test_the_reseller_asks_on_behalf_of_its_customer(northlight: Caller, for_birch: Answer) -> None:
    assert (for_birch["status"], for_birch["decision"]["standing"]) == ("open", "reseller")
    assert (for_birch["account"]["number"], for_birch["reseller"]["number"]) == ("C3001", "R2001")
    assert {"type": "reply", "to": "R2001"} in for_birch["decision"]["effects"]
    assert "MEX-35" in clauses(for_birch)
    opened = northlight.lists(f"/v1/tickets/{for_birch['id']}/events")[0]
    assert (opened["actor"]["kind"], opened["on_behalf_of"]) == ("reseller", for_birch["account"]["id"])


@pytest.mark.parametrize("as_whom", ["through the client area", "with a token of her own"])
def test_the_customer_who_writes_directly_is_sent_to_her_reseller(
    as_whom: str, desk: StoryDesk, client_area: Caller, northlight: Caller
) -> None:
    if as_whom == "with a token of her own":
        anna = desk.contact("mexxus", "C3001", email="anna@birchbooks.example")
        ticket = anna.opens("Our books", body="They are gone.", facts={"topic": "web.error"})
    else:
        ticket = client_area.opens(
            "Our shop",
            account="C3001",
            channel="helpdesk",
            sender={"email": "anna@birchbooks.example"},
            body="It is down.",
            facts={"topic": "web.offline"},
        )
    assert (ticket["status"], ticket["reason"]) == ("closed", "reseller_customer_direct")
    assert {"type": "notify", "to": "R2001"} in ticket["decision"]["effects"]
    assert clauses(ticket) == {"MEX-33", "MEX-34"}
    assert ticket["id"] in [seen["id"] for seen in northlight.lists("/v1/tickets?account=C3001")]


def test_another_reseller_s_customers_are_not_there(desk: StoryDesk, northlight: Caller, for_birch: Answer) -> None:
    request = {"subject": "Saunas", "account": "C3002", "facts": {"topic": "web.offline"}}
    assert refused(northlight.post("/v1/tickets", request), 404)["code"] == "not_found"
    manners.nobody_else_finds_it(for_birch, desk.reseller("mexxus", "R2002"))


# ── people, staff and manners ────────────────────────────────────────────────
def test_people_are_listed_by_address_or_login(maple: Caller) -> None:
    assert maple.people("M1001")["jo.maple"] == "portal_user"
    assert maple.adds_contact("M1001", role="registered", email="shop@maplecycles.example").status_code == 201
    assert maple.people("M1001")["shop@maplecycles.example"] == "registered"
    twice = refused(maple.adds_contact("M1001", role="registered", email="shop@maplecycles.example"), 409)
    assert twice["code"] == "already_exists"


def test_staff_find_it_answer_it_and_the_clock_is_met(maple: Caller, agent: Caller, offline: Answer) -> None:
    manners.every_due_time_is_explained(maple, offline)
    listed = agent.lists("/v1/tickets?account=M1001&priority=medium")
    assert offline["id"] in [ticket["id"] for ticket in listed]
    manners.staff_answer_in_public_and_take_notes_among_themselves(agent, maple, offline)
    assert maple.clocks(offline)["first_response"]["state"] == "met"


def test_what_everybody_may_rely_on(desk: StoryDesk, maple: Caller, offline: Answer) -> None:
    manners.what_has_not_changed_is_not_sent_again(maple, offline)
    manners.a_change_rests_on_what_was_read(maple, offline)
    manners.nobody_else_finds_it(offline, desk.contact("mexxus", "M1002"), desk.staff("tsc"))
    manners.whoever_has_no_token_reads_the_policy_only(desk.stranger(), "mexxus", offline)
    manners.the_same_request_again_is_answered_byte_for_byte(
        maple, "Panel", body="Which password?", facts={"topic": "panel.login"}
    )
