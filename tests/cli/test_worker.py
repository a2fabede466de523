"""The worker as a command: apart from the API, beside it in development, and how it stops."""

import json
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.tables.providers import Provider
from app.sealing.envelope import seal
from app.sealing.keys import read_sealing_keys
from app.services.webhooks.sending import secret_place
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
    worker: Running, owner_dsn: str, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    await factories.event(owner, provider.id)
    while await owner.fetchval("SELECT position FROM event") is None:
        assert worker.process.poll() is None, worker.stderr
    sound = clausedesk("audit", "verify", DATABASE_URL=owner_dsn)
    seal = (await owner.fetchval("SELECT seal FROM event")).hex()
    assert (sound.returncode, sound.stdout) == (0, f"{provider.slug}: 1 event, unbroken, last seal {seal}\n")
    kept = tmp_path / "seals"
    kept.write_text(sound.stdout.replace("1 event,", "2 events,"))
    cut = clausedesk("audit", "verify", "--kept", str(kept), DATABASE_URL=owner_dsn)
    said = "the event at position 2 is missing: there were 2 when the seal was kept"
    assert (cut.returncode, cut.stdout) == (1, f"{provider.slug}: {said}\n")
    await owner.execute("SET session_replication_role = replica; UPDATE event SET type = 'x'")
    await owner.execute("RESET session_replication_role")
    broken = clausedesk("audit", "verify", "--provider", provider.slug, DATABASE_URL=owner_dsn)
    assert broken.returncode == 1
    assert broken.stdout.startswith(f"{provider.slug}: the event at position 1 is not what was sealed")


@pytest.mark.long
async def test_keys_are_wrapped_by_the_newest_and_what_cannot_be_opened_is_told_by_its_key(
    owner_dsn: str, owner: asyncpg.Connection, provider: Provider, tmp_path: Path
) -> None:
    old, new = ({"kty": "oct", "kid": kid, "k": kid[0] * 42 + "A"} for kid in ("old", "new"))
    hook = await owner.fetchval(
        "INSERT INTO webhook (provider_id, id, url, secret, created_at, updated_at)"
        " VALUES ($1, gen_random_uuid(), 'https://a.example/', '', now(), now()) RETURNING id",
        provider.id,
    )
    sealed = seal(read_sealing_keys(json.dumps({"keys": [old]})), b"secret", secret_place(provider.id, hook))
    await owner.execute("UPDATE webhook SET secret = $1", sealed)
    around = {"DATABASE_URL": owner_dsn, "CLAUSEDESK_DATA_DIR": str(tmp_path)}
    lost = clausedesk("keys", "rewrap", CLAUSEDESK_SEALING_KEYS=json.dumps({"keys": [new]}), **around)
    assert lost.returncode == 1
    assert "1 could not be opened: The sealing key old is not among the settings' keys." in lost.stdout
    done = clausedesk("keys", "rewrap", CLAUSEDESK_SEALING_KEYS=json.dumps({"keys": [new, old]}), **around)
    assert (done.returncode, done.stdout) == (0, "1 wrapped with the key new, 0 were already.\n")
