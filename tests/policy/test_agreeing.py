"""How a customer agrees to a price: by reply, by click, by signature; for a ticket, or once and for all."""

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision
from app.policy.life import Desk, open_ticket
from app.policy.situation import Request, Sender
from app.policy.transitions import apply
from app.policy.verbs.step import Transition
from tests.policy.harbour import NOON, OWNER, QUAY, harbour

SIGNED_IN = Sender(user="ann")
ANN = QUAY.model_copy(update={"contacts": (QUAY.contacts[0].model_copy(update={"user": "ann"}),)})


def policy(**fee: object) -> CompiledPolicy:
    terms = {"consent": "required", "payment": {"timing": "postpay"}, **fee}
    return harbour({"fees": {"development": terms}})


def agreed(of: CompiledPolicy, by: Sender, **payload: str) -> Decision:
    desk = Desk(account=ANN, account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=60)
    ticket = open_ticket(of, request, desk, NOON, id_="t").ticket
    return apply(of, ticket, Transition(verb="consent", by=by, payload=payload), desk, NOON)[0]


@pytest.mark.parametrize(
    ("form", "by", "payload", "gate"),
    [
        (None, OWNER, {}, "open"),
        ("reply", OWNER, {}, "open"),
        ("click", OWNER, {}, "awaiting_consent"),
        ("click", SIGNED_IN, {}, "open"),
        ("signature", SIGNED_IN, {}, "awaiting_consent"),
        ("signature", OWNER, {"form": "signature"}, "open"),
        ("reply", OWNER, {"form": "nod"}, "awaiting_consent"),
    ],
)
def test_what_is_less_formal_than_the_policy_asks_for_is_no_consent(
    form: str | None, by: Sender, payload: dict[str, str], gate: str
) -> None:
    decision = agreed(policy(consent_form=form), by, **payload)
    assert decision.work_gate.value == gate
    if gate != "open":
        assert (decision.outcome.value, decision.reason, decision.missing) == ("refused", "consent_required", (form,))


def test_the_decision_says_how_to_agree() -> None:
    fee = agreed(policy(consent_form="signature"), OWNER).fee
    assert fee is not None
    assert fee.consent_form == "signature"


def test_who_has_agreed_for_good_is_not_asked_again() -> None:
    of = policy(consent_lasts="account")
    (record,) = (e.model_extra for e in agreed(of, OWNER).effects if e.type == "record")
    assert record is not None
    assert (record["lasts"], record["rule"]) == ("account", "development")
    desk = Desk(account=QUAY.model_copy(update={"consents": ("development",)}), account_named=True)
    request = Request(sender=OWNER, facts={"topic": "code.development"}, estimated_minutes=60)
    assert open_ticket(of, request, desk, NOON, id_="t").decision.work_gate.value == "open"
    assert open_ticket(policy(), request, desk, NOON, id_="t").decision.work_gate.value == "awaiting_consent"
