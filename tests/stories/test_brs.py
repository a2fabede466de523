"""BRS Hospedagem: what the provider answers for is free, the rest is paid before it is done, and all in Portuguese."""

import pytest

from tests.stories import manners
from tests.stories.desk import Answer, Caller, StoryDesk, clauses, refused


@pytest.fixture(scope="module")
def carla(desk: StoryDesk) -> Caller:
    """The owner of a bakery."""
    return desk.contact("brs", "aurora", email="carla@padariaaurora.example")


@pytest.fixture(scope="module")
def agente(desk: StoryDesk) -> Caller:
    return desk.staff("brs", level=1)


@pytest.fixture(scope="module")
def client_area(desk: StoryDesk) -> Caller:
    return desk.client_area("brs")


@pytest.fixture(scope="module")
def site_down(carla: Caller) -> Answer:
    return carla.opens("Site fora do ar", body="Não abre em nenhum computador.", facts={"topic": "web.offline"})


def test_she_asks_first_and_is_answered_in_her_language(carla: Caller) -> None:
    answer = carla.asks_what_would_be(facts={"topic": "web.offline"})
    assert (answer["outcome"], answer["coverage"], answer["language"]) == ("accepted", "covered", "pt-BR")
    assert {"BRS-02", "BRS-04"} <= clauses(answer)


def test_words_alone_are_enough(carla: Caller) -> None:
    ticket = carla.opens(
        "E-mail", body="Bom dia, desde hoje cedo não consigo receber e-mail, as mensagens voltam com erro."
    )
    assert (ticket["topic"], ticket["topic_source"]) == ("email.error", "triage")
    assert (ticket["status"], ticket["coverage"], ticket["language"]) == ("open", "covered", "pt-BR")
    assert {"BRS-02", "BRS-03"} <= clauses(ticket)


def test_a_site_that_is_down_is_basic_support_and_no_time_is_promised(site_down: Answer) -> None:
    assert (site_down["priority"], site_down["coverage"], site_down["work_gate"]) == ("standard", "covered", "open")
    assert (site_down["fee"]["amount"], site_down["clocks"], site_down["due_at"]) == ("0.00", [], None)
    assert {"BRS-02", "BRS-04", "BRS-26"} <= clauses(site_down)


def test_how_it_is_done_is_told_for_nothing_and_doing_it_is_paid(carla: Caller) -> None:
    asked, wanted = (
        carla.asks_what_would_be(facts={"topic": "dns.change", "intent": intent}) for intent in ("how", "do")
    )
    assert (asked["coverage"], wanted["coverage"]) == ("covered", "billable")
    assert "BRS-06" in clauses(asked)
    assert "BRS-20" in clauses(wanted)


def test_her_own_program_is_advanced_support_and_waits_for_the_money(carla: Caller, agente: Caller) -> None:
    ticket = carla.opens("Erro no PHP", body="O nosso programa mostra um erro.", facts={"topic": "code.debug"})
    assert (ticket["coverage"], ticket["work_gate"]) == ("billable", "awaiting_quote")
    assert {"BRS-12", "BRS-22", "BRS-24"} <= clauses(ticket)
    quote = agente.quotes(ticket=ticket["id"], estimated_minutes=20)
    assert quote["total"] == {"amount": "15.00", "currency": "BRL"}
    assert (quote["lines"][0]["text"], quote["prepay"]["required"]) == ("Suporte avançado, por solução", True)
    assert {"BRS-21", "BRS-22", "BRS-23", "BRS-24", "BRS-25"} <= clauses(quote)
    now = carla.reads(ticket)
    assert (now["status"], now["work_gate"]) == ("waiting_payment", "awaiting_payment")


def test_before_a_backup_is_paid_somebody_looks_whether_it_is_there(carla: Caller) -> None:
    ticket = carla.opens("Voltar os arquivos", body="De ontem.", facts={"topic": "backup.restore"})
    assert (ticket["coverage"], ticket["work_gate"]) == ("billable", "awaiting_availability")
    assert "BRS-18" in clauses(ticket)


def test_anyone_may_report_that_something_is_down(client_area: Caller) -> None:
    visitor = {"email": "visita@longe.example"}
    ticket = client_area.opens(
        "Site", account="aurora", channel="portal", sender=visitor, body="Não abre.", facts={"topic": "web.error"}
    )
    assert (ticket["status"], ticket["decision"]["standing"]) == ("open", "unlisted")


@pytest.mark.parametrize(("topic", "clause"), [("code.debug", "BRS-11"), ("access.password_panel", "BRS-07")])
def test_what_is_paid_or_opens_doors_is_for_the_customer(client_area: Caller, topic: str, clause: str) -> None:
    visitor = {"email": "visita@longe.example"}
    ticket = client_area.opens("Por favor", account="aurora", channel="portal", sender=visitor, facts={"topic": topic})
    assert (ticket["status"], ticket["reason"]) == ("on_hold", "identity_verification_pending")
    assert clause in clauses(ticket)


def test_tickets_come_through_the_portal_and_by_no_other_way(client_area: Caller) -> None:
    carla = {"email": "carla@padariaaurora.example"}
    ticket = client_area.opens("Site", account="aurora", channel="email", sender=carla, facts={"topic": "web.offline"})
    assert (ticket["status"], ticket["reason"]) == ("closed", "channel_not_offered")
    assert ticket["decision"]["redirect"] == ["portal"]
    assert clauses(ticket) == {"BRS-26"}


def test_people_are_listed(carla: Caller) -> None:
    assert carla.adds_contact("aurora", role="customer", email="paulo@padariaaurora.example").status_code == 201
    assert carla.people("aurora")["paulo@padariaaurora.example"] == "customer"
    unknown = refused(carla.adds_contact("aurora", role="primary", email="rita@padariaaurora.example"), 422)
    assert unknown["errors"][0]["pointer"] == "/role"


def test_staff_find_it_and_answer_it(carla: Caller, agente: Caller, site_down: Answer) -> None:
    manners.every_due_time_is_explained(carla, site_down)
    listed = agente.lists("/v1/tickets?account=aurora&topic=web.offline&status=open")
    assert site_down["id"] in [ticket["id"] for ticket in listed]
    manners.staff_answer_in_public_and_take_notes_among_themselves(agente, carla, site_down)


def test_what_everybody_may_rely_on(desk: StoryDesk, carla: Caller, site_down: Answer) -> None:
    manners.what_has_not_changed_is_not_sent_again(carla, site_down)
    manners.a_change_rests_on_what_was_read(carla, site_down)
    manners.nobody_else_finds_it(site_down, desk.contact("brs", "serra"), desk.staff("kenotronix"))
    manners.whoever_has_no_token_reads_the_policy_only(desk.stranger(), "brs", site_down)
    manners.the_same_request_again_is_answered_byte_for_byte(
        carla, "Senha do painel", body="Esqueci.", facts={"topic": "access.password_panel"}
    )
