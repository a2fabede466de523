"""Whoever loses a right is out at the next call, in every operation, with the token that was good a moment ago."""

import base64
import json
from typing import Final
from uuid import UUID

import pytest

from app.base.vocabulary import Scope
from tests.api.walking import Walk
from tests.api.walking_desk import CALLS, Ground
from tests.authorization.estate import OWN
from tests.authorization.rights import may
from tests.authorization.test_matrix import OPERATIONS
from tests.frontdesk import FrontDesk, Headers
from tests.reliability.report import caught, examined

_OUT: Final = frozenset({401, 403, 404})
LOSSES: Final = {
    "primary": ("contact", "removed_at = created_at", "removed_at = NULL"),
    "staff": ("staff", "active = false", "active = true"),
    "admin": ("staff", "role = 'staff'", "role = 'admin'"),
    "reseller": ("reseller", "active = false", "active = true"),
    **{str(scope): ("api_client", "active = false", "active = true") for scope in Scope},
}
"""For each caller the row that the right stands in, how it is lost, and how it is given back."""


async def still_in(front: FrontDesk, *, revoked: bool = True) -> tuple[int, list[str]]:
    """How many requests there were, and those that were carried out after the right was lost."""
    ground = await Ground.laid(front)
    walk = Walk(OPERATIONS, front.client, CALLS, ground.arrange)
    asked, found = 0, []
    for operation in OPERATIONS:
        callers = () if operation.public else [caller for caller in LOSSES if may(operation.id, caller, OWN)]
        for caller in callers:
            arranged = await walk.fresh(operation)
            table, lost, given = LOSSES[caller]
            row = _subject(arranged.callers[caller])
            if revoked:
                await front.owner.execute(f"UPDATE {table} SET {lost} WHERE id = $1", row)
            answer = await walk.send(operation, arranged, who=caller, headers=walk.key(operation))
            await front.owner.execute(f"UPDATE {table} SET {given} WHERE id = $1", row)
            asked += 1
            if answer.status_code not in _OUT:
                found.append(f"{operation.id}: {caller} got {answer.status_code} {answer.text[:100]}")
    return asked, found


def _subject(headers: Headers) -> UUID:
    claims = headers["Authorization"].split(".")[1]
    return UUID(json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"])


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_nobody_who_lost_a_right_is_let_in_once_more(front: FrontDesk) -> None:
    asked, found = await still_in(front)
    examined("revoked", asked, len(found))
    assert not found, "\n".join(found)
    assert asked > 300


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_whoever_keeps_it_is_let_in(front: FrontDesk) -> None:
    """So that it is the loss which keeps them out."""
    asked, found = await still_in(front, revoked=False)
    caught("revoked", "the same with their right, who are let in", len(found))
    assert len(found) > asked * 0.9
