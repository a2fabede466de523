"""One request to each provider from the first word to the closed ticket, with what it came to cost."""

from app.base.vocabulary import Role
from tests.stories.desk import Answer, Caller, StoryDesk, clauses

THANDI = {"first_name": "Thandi", "last_name": "Mokoena", "account_username": "acmeco"}


def solved_and_closed(clerk: Caller, customer: Caller, ticket: Answer) -> Answer:
    """Answered, solved, and closed by whoever asked."""
    clerk.does(ticket, "reply", body="It is done.")
    solved = clerk.does(ticket, "resolve", resolution="Done")
    assert {clock["state"] for clock in solved["clocks"]} <= {"met"}
    closed = customer.does(ticket, "close")
    assert (closed["status"], closed["closed_at"] is not None) == ("closed", True)
    return closed


def test_plutus_repairs_a_script_once_the_least_is_paid_and_charges_what_it_took(desk: StoryDesk) -> None:
    thandi = desk.contact("plutus", "acmeco", Role.PRIMARY_CONTACT, "thandi@acme-bakery.co.za")
    agent = desk.staff("plutus", level=1)
    facts = {"topic": "code.debug", **THANDI}
    ticket = thandi.opens("Fix order.php", body="It warns.", facts=facts, estimated_minutes=40)
    assert (ticket["work_gate"], ticket["quote"]["total"]["amount"]) == ("awaiting_payment", "226.67")
    assert {"PLU-70", "PLU-71", "PLU-72", "PLU-73"} <= clauses(ticket)
    paid = desk.billing("plutus").pays(ticket["quote"], "85.00")
    assert (paid["payment"], paid["balance"]["amount"]) == ("partial", "141.67")
    agent.does(ticket, "start_work")
    assert agent.does(ticket, "record_work", minutes=14, note="A missing quote")["work_gate"] == "open"
    settled = agent.does(ticket, "settle", minutes=14)
    assert (settled["settled"]["total"]["amount"], settled["payment"]) == ("85.00", "paid")
    assert solved_and_closed(agent, thandi, ticket)["fee"]["amount"] == "85.00"


def test_mexxus_programs_if_it_wants_to_and_asks_no_more_than_was_agreed(desk: StoryDesk) -> None:
    maple = desk.contact("mexxus", "M1001", email="admin@maplecycles.example")
    agent = desk.staff("mexxus", level=1)
    ticket = maple.opens("A form, please", body="With five fields.", facts={"topic": "code"})
    assert ticket["work_gate"] == "awaiting_staff_decision"
    quote = agent.does(ticket, "quote", estimated_minutes=61)
    assert (quote["total"]["amount"], quote["terms"]) == ("170.00", "capped")
    assert maple.does(ticket, "consent")["consent"]["amount"] == "170.00"
    agent.does(ticket, "start_work")
    agent.does(ticket, "record_work", minutes=110, note="Six fields")
    settled = agent.does(ticket, "settle", minutes=185)
    assert settled["settled"]["total"]["amount"] == "170.00"
    assert desk.billing("mexxus").pays(quote, "170.00")["payment"] == "paid"
    assert solved_and_closed(agent, maple, ticket)["fee"]["amount"] == "170.00"


def test_brs_does_the_work_that_was_paid_for_first(desk: StoryDesk) -> None:
    carla = desk.contact("brs", "aurora", email="carla@padariaaurora.example")
    agente, caixa = desk.staff("brs", level=1), desk.billing("brs")
    asked = {"facts": {"topic": "code.debug"}, "estimated_minutes": 20}
    done = carla.opens("Erro no PHP", body="O nosso programa mostra um erro.", **asked)
    assert (done["quote"]["total"]["amount"], done["work_gate"]) == ("15.00", "awaiting_payment")
    assert {"BRS-22", "BRS-24"} <= clauses(done)
    caixa.pays(done["quote"], "15.00")
    agente.does(done, "start_work")
    agente.does(done, "record_work", minutes=18, note="Corrigido")
    agente.does(done, "settle", minutes=18)
    assert solved_and_closed(agente, carla, done)["fee"]["amount"] == "15.00"


def test_tsc_looks_after_its_customers_for_what_they_have_agreed(desk: StoryDesk) -> None:
    it, agent = desk.contact("tsc", "HARB01", email="it@harbourlog.example"), desk.staff("tsc", level=1)
    facts = {"topic": "device.printing", "nature": "incident", "users_affected": 1}
    ticket = it.opens("The printer at reception", body="It prints nothing.", facts=facts)
    assert ticket["quote"] is None
    assert solved_and_closed(agent, it, ticket)["fee"]["amount"] == "0.00"


def test_kenotronix_helps_with_what_it_supports_and_asks_nothing_for_it(desk: StoryDesk) -> None:
    lea = desk.contact("kenotronix", "K10", email="lea@atelierlea.example")
    agent = desk.staff("kenotronix", level=1)
    ticket = lea.opens("Webmail", body="It shows nothing.", facts={"topic": "email.webmail"})
    assert (ticket["coverage"], ticket["work_gate"], ticket["quote"]) == ("covered", "open", None)
    assert "KEN-47" in clauses(ticket)
    assert solved_and_closed(agent, lea, ticket)["fee"]["amount"] == "0.00"
