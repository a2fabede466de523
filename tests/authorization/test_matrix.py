"""Nobody is let in where they do not belong, and everybody where they do: each cell of the matrix."""

import os
from typing import Any

import pytest

from app.base.settings import Settings
from app.base.vocabulary import CONTACT_ROLES
from app.main import create_app
from tests.api.walking import Walk, operations_of
from tests.api.walking_desk import CALLS
from tests.authorization.estate import MACHINES, Estate
from tests.authorization.fields import allowed, shown, write
from tests.authorization.matrix import SHOWS, Matrix
from tests.authorization.rights import RIGHTS
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined

DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
OPERATIONS = operations_of(DOCUMENT)


def test_of_every_operation_it_is_decided_who_may() -> None:
    assert RIGHTS.keys() == {operation.id for operation in OPERATIONS}


_TOLD: dict[str, set[str]] = {
    "contacts": {str(role) for role in CONTACT_ROLES},
    # Which contacts may is the policy's to say.
    "owners": {str(role) for role in CONTACT_ROLES},
    "direct-reseller": {"reseller"},
    "staff": {"staff", "admin"},
    "machines": {"service"},
    **{machine: {f"service:{machine}"} for machine in MACHINES},
}
"""The words of RIGHTS in those of the document."""


def test_the_document_tells_the_callers_that_were_decided() -> None:
    examined = 0
    for operation in OPERATIONS:
        if not operation.public:
            decided = set[str]().union(*(_TOLD.get(word, {word}) for word in RIGHTS[operation.id]))
            assert set(operation.told["x-callers"]) == decided, operation.id
            examined += 1
    assert examined


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_every_cell_is_answered_as_decided(front: FrontDesk) -> None:
    """With CLAUSEDESK_WRITE_FIELDS set, what was shown becomes what may be shown: then review the file."""
    estate = await Estate.laid(front)
    matrix = Matrix(estate, Walk(OPERATIONS, front.client, CALLS, estate.ours.arrange))
    for operation in sorted(OPERATIONS, key=lambda one: one.id not in SHOWS):  # while the lists fit on a page
        await matrix.ask(operation)
    examined("matrix", matrix.asked.total(), len(matrix.leaks))
    assert not matrix.leaks, "\n".join(matrix.leaks)
    for operation in OPERATIONS:
        assert matrix.asked[operation.id, True], f"nobody was allowed {operation.id}"
        assert operation.public or matrix.asked[operation.id, False], f"nobody was refused {operation.id}"
    seen = shown(matrix.granted, DOCUMENT["components"])
    if "CLAUSEDESK_WRITE_FIELDS" in os.environ:
        write(seen)
    listed = allowed()
    for operation_id, by_kind in seen.items():
        for of, members in by_kind.items():
            assert members <= listed[operation_id][of], (
                f"{operation_id} shows {of} {members - listed[operation_id][of]}"
            )
    print(f"\n{matrix.asked.total()} cells, {len(seen)} kinds of answers")


@pytest.mark.long
async def test_a_desk_that_asks_nobody_who_they_are_is_found_out(front: FrontDesk, unlocked: FrontDesk) -> None:
    estate = await Estate.laid(front)
    matrix = Matrix(estate, Walk(OPERATIONS, unlocked.client, CALLS, estate.ours.arrange))
    asked = ("read_ticket", "read_account", "change_account", "read_quote", "consent_to_quote", "read_contact")
    for operation in OPERATIONS:
        if operation.id in asked:
            await matrix.ask(operation)
    found = {leak.partition(":")[0] for leak in matrix.leaks}
    caught("matrix", "a desk that asks nobody who they are", len(found))
    assert found == set(asked)
