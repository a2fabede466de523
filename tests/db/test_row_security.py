"""The second lock: with no check of our own at all, a provider neither sees nor touches another's rows."""

import asyncio
import random
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.base.errors import Problem
from app.db.pool import Database
from app.db.schema import metadata
from app.db.tables.providers import Provider
from tests import factories

TABLES = sorted(table.name for table in metadata.tables.values() if "provider_id" in table.columns)


async def everything_of(owner: asyncpg.Connection, provider_id: UUID) -> dict[str, Any]:
    account = await factories.account(owner, provider_id)
    return {
        "account": account,
        "contact": await factories.contact(owner, account),
        "hosted_domain": await factories.hosted_domain(owner, account),
        "staff": await factories.staff(owner, provider_id),
        "reseller": await factories.reseller(owner, provider_id),
        "policy_version": await factories.policy_version(owner, provider_id),
        "ticket": await factories.ticket(owner, provider_id, account_id=account.id),
        "event": await factories.event(owner, provider_id),
    }


async def test_all_tables_but_the_providers_own_belong_to_a_provider() -> None:
    assert {table.name for table in metadata.tables.values()} - set(TABLES) == {"provider"}


@pytest.mark.parametrize("table", TABLES)
async def test_every_table_of_a_provider_is_locked_for_reading_and_writing(
    owner: asyncpg.Connection, table: str
) -> None:
    secured = await owner.fetchrow(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(quote_ident($1))", table
    )
    assert tuple(secured) == (True, True)
    policies = await owner.fetch(
        "SELECT roles::text[], permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = $1", table
    )
    assert len(policies) == 2
    for policy in policies:
        assert (policy["permissive"], policy["cmd"]) == ("PERMISSIVE", "ALL")
        assert policy["qual"] == policy["with_check"]
        assert (policy["roles"] == ["clausedesk_worker"]) == (policy["qual"] == "true")


async def test_every_foreign_key_between_a_providers_rows_holds_the_provider(owner: asyncpg.Connection) -> None:
    keys = await owner.fetch("""
        SELECT conname, conrelid::regclass::text AS here, confrelid::regclass::text AS there,
               (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k(n, place)
                JOIN pg_attribute ON attrelid = conrelid AND attnum = n) AS columns,
               (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k(n, place)
                JOIN pg_attribute ON attrelid = confrelid AND attnum = n) AS others
        FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace""")
    assert len(keys) > 30
    for key in keys:
        expected = "id" if key["there"] == "provider" else "provider_id"
        assert (key["columns"][0], key["others"][0]) == ("provider_id", expected), key["conname"]


async def test_every_unique_key_of_a_provider_holds_the_provider(owner: asyncpg.Connection) -> None:
    """Else a refused name would tell that another provider has it."""
    keys = await owner.fetch("""
        SELECT indrelid::regclass::text AS name, pg_get_indexdef(indexrelid, 1, true) AS first FROM pg_index
        WHERE indisunique AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)""")
    strangers = {(key["name"], key["first"]) for key in keys if key["first"] != "provider_id"}
    assert strangers == {
        ("provider", "id"),
        ("provider", "slug"),
        ("provider", "prefix"),
        ("alembic_version", "version_num"),
        ("attachment", "storage_key"),  # random, made by us
    }


async def test_there_is_no_view_and_no_function_around_the_lock(owner: asyncpg.Connection) -> None:
    assert await owner.fetchval("SELECT count(*) FROM pg_views WHERE schemaname = 'public'") == 0
    functions = await owner.fetchval("""
        SELECT array_agg(proname::text ORDER BY proname) FROM pg_proc
        WHERE prosecdef AND pronamespace = 'public'::regnamespace""")
    of_all, of_one = ["", "_between", "_before"], ["_of", "_of_between", "_of_before"]
    searching = [f"matching_tickets{which}" for which in (*of_all, *of_one)]
    assert sorted(functions) == sorted(["account_alike", "matching_open_tickets", *searching])


