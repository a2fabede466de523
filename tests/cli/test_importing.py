"""`clausedesk import`: the same rows once, however often it is called."""

import pytest

from app.base.errors import CannotStart
from app.cli.importing import imported
from app.db.pool import Database
from app.schemas.imports import Existing
from app.services.imports.accepting import HandedIn
from tests import factories
from tests.frontdesk import FrontDesk

FILE = HandedIn(b"number,name\nM1,Maple\nM1,Maple again\nM2,Birch\n", True, None, Existing.REFUSE)


async def test_a_file_is_worked_off_while_one_watches(front: FrontDesk, worker_database: Database) -> None:
    provider = await front.provider()
    seen: list[tuple[int, int]] = []
    with pytest.raises(CannotStart, match="does not have an administrator"):
        await imported(worker_database, provider.slug, "ada@desk.example", FILE, lambda *_: None)
    for name in ("ada", "grace"):
        await factories.staff(front.owner, provider.id, role="admin", email=f"{name}@desk.example")
    with pytest.raises(CannotStart, match="--by"):
        await imported(worker_database, provider.slug, None, FILE, lambda *_: None)
    for _ in range(2):
        told, failed = await imported(
            worker_database, provider.slug, "ada@desk.example", FILE, lambda *at: seen.append(at)
        )
        assert (told["state"], told["rows_done"], told["rows_failed"]) == ("done", 3, 1)
        assert [(row["number"], row["code"]) for row in failed] == [(2, "already_exists")]
    assert (seen[0], seen[-1]) == ((0, 3), (3, 3))
    assert await front.owner.fetchval("SELECT count(*) FROM account") == 2
