"""With our own checks taken out of every statement, row security alone shows and writes nothing of another provider."""

from typing import Any

import pytest

from app.db.schema import metadata
from tests.api.walking import Arranged, Operation, Walk
from tests.api.walking_desk import CALLS
from tests.authorization.estate import CALLERS, OTHER_PROVIDER, OWN, Estate
from tests.authorization.matrix import PUBLIC
from tests.authorization.rights import may
from tests.authorization.test_matrix import OPERATIONS
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined

TABLES = [table.name for table in metadata.sorted_tables if "provider_id" in table.columns]
ASKED = [
    one for one in OPERATIONS if one.parameters["path"].keys() - {"provider", "number", "clause"} and not one.public
]


async def intrusions(checked: FrontDesk, front: FrontDesk, operations: list[Operation]) -> list[str]:
    """What came of asking for another provider's things at `front`; they are made where all is as it should be."""
    estate = await Estate.laid(checked)
    walk, unchecked_walk = (Walk(OPERATIONS, at.client, CALLS, estate.ours.arrange) for at in (checked, front))
    found: list[str] = []
    for operation in operations:
        caller = next(caller for caller in reversed(CALLERS) if may(operation.id, caller, OWN))
        theirs, arranged = await estate.arranged(operation, caller, OTHER_PROVIDER)
        await walk.bring_about(operation, theirs)
        before = await _rows(checked, estate)
        answer = await unchecked_walk.send(operation, arranged, who=caller, headers=walk.key(operation))
        if await _rows(checked, estate) != before:
            found.append(f"{operation.id} wrote: {answer.status_code} {answer.text[:200]}")
        if _shown(arranged, estate, answer.text):
            found.append(f"{operation.id} showed: {answer.status_code} {answer.text[:200]}")
    return found


def _shown(arranged: Arranged, estate: Estate, text: str) -> bool:
    known = {name for name, value in arranged.names.items() if estate.ours.names.get(name) != value} - PUBLIC
    return any(arranged.names[name] in text for name in known)


async def _rows(front: FrontDesk, estate: Estate) -> tuple[Any, ...]:
    """All of the other provider."""
    counted = [f'(SELECT sum(hashtext(t::text)::bigint) FROM "{name}" t WHERE provider_id = $1)' for name in TABLES]
    return tuple(await front.owner.fetchrow(f"SELECT {', '.join(counted)}", estate.theirs.provider.id))


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_row_security_alone_keeps_providers_apart(front: FrontDesk, locked: FrontDesk) -> None:
    assert len(ASKED) > 80
    found = await intrusions(front, locked, ASKED)
    examined("row-security", len(ASKED), len(found))
    assert found == []


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_without_it_they_would_not_be_apart(front: FrontDesk, unlocked: FrontDesk) -> None:
    """Most of the others are stopped by foreign keys, which hold the provider, too."""
    found = await intrusions(front, unlocked, ASKED)
    open_ones = {entry.partition(" ")[0] for entry in found}
    caught("row-security", "the same without it, where operations are open", len(open_ones))
    assert len(open_ones) > len(ASKED) / 2, found
