"""No body and no parameter leads to what belongs to another account or provider."""

import pytest

from tests.api.walking import Walk
from tests.api.walking_desk import CALLS
from tests.authorization.estate import Estate
from tests.authorization.references import REFERENCES, Probe, named, references
from tests.authorization.test_matrix import DOCUMENT, OPERATIONS
from tests.frontdesk import FrontDesk
from tests.poison.slots import Document
from tests.reliability.report import caught, examined

_THINGS = frozenset({"account", "contact", "ticket", "staff", "reseller", "attachment", "quote", "notice", "webhook"})
REFERRING = [operation for operation in OPERATIONS if list(references(Document(DOCUMENT), operation))]


async def probed(front: FrontDesk, at: FrontDesk, operations: list[str]) -> Probe:
    estate = await Estate.laid(front)
    probe = Probe(estate, Walk(OPERATIONS, at.client, CALLS, estate.ours.arrange), Document(DOCUMENT))
    await probe.lay()
    for operation in REFERRING:
        if operation.id in operations:
            await probe(operation)
    return probe


def test_every_member_and_parameter_that_names_a_thing_is_known() -> None:
    slots = [slot for operation in OPERATIONS for slot in Document(DOCUMENT).slots(operation)]
    words = {named(slot) for slot in slots if slot.place in ("member", "query")}
    assert {word for word in words if word.rstrip("s") in _THINGS or word in _THINGS} <= REFERENCES.keys()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_reference_to_what_is_not_ones_own_is_a_reference_to_nothing(front: FrontDesk) -> None:
    probe = await probed(front, front, [operation.id for operation in REFERRING])
    examined("references", probe.asked, len(probe.leaks))
    assert not probe.leaks, "\n".join(probe.leaks)
    assert len(REFERRING) > 20


@pytest.mark.long
async def test_a_desk_that_does_not_ask_whose_it_is_is_found_out(front: FrontDesk, unlocked: FrontDesk) -> None:
    asked = ["merge_ticket", "ask_for_secure_form", "list_tickets", "offer_quote"]
    probe = await probed(front, unlocked, asked)
    found = {leak.partition(",")[0] for leak in probe.leaks}
    caught("references", "a desk that does not ask whose it is", len(found))
    assert found
