"""The pool: whose rows a connection sees, what happens when Postgres refuses, and that nothing leaks."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from app.base.errors import Problem
from app.db.embedded import EmbeddedPostgres
from app.db.pool import Database
from app.db.problems import problem_for, violated_constraint
from app.db.revision import HEAD
from app.db.tables.providers import Provider
from tests import factories

WHOSE = "SELECT current_setting('app.provider', true)"


@pytest.fixture
async def narrow(owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[Database]:
    """One connection, impatient: every request gets what the one before left."""
    database = await Database.connect(owner_dsn, size=1, acquire_seconds=0.2, statement_seconds=0.3, lock_seconds=0.15)
    yield database
    await database.close()


async def test_a_connection_is_the_apps_role_and_the_providers(database: Database, provider: Provider) -> None:
    async with database.read(provider.id) as connection:
        assert await connection.fetchval(WHOSE) == str(provider.id)
        assert await connection.fetchval("SELECT current_user") == "clausedesk_app"
        await connection.execute("RESET ROLE")
        assert await connection.fetchval("SELECT current_user") == "clausedesk_app"


async def test_the_provider_is_told_to_postgres_only_when_it_changes(narrow: Database) -> None:
    one, two = uuid4(), uuid4()
    said: list[str] = []
    async with narrow.read(None) as connection:
        connection.add_query_logger(lambda query: said.append(query.query))
    for provider_id in (one, one, one, two, None, None, one):
        assert await narrow.fetchval(provider_id, WHOSE) == str(provider_id or "")
    await asyncio.sleep(0)  # a logger hears of a statement after whoever sent it
    assert len([query for query in said if "set_config" in query]) == 4
    assert len(said) == 4 + 7


async def test_a_rollback_does_not_bring_the_last_provider_back(narrow: Database) -> None:
    one, two = uuid4(), uuid4()
    await narrow.fetchval(one, WHOSE)
    with pytest.raises(Problem):
        async with narrow.transaction(two) as connection:
            await connection.execute("SELECT 1 / 0")
    assert await narrow.fetchval(two, WHOSE) == str(two)
    assert await narrow.fetchval(one, WHOSE) == str(one)


async def test_a_request_cancelled_anywhere_leaves_the_next_one_its_own_provider(narrow: Database) -> None:
    for attempt in range(60):
        before, after = uuid4(), uuid4()
        task = asyncio.create_task(narrow.fetchval(before, "SELECT pg_sleep(0.02)"))
        await asyncio.sleep(attempt * 0.0003)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await narrow.fetchval(after, WHOSE) == str(after)


async def test_a_transaction_left_open_does_not_reach_the_next_request(narrow: Database) -> None:
    async with narrow.read(None) as connection:
        await connection.execute("BEGIN")
    async with narrow.read(None) as connection:
        assert not connection.is_in_transaction()


async def test_the_provider_does_not_change_within_a_transaction(narrow: Database) -> None:
    async with narrow.transaction(None) as connection:
        with pytest.raises(RuntimeError):
            await connection.scope(uuid4())


async def test_a_transaction_is_all_or_nothing(database: Database, provider: Provider) -> None:
    async def half() -> None:
        async with database.transaction(provider.id) as connection:
            await factories.account(connection, provider.id)
            await connection.execute("SELECT 1 / 0")

    with pytest.raises(Problem):
        await half()
    assert await database.fetchval(provider.id, "SELECT count(*) FROM account") == 0


async def test_a_full_pool_says_when_to_come_back(narrow: Database) -> None:
    async with narrow.read(None):
        with pytest.raises(Problem) as refused:
            await narrow.fetchval(None, "SELECT 1")
    assert refused.value.code == "unavailable"
    assert refused.value.headers["Retry-After"]


@pytest.mark.parametrize(
    ("statement", "args", "code"),
    [
        ("SELECT $1::text", ("a\0b",), "invalid"),
        ("SELECT $1::text", ("\ud800",), "invalid"),
        ("SELECT $1::jsonb", ({"a": "\0"},), "invalid"),
        ("SELECT $1::jsonb", ({"a\0": 1},), "invalid"),
        ("SELECT $1::jsonb", ({"a": "\ud800"},), "invalid"),
        ("SELECT $1::int", (2**31,), "invalid"),
        ("SELECT $1::bigint", (2**63,), "invalid"),
        ("SELECT $1::uuid", ("garbage",), "invalid"),
        ("SELECT $1::numeric(14, 4)", (Decimal("1e12"),), "invalid"),
        ("SELECT 1 LIMIT $1", (-1,), "invalid"),
        ("INSERT INTO ticket (reference) VALUES ('x')", (), "not_found"),
        ("SELECT pg_sleep(1)", (), "unavailable"),
        ("DO $$ BEGIN SET LOCAL transaction_read_only = on; DELETE FROM ticket; END $$", (), "unavailable"),
    ],
)
async def test_what_postgres_refuses_is_a_problem_without_the_value(
    narrow: Database, statement: str, args: tuple[object, ...], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        await narrow.fetchval(None, statement, *args)
    assert refused.value.code == code
    assert not any(str(arg) in refused.value.detail for arg in args)
    assert await narrow.fetchval(None, "SELECT 1") == 1


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InvalidPasswordError("password"),
        asyncpg.InvalidCatalogNameError("name"),
        asyncpg.DiskFullError("canary"),
        asyncpg.PostgresIOError("canary"),
        ConnectionRefusedError("canary"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_keeps_the_database_away_is_told_as_that_and_logged_by_its_kind(error: Exception) -> None:
    with capture_logs() as log:
        problem = problem_for(error)
    assert problem is not None
    assert (problem.code, problem.headers) == ("unavailable", {"Retry-After": "1"})
    (line,) = log
    assert (line["event"], line["error"]) == ("database_unavailable", type(error).__name__)
    assert line["sqlstate"] == getattr(error, "sqlstate", None)
    assert "canary" not in str(line)


async def test_a_connection_cut_off_is_a_problem_for_one_request_only(
    narrow: Database, owner: asyncpg.Connection
) -> None:
    pid = await narrow.fetchval(None, "SELECT pg_backend_pid()")
    request = asyncio.create_task(narrow.fetchval(None, "SELECT pg_sleep(0.2)"))
    await asyncio.sleep(0.05)
    await owner.execute("SELECT pg_terminate_backend($1)", pid)
    with pytest.raises(Problem) as refused:
        await request
    assert refused.value.code == "unavailable"
    assert await narrow.fetchval(None, "SELECT 1") == 1


async def test_a_name_taken_is_a_problem_that_knows_its_constraint(
    database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.account(owner, provider.id, number="M1001")
    with pytest.raises(Problem) as refused:
        async with database.read(provider.id) as connection:
            await factories.account(connection, provider.id, number="M1001")
    assert refused.value.code == "already_exists"
    assert violated_constraint(refused.value) == "uq_account_provider_id_number"
    assert "M1001" not in refused.value.detail


async def test_a_defect_of_ours_is_no_problem_of_the_callers(database: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await database.fetchval(None, "SELECT * FROM nowhere")


async def test_who_waits_too_long_for_a_lock_is_told_of_a_conflict(
    database: Database, narrow: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.account(owner, provider.id)
    async with database.transaction(provider.id) as connection:
        await connection.execute("UPDATE account SET holder = 'Ann'")
        with pytest.raises(Problem) as refused:
            await narrow.execute(provider.id, "UPDATE account SET holder = 'Bob'")
    assert refused.value.code == "conflict"


async def test_a_deadlock_is_done_again(database: Database, owner: asyncpg.Connection, provider: Provider) -> None:
    accounts = [(await factories.account(owner, provider.id)).id for _ in range(2)]
    tries = 0
    each_has_one = asyncio.Barrier(2)

    async def add(order: list[UUID]) -> None:
        async def both(connection: asyncpg.Connection) -> None:
            nonlocal tries
            tries += 1
            for account in order:
                await connection.execute("UPDATE account SET abuse_count = abuse_count + 1 WHERE id = $1", account)
                if tries <= 2 and account == order[0]:
                    await each_has_one.wait()

        await database.atomically(provider.id, both)

    await asyncio.gather(add(accounts), add(accounts[::-1]))
    assert tries > 2
    assert await owner.fetch("SELECT abuse_count FROM account") == [(2,), (2,)]


async def test_a_changed_table_does_not_trouble_prepared_statements(
    database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    query = "SELECT * FROM provider"
    for _ in range(8):
        await database.fetch(None, query)
    await owner.execute("ALTER TABLE provider ADD COLUMN later text")
    try:
        for _ in range(8):
            assert len(await database.fetch(None, query)) == 1
    finally:
        await owner.execute("ALTER TABLE provider DROP COLUMN later")


async def test_documents_come_back_as_they_went(database: Database) -> None:
    document = {"amount": "85.00", "list": [1, None, True], "text": "žluťoučký 🐎", "deep": {"a": {}}}
    assert await database.fetchval(None, "SELECT $1::jsonb", document) == document
    assert await database.fetchval(None, "SELECT $1::jsonb", {"amount": Decimal("85.00")}) == {"amount": "85.00"}


async def test_the_schemas_revision_can_be_asked_for(database: Database) -> None:
    assert await database.revision() == HEAD


async def test_a_server_that_goes_and_comes_back_is_unavailable_meanwhile(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    database = await Database.connect(server.dsn(), role="postgres")
    assert await database.fetchval(None, "SELECT 1") == 1
    server.stop()
    for _ in range(3):
        with pytest.raises(Problem) as refused:
            await database.fetchval(None, "SELECT 1")
        assert refused.value.code == "unavailable"
    with server:
        assert await database.fetchval(None, "SELECT 1") == 1
        await database.close()


async def test_whoever_comes_to_a_long_queue_is_told_at_once(owner_dsn: str) -> None:
    small = await Database.connect(owner_dsn, size=1, queue=2, acquire_seconds=5)
    try:
        async with small.read(None):
            waiting = [asyncio.create_task(small.fetchval(None, "SELECT 1")) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(Problem) as refused:
                await small.fetchval(None, "SELECT 1")
            assert (refused.value.code, refused.value.headers) == ("unavailable", {"Retry-After": "1"})
        assert await asyncio.gather(*waiting) == [1, 1]
    finally:
        await small.close()
