"""The demonstration is loaded once, whole, and found again."""

from datetime import timedelta

import asyncpg

from app.db.pool import Database
from app.services.demonstration import load_demonstration
from tests.frontdesk import NOW

COUNTS = """SELECT (SELECT count(*) FROM provider), (SELECT count(*) FROM policy_version),
  (SELECT count(*) FROM account), (SELECT count(*) FROM contact), (SELECT count(*) FROM hosted_domain),
  (SELECT count(*) FROM staff), (SELECT count(*) FROM reseller), (SELECT count(*) FROM api_client)"""


async def test_it_is_loaded_once(worker_database: Database, owner: asyncpg.Connection) -> None:
    ready = await load_demonstration(worker_database, NOW)
    assert "mexxus" in ready
    before = await owner.fetchrow(COUNTS)
    assert all(before)
    assert await load_demonstration(worker_database, NOW + timedelta(hours=1)) == ready
    assert await owner.fetchrow(COUNTS) == before
    birch = await owner.fetchrow("""
        SELECT reseller.number, account.holder FROM account JOIN reseller ON reseller.id = account.reseller_id
        WHERE account.number = 'C3001'""")
    assert tuple(birch) == ("R2001", "Birch Books")
    # What is missing is added.
    await owner.execute("DELETE FROM staff WHERE email = 'agent@mexxus'")
    await load_demonstration(worker_database, NOW)
    assert await owner.fetchrow(COUNTS) == before
