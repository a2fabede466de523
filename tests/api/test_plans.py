"""How PostgreSQL finds what the API asks for where there is much of everything: by indexes, not by whole tables."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
from asyncpg.connection import LoggedQuery

from app.base.settings import Settings
from app.db.pool import APP_ROLE, Database, teach_json
from app.main import create_app
from tests.api.walking import Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.conftest import NewDatabase
from tests.frontdesk import FrontDesk, open_front_desk

MUCH = 10_001
"""Rows of each table that grows with the work."""
GROWING = frozenset(
    (
        *("account", "attachment", "clock", "contact", "delivery", "event", "hosted_domain", "idempotency_key"),
        *("inbound_mail", "message", "notice", "page", "quote", "secure_form", "ticket"),
    )
)
_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, EXISTS (
    SELECT FROM pg_index WHERE indrelid = a.attrelid AND indisunique AND a.attnum = ANY(indkey)) AS tells_apart
FROM pg_attribute AS a
WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'search'"""
_NEW: dict[str, str] = {
    "uuid": "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
    "timestamp with time zone": "{column} - n * interval '1 minute'",
}
_TELLING: dict[str, str] = {
    "text": "{column} || '-' || n",
    "bytea": "sha256(convert_to(n::text, 'UTF8'))",
    "bigint": "1000 + n",
    "integer": "1000 + n",
}


_MIXED: dict[tuple[str, str], str] = {
    ("ticket", "status"): "CASE n % 1000 WHEN 0 THEN 'open' ELSE 'closed' END",
    ("ticket", "level"): "1 + n % 3",
    ("ticket", "topic"): "(ARRAY['web', 'email', 'access'])[1 + n % 3]",
    ("clock", "metric"): "{column}",
    ("clock", "cycle"): "{column}",
    ("notice", "state"): "CASE n % 1000 WHEN 0 THEN 'open' ELSE 'resolved' END",
    ("notice", "kind"): "CASE n % 1000 WHEN 0 THEN 'maintenance' ELSE {column} END",
    ("page", "state"): "CASE n % 100 WHEN 0 THEN {column} ELSE 'resolved' END",
    ("page", "escalate_at"): "CASE n % 100 WHEN 0 THEN {column} END",
}
"""What tells the many from the few, or apart at all."""


async def fill(owner: asyncpg.Connection, table: str) -> None:
    """Many rows like the first, of other things and other times."""
    values = {}
    for name, type_, tells_apart in await owner.fetch(_COLUMNS, table):
        column = f'one."{name}"'
        made = None if name == "provider_id" else _NEW.get(type_) or (_TELLING.get(type_) if tells_apart else None)
        kept = f"CASE WHEN {column} IS NOT NULL THEN {made} END" if made else column
        values[f'"{name}"'] = _MIXED.get((table, name), kept).format(column=column)
    one = f'(SELECT * FROM "{table}" AS row ORDER BY pg_column_size(row) LIMIT 1) AS one'
    listed = f"SELECT {', '.join(values.values())} FROM {one}, generate_series(1, {MUCH}) AS n"
    status = await owner.execute(f'INSERT INTO "{table}" ({", ".join(values)}) {listed}')
    assert status == f"INSERT 0 {MUCH}", table


def read_whole(plan: dict[str, Any]) -> set[str]:
    """Tables that a plan reads from the beginning to the end."""
    here = {plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set()
    return here.union(*(read_whole(inner) for inner in plan.get("Plans", ())))


async def planned(app: asyncpg.Connection, statement: str) -> dict[str, Any]:
    """As it is kept for whoever asks, whatever they ask for."""
    asked = await app.prepare(statement)
    nothing = ", ".join("NULL" for _ in asked.get_parameters())
    plan = await app.fetchval(
        f"EXPLAIN (FORMAT JSON) EXECUTE {asked.get_name()}" + (f" ({nothing})" if nothing else "")
    )
    found: dict[str, Any] = plan[0]["Plan"]
    return found


_PLANNED = ("WITH", "SELECT", "INSERT", "UPDATE", "DELETE")
_FILTERS = (
    "",
    "sort=due_at",
    "sort=-updated_at",
    "status=open",
    "status=closed",
    "topic=web",
    "breached=true",
    "level=2",
)
_RARE = {
    "export_person": "their address is looked for wherever it may stand",
    "erase_person": "their address is looked for wherever it may stand",
}
"""Operations that may read whole tables, and why."""


async def everything_asked(front: FrontDesk) -> tuple[dict[str, str], Ground]:
    """Statements of every operation, and of lists of tickets whoever asks for them, with the operation."""
    said: dict[str, str] = {}
    ground = await Ground.laid(front)
    walk = Walk(operations_of(create_app(Settings()).openapi()), front.client, CALLS, ground.arrange)
    for operation in walk.operations:

        def note(query: LoggedQuery, name: str = operation.id) -> None:
            if query.query.strip().startswith(_PLANNED):
                said.setdefault(query.query, name)

        async with listening(front, note):
            await walk.answered(operation)
            if operation.id == "list_tickets":
                for who, filter_ in product(("primary", "staff", "reseller", "submit"), _FILTERS):
                    answer = await front.client.get(f"/v1/tickets?{filter_}", headers=ground.callers[who])
                    assert answer.status_code == 200, answer.text
    return said, ground


@asynccontextmanager
async def listening(front: FrontDesk, note: Callable[[LoggedQuery], None]) -> AsyncIterator[None]:
    async with front.desk.database.read(None) as connection:
        connection.add_query_logger(note)
    yield
    async with front.desk.database.read(None) as connection:
        connection.remove_query_logger(note)


async def test_no_statement_reads_a_large_table_whole(
    new_database: NewDatabase, migrated_template: str, keys_folder: Path
) -> None:
    dsn = await new_database(migrated_template)
    owner, database = await asyncpg.connect(dsn), await Database.connect(dsn, size=1)
    try:
        await teach_json(owner)
        async with open_front_desk(keys_folder, database, owner) as front:
            said, ground = await everything_asked(front)
        await owner.execute("SET session_replication_role = replica")
        for table in GROWING:
            await fill(owner, table)
        await owner.execute("ANALYZE")
    finally:
        await database.close()
        await owner.close()
    scope = {"role": APP_ROLE, "app.provider": str(ground.provider.id), "plan_cache_mode": "force_generic_plan"}
    app = await asyncpg.connect(dsn, server_settings=scope)
    try:
        await teach_json(app)
        whole = {
            statement: name for statement, name in said.items() if read_whole(await planned(app, statement)) & GROWING
        }
        control = read_whole(await planned(app, "SELECT id FROM ticket WHERE subject = $1"))
    finally:
        await app.close()
    assert len(said) > len(CALLS)
    assert control == {"ticket"}
    assert {statement: name for statement, name in whole.items() if name not in _RARE} == {}
    assert set(whole.values()) == set(_RARE), "whatever is exempt needs it"
