"""What topics sound like is learned once, before anybody asks, and grows with the operator's phrases."""

from datetime import timedelta
from typing import Any

import pytest

from app.base.vocabulary import Asserter, Role
from app.policy.language.settings import Settings
from app.services.shelf import Policies
from app.services.triage import Lexicons, digest_of, suggest
from app.triage.proposal import SURE_ENOUGH
from tests.api.test_reports import FULL, opened
from tests.benchmarks.decisions import compiled
from tests.frontdesk import LEXICONS, NOW, FrontDesk
from tests.triage.tickets import proposed, tickets

CLAIMS = (
    "It is your fault, since your maintenance: 12 colleagues, the whole company and our CEO are down, nobody can work,"
    " it is an emergency. Our product is the managed VPS, we pay nothing for it, my supervisor has approved it."
)
"""What decides money or priority, if somebody who may say so says it."""


async def test_policies_on_the_same_catalogue_share_what_was_learned() -> None:
    lexicons = Lexicons(LEXICONS)
    first, second = compiled("mexxus"), compiled("plutus")
    assert await lexicons.of(first) is await lexicons.of(second)


async def test_everything_is_ready_before_the_first_request(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    known = front.desk.policies.lexicons
    policies = Policies(front.desk.database)
    policies.lexicons = known
    await policies.prepare(NOW)
    policy = policies.last_used(provider.id)
    assert policy is not None
    assert digest_of(policy.document.topics) in LEXICONS


async def test_an_operators_phrases_are_learned_from_the_settings(front: FrontDesk) -> None:
    said = ("Rasselbock", "The rasselbock is loose, please come.")
    assert (await opened(front, said))["topic"] is None
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    own = ["the rasselbock is loose", "rasselbock on the loose again", "our rasselbock ran away"]
    body: dict[str, Any] = {"phrases": {"hardware.server": {"en": own}}}
    answer = await front.client.put("/v1/policies/mexxus/settings", json=body, headers=admin)
    assert answer.status_code == 200, answer.text
    assert answer.json()["phrases"] == body["phrases"]
    front.now += timedelta(minutes=1)
    ticket = await opened(front, said)
    assert (ticket["topic"], ticket["topic_source"]) == ("hardware.server", "triage")
    assert "rasselbock" in ticket["decision"]["topic_candidates"][0]["because"]
    wrong = {"phrases": {"hardware.srever": {"en": ["x"]}}}
    refused = await front.client.put("/v1/policies/mexxus/settings", json=wrong, headers=admin)
    assert refused.status_code == 422
    assert "Did you mean `hardware.server`?" in refused.text


def test_settings_that_say_nothing_have_no_phrases() -> None:
    assert Settings().phrases == {}


async def test_what_was_heard_first_stays_known_when_the_ticket_goes_on(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    body = {"subject": FULL[0], "body": f"{FULL[1]} 12 colleagues wait. It is urgent."}
    ticket = (await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})).json()
    staff = await front.staff(await front.provider())
    url = f"/v1/tickets/{ticket['id']}"
    reply = {"body": "Now it is 15 colleagues, since your maintenance."}
    assert (await front.client.post(f"{url}/messages", json=reply, headers=customer)).status_code == 201
    said = {"customer_info": "A", "symptoms": "B", "goal": "C", "underlying_problem": "D", "topic": "email.error"}
    after = (await front.client.post(f"{url}/triage", json=said, headers=staff)).json()
    decision = after["decision"]
    assert decision["topic_candidates"] == ticket["decision"]["topic_candidates"] != []
    heard = {signal["name"]: signal["value"] for signal in decision["signals"]}
    assert (heard["people"], heard["cause"], heard["urgent"]) == (15, "provider", True)
    assert (decision["topic"], decision["topic_source"]) == ("email.error", "staff")


async def test_a_reply_may_say_what_the_request_did_not(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    body = {"subject": "xyzzy", "body": "quux plugh"}
    ticket = (await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})).json()
    assert ticket["topic"] is None
    url = f"/v1/tickets/{ticket['id']}"
    reply = {"body": "The SSL certificate of our shop has expired and browsers warn the visitors."}
    assert (await front.client.post(f"{url}/messages", json=reply, headers=customer)).status_code == 201
    after = (await front.client.get(url, headers=customer)).json()
    assert (after["topic"], after["topic_source"]) == ("ssl.automatic", "triage")


@pytest.mark.parametrize("provider", ["plutus", "tsc", "mexxus", "kenotronix", "brs"])
async def test_text_asserts_only_what_the_policy_lets_text_assert(provider: str) -> None:
    policy, lexicons = compiled(provider), Lexicons(LEXICONS)
    for ticket in tickets("unseen")[::4]:
        words = (ticket.subject, f"{ticket.body}\n{CLAIMS}")
        said = await suggest(lexicons, policy, words, {}, None, (), NOW)
        by_text = {name for name in said.facts if Asserter.TEXT in policy.document.facts[name].asserted_by}
        assert set(said.facts) - by_text <= {"topic"}
        assert {signal.name for signal in said.signals} >= {"people", "scope", "cause", "urgent", "emergency"}


async def test_what_words_claim_is_shown_and_changes_neither_price_nor_priority(front: FrontDesk) -> None:
    plain = await opened(front, FULL)
    claiming = await opened(front, (FULL[0], f"{FULL[1]} {CLAIMS}"))
    for decided in ("topic", "topic_source", "priority", "coverage", "work_gate", "fee", "claimed"):
        assert claiming[decided] == plain[decided]
    assert not {"cause", "scope", "users_affected", "urgent", "product"} & set(claiming["facts"])
    heard = {signal["name"]: signal["value"] for signal in claiming["decision"]["signals"]}
    assert (heard["people"], heard["scope"], heard["cause"], heard["emergency"]) == (12, "all", "provider", True)


async def test_what_triage_is_not_sure_of_waits_for_staff_with_its_candidates(front: FrontDesk) -> None:
    unsure = next(ticket for ticket in tickets("unseen") if proposed(ticket).topic is None)
    ticket = await opened(front, (unsure.subject, unsure.body))
    assert (ticket["topic"], ticket["topic_source"]) == (None, None)
    assert "topic" not in ticket["facts"]
    candidates = ticket["decision"]["topic_candidates"]
    assert len(candidates) > 1
    assert candidates[0]["confidence"] < SURE_ENOUGH
    assert all(candidate["because"] for candidate in candidates)
    assert ticket["work_gate"] == "awaiting_staff_decision"
    staff = await front.staff(await front.provider())
    said = {"customer_info": "A", "symptoms": "B", "goal": "C", "underlying_problem": "D", "topic": "web.error"}
    after = await front.client.post(f"/v1/tickets/{ticket['id']}/triage", json=said, headers=staff)
    assert (after.json()["topic"], after.json()["topic_source"]) == ("web.error", "staff")
