"""A deliberation is taken back to where it stood, unless a rule has brought something about."""

import pytest

from app.policy.life import Desk, open_ticket, redeliberate
from app.policy.situation import Request, Sender
from app.policy.stages import admission
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.marking import marked, taken_back
from tests.policy.harbour import HELPER, NOON, OWNER, QUAY, STRANGER, harbour

AROUND = Desk(account=QUAY, account_named=True)
POLICY = harbour()


def asked() -> Deliberation:
    request = Request(sender=OWNER, facts={"topic": "web.error"})
    return redeliberate(POLICY, open_ticket(POLICY, request, AROUND, NOON, id_="one").ticket, AROUND, NOON, "reply")


def standing(d: Deliberation) -> str:
    """All of it but what policies keep for all deliberations."""
    return repr({name: getattr(d, name) for name in d.__slots__ if name not in ("policy", "_ready")})


def hear(d: Deliberation, who: Sender) -> None:
    """A message of theirs, with news."""
    d.request = Request(sender=who, facts={"topic": "code.own"}, channel="phone")
    d.values["topic"] = "code.own"
    admission.sender(d)
    d.run("transition")


@pytest.mark.parametrize("who", [OWNER, HELPER])
def test_a_message_that_brings_nothing_about_leaves_no_trace(who: Sender) -> None:
    d, before = asked(), standing(asked())
    mark = marked(d)
    hear(d, who)
    assert standing(d) != before
    assert not d.moved
    taken_back(d, mark)
    assert standing(d) == before


def test_it_is_known_where_a_rule_brought_something_about() -> None:
    d = asked()
    marked(d)
    hear(d, STRANGER)
    assert d.moved
    assert d.ended
