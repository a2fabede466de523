"""The worker as a command: apart from the API, beside it in development, and how it stops."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.tables.providers import Provider
from tests import factories
from tests.cli.desk import Running, clausedesk, sentence


@pytest.fixture
def worker(owner_dsn: str, owner: asyncpg.Connection) -> Iterator[Running]:
    with Running("worker", DATABASE_URL=owner_dsn) as running:
        running.wait_for("Clausedesk works")
        yield running


async def test_it_works_off_what_is_there_and_stops_when_told(
    worker: Running, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.event(owner, provider.id)
    while await owner.fetchval("SELECT position FROM event") is None:
        assert worker.process.poll() is None, worker.stderr
    assert worker.stop() == 0
    assert "Traceback" not in worker.stderr


def test_it_does_not_bring_a_database_of_its_own(tmp_path: Path) -> None:
    said = sentence(clausedesk("worker", CLAUSEDESK_DATA_DIR=str(tmp_path)))
    assert said.startswith("There is no database: set DATABASE_URL.")


async def test_it_does_not_start_on_a_schema_that_is_behind(postgres: EmbeddedPostgres) -> None:
    said = sentence(clausedesk("worker", DATABASE_URL=postgres.dsn("postgres")))
    assert said == "The database is behind this code: run `clausedesk migrate`."


async def test_audit_says_whether_the_log_is_what_was_sealed(
    worker: Running, owner_dsn: str, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.event(owner, provider.id)
    while await owner.fetchval("SELECT position FROM event") is None:
        assert worker.process.poll() is None, worker.stderr
    sound = clausedesk("audit", "verify", DATABASE_URL=owner_dsn)
    seal = (await owner.fetchval("SELECT seal FROM event")).hex()
    assert (sound.returncode, sound.stdout) == (0, f"{provider.slug}: 1 event, unbroken, last seal {seal}\n")
    await owner.execute("SET session_replication_role = replica; UPDATE event SET type = 'x'")
    await owner.execute("RESET session_replication_role")
    broken = clausedesk("audit", "verify", "--provider", provider.slug, DATABASE_URL=owner_dsn)
    assert broken.returncode == 1
    assert broken.stdout.startswith(f"{provider.slug}: the event at position 1 is not what was sealed")
