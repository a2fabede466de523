"""Migrations: from nothing and back, the same as the tables in code, safe to run and one at a time."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from app.db import migrations
from app.db.connecting import connect_once
from app.db.embedded import EmbeddedPostgres
from app.db.faults import DatabaseFault
from app.db.pool import WORKER_ROLE, Database
from app.db.revision import HEAD, current_revision
from app.db.schema import metadata
from tests import factories
from tests.conftest import NewDatabase

# Of every table and index, what Postgres itself says it is.
SHAPE = """
    SELECT 'column', table_name || '.' || column_name,
           concat_ws(' ', udt_name, is_nullable, column_default, generation_expression, numeric_precision)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
      AND conrelid IS DISTINCT FROM to_regclass('alembic_version')
    UNION ALL
    SELECT 'index', indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    ORDER BY 1, 2
"""
LEFT_OVER = """
    SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^alembic_version'
    UNION ALL SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
# What squawk asks for and we do not do.
EXCLUDED = (
    "prefer-robust-stmts",  # one transaction, all of it or nothing; those that are not can be tried again (below)
    "require-lock-timeout",  # set on the connection that migrates
    "require-statement-timeout",  # a backfill may take long
    "prefer-bigint-over-int",  # counts of minutes and people, numbers of versions: never keys
    "prefer-bigint-over-smallint",
)


async def shape(dsn: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(row) for row in await connection.fetch(SHAPE)]
    finally:
        await connection.close()


async def test_it_goes_up_from_nothing_down_to_nothing_and_up_again(new_database: NewDatabase) -> None:
    dsn = await new_database(None)
    assert await current_revision(dsn) is None
    await migrations.migrate(dsn)
    assert await current_revision(dsn) == HEAD
    before = await shape(dsn)
    await migrations.migrate(dsn, "base")
    connection = await asyncpg.connect(dsn)
    assert [row[0] for row in await connection.fetch(LEFT_OVER)] == [0, 0]
    await connection.close()
    await migrations.migrate(dsn)
    assert await shape(dsn) == before


async def test_a_revision_that_builds_indexes_beside_others_work_can_be_tried_again(
    new_database: NewDatabase, migrated_template: str
) -> None:
    """Such work is committed as it is done, so whatever breaks off in it is there already at the next try."""
    dsn = await new_database(migrated_template)
    before = await shape(dsn)
    steps = list(migrations.script_directory().walk_revisions())
    beside = [step for step in steps if "autocommit_block" in Path(step.path).read_text()]
    assert beside
    for step in beside:
        await _stamp(dsn, str(step.down_revision))
        await migrations.migrate(dsn, step.revision)
    assert await shape(dsn) == before
    await _stamp(dsn, "0005")
    with pytest.raises(ProgrammingError, match="already exists"):  # it is one transaction, which leaves nothing behind
        await migrations.migrate(dsn, "0006")


async def _stamp(dsn: str, revision: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    await connection.close()


async def test_migrating_what_is_up_to_date_changes_nothing(new_database: NewDatabase, migrated_template: str) -> None:
    dsn = await new_database(migrated_template)
    before = await shape(dsn)
    await migrations.migrate(dsn)
    assert await shape(dsn) == before


async def test_the_revision_that_the_code_needs_is_the_last_one() -> None:
    assert migrations.script_directory().get_heads() == [HEAD]


async def test_tables_in_code_and_in_the_database_are_the_same(
    new_database: NewDatabase, migrated_template: str
) -> None:
    migrated, declared = await new_database(migrated_template), await new_database(None)
    await migrations.with_alembic(migrated, command.check)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(declared))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()
    assert await shape(migrated) == await shape(declared)


async def test_two_who_start_at_once_do_not_collide(new_database: NewDatabase) -> None:
    dsn = await new_database(None)
    await asyncio.gather(*(migrations.migrate(dsn) for _ in range(3)))
    assert await current_revision(dsn) == HEAD


def test_the_migrations_are_safe_to_run_on_a_live_database(tmp_path: Path) -> None:
    written = io.StringIO()
    config = Config(output_buffer=written)
    config.set_main_option("script_location", "alembic")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head", sql=True)
    file = tmp_path / "upgrade.sql"
    # Alembic's own table is not ours to criticise.
    ours = written.getvalue().replace("version_num VARCHAR(32)", "version_num TEXT")
    file.write_text(ours)
    assert ours.count("CREATE TABLE") == len(metadata.tables) + 1
    squawk = str(Path(sys.executable).with_name("squawk"))
    excluded = [word for rule in EXCLUDED for word in ("--exclude", rule)]
    command_line = [squawk, "--pg-version", "15", "--reporter", "gcc", *excluded, str(file)]
    done = subprocess.run(command_line, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


async def test_a_login_that_may_not_make_roles_is_told_what_to_set(
    new_database: NewDatabase, owner: asyncpg.Connection
) -> None:
    dsn = await new_database(None)
    await owner.execute("DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN")
    with pytest.raises(DatabaseFault, match=r"login plain may not .* set MIGRATION_DATABASE_URL"):
        await migrations.migrate(dsn.replace("postgres@", "plain@"))
    await owner.execute("DROP ROLE plain")


async def test_ordinary_logins_migrate_and_serve(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        connection = await asyncpg.connect(server.dsn())
        await connection.execute("CREATE ROLE deploy LOGIN CREATEROLE; CREATE ROLE web LOGIN")
        await connection.execute("CREATE DATABASE desk OWNER deploy")
        await connection.close()
        deploy, web = (server.dsn("desk").replace("postgres@", f"{login}@") for login in ("deploy", "web"))

        await migrations.migrate(deploy)
        with pytest.raises(DatabaseFault, match="may not act in the service's roles"):
            await Database.connect(web)
        await migrations.migrate(deploy, runtime_login="web")

        worker = await Database.connect(web, role=WORKER_ROLE)
        app = await Database.connect(web)
        async with worker.transaction(None) as connection:
            one, two = [await factories.provider(connection) for _ in range(2)]
            for provider in (one, two):
                await factories.ticket(connection, provider.id, subject="Checkout is dead")
        assert await worker.fetchval(None, "SELECT count(*) FROM ticket") == 2
        assert await app.fetchval(one.id, "SELECT count(*) FROM ticket") == 1
        assert await app.fetchval(one.id, "SELECT count(*) FROM matching_tickets('{checkout}', false)") == 1
        await worker.close()
        await app.close()

        owner = await connect_once(deploy)
        assert await owner.fetchval("SELECT count(*) FROM ticket") == 2
        await owner.close()
        await migrations.migrate(deploy, "base")


@pytest.mark.parametrize(
    ("dsn", "sentence"),
    [
        ("mysql://root@localhost/desk", "DATABASE_URL cannot be read"),
        ("not a url", "DATABASE_URL cannot be read"),
        ("postgresql://desk:hunter2@127.0.0.1:9/desk", "cannot be reached: check that it runs"),
        ("postgresql://desk:hunter2@/desk?host=/nowhere", "cannot be reached: check that it runs"),
    ],
)
async def test_a_bad_address_is_one_sentence_without_the_password(dsn: str, sentence: str) -> None:
    for attempt in (migrations.migrate, current_revision, Database.connect):
        with pytest.raises(DatabaseFault, match=sentence) as refused:
            await attempt(dsn)
        assert "hunter2" not in str(refused.value)


async def test_a_database_that_is_not_there_is_one_sentence(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(DatabaseFault, match="no database of that name"):
        await migrations.migrate(postgres.dsn("nowhere"))
