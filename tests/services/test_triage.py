"""What topics sound like is learned once, before anybody asks, and grows with the operator's phrases."""

from datetime import timedelta
from typing import Any

from app.base.vocabulary import Role
from app.policy.language.settings import Settings
from app.services.shelf import Policies
from app.services.triage import Lexicons, digest_of
from tests.api.test_reports import FULL, opened
from tests.benchmarks.decisions import compiled
from tests.frontdesk import LEXICONS, NOW, FrontDesk


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
