"""Many tickets at once, made in the database itself: like one that is there, each with an id and a name of its own."""

from collections.abc import Mapping

import asyncpg

RESELLERS = 1_000
"""Accounts that a long history belongs to, with one contact each."""
_STEP = 50_000
_WIDTH = 40
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'search' ORDER BY attnum"""
_OWN_ID = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_COPY: Mapping[str, str] = {"id": _OWN_ID, "reference": "'MEX-' || n", "external_ref": "NULL"}
_THINGS = "'mail', 'invoice', 'backup', 'certificate', 'domain', 'server', 'login', 'quota', 'upload', 'cron'"
_WORDS = f"(ARRAY[{_THINGS}])[1 + {{}} % 10]"
# Lean rows: what was decided once is not read again by anything that is measured.
_PAST: Mapping[str, str] = {
    **_COPY,
    "account_id": f"('00000000-0000-7000-9000-' || lpad(to_hex(n % {RESELLERS}), 12, '0'))::uuid",
    "contact_id": "NULL",
    "status": "'closed'",
    "subject": f"'Trouble with ' || {_WORDS.format('n')} || ' and ' || {_WORDS.format('n / 10')} || ' number ' || n",
    "decision": "'{}'::jsonb",
    "state": "'{}'::jsonb",
    "received_at": "t.received_at - n * interval '1 minute'",
    "created_at": "t.created_at - n * interval '1 minute'",
    "updated_at": "t.updated_at - n * interval '1 minute'",
    "resolved_at": "t.received_at - n * interval '1 minute'",
    "closed_at": "t.received_at - n * interval '1 minute'",
    "next_due_at": "NULL",
    "wake_at": "NULL",
}
_RESELLER: Mapping[str, str] = {
    "id": "('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid",
    "number": "'B' || n",
    "external_ref": "NULL",
}
_CONTACT: Mapping[str, str] = {
    "id": "('00000000-0000-7000-a000-' || lpad(to_hex(n), 12, '0'))::uuid",
    "account_id": _RESELLER["id"],
    "external_ref": "NULL",
}
_LIKE = "(t.provider_id, t.id) = (SELECT provider_id, id FROM {table} WHERE {column} = $1 ORDER BY id LIMIT 1)"
_PEER_TICKETS = """
INSERT INTO helpdesk_ticket (id, title, created, modified, submitter_email, status, on_hold, description, priority,
  queue_id, secret_key)
SELECT n, title, created, modified, submitter_email, status, on_hold, description, priority, queue_id,
  md5(n::text) || left(md5(n::text), 4)
FROM (SELECT * FROM helpdesk_ticket ORDER BY id LIMIT 1) AS t,
  generate_series(1000001, 1000000 + $1::int) AS n"""
_PEER_WORDS = """
INSERT INTO helpdesk_followup (date, title, comment, public, ticket_id, user_id)
SELECT f.date, f.title, f.comment, f.public, t.id, f.user_id
FROM (SELECT * FROM helpdesk_followup ORDER BY id LIMIT 1) AS f, helpdesk_ticket AS t WHERE t.id > 1000000"""


async def add_resellers(connection: asyncpg.Connection, like: str, contact: str) -> None:
    """Accounts like the one with this number, each with a contact like the one with this address."""
    await _filled(connection, "account", _RESELLER, ("number", like), -1, RESELLERS - 1)
    await _filled(connection, "contact", _CONTACT, ("email", contact), -1, RESELLERS - 1)
    await connection.execute("ANALYZE account, contact")


async def end_open(connection: asyncpg.Connection, like: str, but: int) -> None:
    """Of the tickets with this subject only the oldest few stay open, so that the backlog is as it was."""
    await connection.execute(
        """UPDATE ticket SET status = 'closed', closed_at = updated_at, next_due_at = NULL, wake_at = NULL
           WHERE subject = $1 AND status <> 'closed' AND id NOT IN (
             SELECT id FROM ticket WHERE subject = $1 AND status <> 'closed' ORDER BY id LIMIT $2)""",
        like,
        but,
    )


async def add_history(connection: asyncpg.Connection, first: int, last: int, like: str) -> None:
    """Closed tickets number `first` + 1 to `last`, of many accounts, back through time."""
    await _filled(connection, "ticket", _PAST, ("subject", like), first, last)
    await connection.execute("VACUUM ANALYZE", timeout=3600)


async def fill_peer(connection: asyncpg.Connection, tickets: int) -> None:
    await connection.execute(_PEER_TICKETS, tickets, timeout=600)
    await connection.execute(_PEER_WORDS, timeout=600)
    await connection.execute("SELECT setval(pg_get_serial_sequence('helpdesk_ticket', 'id'), 3000000)")
    await connection.execute("VACUUM ANALYZE", timeout=600)


async def _filled(
    connection: asyncpg.Connection, table: str, own: Mapping[str, str], like: tuple[str, str], first: int, last: int
) -> None:
    columns = [row["attname"] for row in await connection.fetch(_COLUMNS, table)]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(own.get(column, f't."{column}"') for column in columns)
    where = _LIKE.format(table=table, column=like[0])
    made = f"FROM {table} AS t, generate_series($2::int, $3::int) AS n WHERE {where}"
    statement = f"INSERT INTO {table} ({names}) SELECT {values} {made}"
    for start in range(first, last, _STEP):
        end = min(start + _STEP, last)
        await connection.execute(statement, like[1], start + 1, end, timeout=1200)
        done = _WIDTH * (end - first) // (last - first)
        print(f"\r{end:>9} {table}s [{'#' * done}{'.' * (_WIDTH - done)}]", end="", flush=True)
    print()