async def test_another_providers_rows_are_invisible(
    database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    rows = await everything_of(owner, provider.id)
    for table in rows:
        count = f'SELECT count(*) FROM "{table}"'
        assert await database.fetchval(provider.id, count) == 1, table
        assert await database.fetchval(other_provider.id, count) == 0, table
        assert await database.fetchval(None, count) == 0, table
        if table not in ("event", "policy_version"):
            assert await database.execute(other_provider.id, f"DELETE FROM {table}") == "DELETE 0"
    assert await database.execute(other_provider.id, "UPDATE ticket SET subject = 'mine'") == "UPDATE 0"
    assert await owner.fetchval("SELECT subject FROM ticket") == rows["ticket"].subject


async def test_another_providers_rows_cannot_be_made_or_taken_over(
    database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    account = await factories.account(owner, provider.id)
    theirs = await factories.account(owner, other_provider.id)

    with pytest.raises(Problem) as refused:
        async with database.read(other_provider.id) as connection:
            await factories.account(connection, provider.id)
    assert refused.value.code == "not_found"

    with pytest.raises(Problem) as refused:
        await database.execute(other_provider.id, "UPDATE account SET provider_id = $1", provider.id)
    assert refused.value.code == "not_found"

    for stranger in (account.id, factories.new_id()):
        with pytest.raises(Problem) as refused:
            async with database.read(other_provider.id) as connection:
                await factories.ticket(connection, other_provider.id, account_id=stranger)
        assert refused.value.code == "conflict"
    async with database.read(other_provider.id) as connection:
        await factories.ticket(connection, other_provider.id, account_id=theirs.id)


async def test_text_search_keeps_to_the_provider(
    database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    ours = await factories.ticket(owner, provider.id, subject="Checkout is dead since noon")
    await factories.ticket(owner, other_provider.id, subject="Checkout is dead since noon")
    always = ", false, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'"
    for function, more in (
        ("matching_tickets", ""),
        ("matching_tickets_between", always),
        ("matching_open_tickets", ""),
    ):
        search = f"SELECT {function}('{{dead,checkout}}', true{more}) AS id"
        assert [row["id"] for row in await database.fetch(provider.id, search)] == [ours.id]
        assert await database.fetch(None, search) == []
        nothing = f"SELECT {function}($1, true{more})"
        assert await database.fetch(provider.id, nothing, ["' & | !! (("]) == []
    last = "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
    for many in (100, 10_000):
        back = f"SELECT unnest(matching) AS id FROM matching_tickets_before('{{dead,checkout}}', true, {last}, {many})"
        assert [row["id"] for row in await database.fetch(provider.id, back)] == [ours.id]
        assert await database.fetch(None, back) == []


async def test_text_search_of_an_account_keeps_to_the_account_and_the_provider(
    database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    account, neighbour = [await factories.account(owner, provider.id) for _ in range(2)]
    ours = await factories.ticket(owner, provider.id, subject="Checkout is dead", account_id=account.id)
    await factories.ticket(owner, provider.id, subject="Checkout is dead", account_id=neighbour.id)
    search = "SELECT matching_tickets_of($1, '{dead,checkout}', true) AS id"
    assert [row["id"] for row in await database.fetch(provider.id, search, account.id)] == [ours.id]
    assert await database.fetch(other_provider.id, search, account.id) == []
    assert await database.fetch(None, search, account.id) == []
    last = "'ffffffff-ffff-ffff-ffff-ffffffffffff'"
    for many in (100, 10_000):
        back = f"""SELECT unnest(matching) AS id
          FROM matching_tickets_of_before($1, '{{dead,checkout}}', {last}, {many}, 20)"""
        assert [row["id"] for row in await database.fetch(provider.id, back, account.id)] == [ours.id]
        assert await database.fetch(other_provider.id, back, account.id) == []
        assert await database.fetch(None, back, account.id) == []


async def test_an_account_that_differs_in_capitals_is_looked_for_among_the_providers_own(
    database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    await factories.account(owner, provider.id, number="AcmeCo")
    alike = "SELECT account_alike('ACMECO')"
    assert await database.fetchval(provider.id, alike) == "AcmeCo"
    assert await database.fetchval(other_provider.id, alike) is None
    assert await database.fetchval(None, alike) is None


async def test_providers_can_be_read_by_name_but_not_changed_by_the_api(database: Database, provider: Provider) -> None:
    find = "SELECT id FROM provider WHERE slug = $1"
    assert await database.fetchval(None, find, provider.slug) == provider.id
    for statement in ("UPDATE provider SET name = 'x'", "DELETE FROM provider", "TRUNCATE provider CASCADE"):
        with pytest.raises(Problem) as refused:
            await database.execute(provider.id, statement)
        assert refused.value.code == "not_found"


async def test_the_worker_sees_all_providers_and_is_no_superuser(
    worker_database: Database, owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    await factories.ticket(owner, provider.id)
    await factories.ticket(owner, other_provider.id)
    assert await worker_database.fetchval(None, "SELECT count(*) FROM ticket") == 2
    roles = await owner.fetch(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname LIKE 'clausedesk_%'"
    )
    assert [tuple(role) for role in roles] == [(False,) * 4] * 2


async def test_thousands_of_interleaved_requests_never_see_another_providers_row(
    database: Database, owner: asyncpg.Connection
) -> None:
    providers = [await factories.provider(owner) for _ in range(3)]
    for provider in providers:
        await factories.ticket(owner, provider.id)
    choose = random.Random(7)

    async def look(provider_id: UUID, how: int) -> bool:
        query = "SELECT array_agg(provider_id) FROM ticket"
        if how == 0:
            return bool(await database.fetchval(provider_id, query) == [provider_id])
        if how == 1:
            async with database.transaction(provider_id) as connection:
                return bool(await connection.fetchval(query) == [provider_id])
        try:
            async with database.transaction(provider_id) as connection:
                await connection.fetchval("SELECT 1 / 0")
        except Problem:
            return bool(await database.fetchval(provider_id, query) == [provider_id])
        return False

    looks = [look(choose.choice(providers).id, choose.randrange(3)) for _ in range(1500)]
    seen = []
    for start in range(0, len(looks), 30):
        seen += await asyncio.gather(*looks[start : start + 30])
    assert seen == [True] * 1500
