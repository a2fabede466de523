"""Many tickets at once, made in the database itself: copies of one that is there, each with its own id and name."""

import asyncpg

_STEP = 20_000
_COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute
WHERE attrelid = 'ticket'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""
_DESK = """
INSERT INTO ticket ({columns}) SELECT {columns} FROM (
  SELECT (jsonb_populate_record(t, jsonb_build_object('id', '00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'),
    'reference', 'MEX-' || n))).*
  FROM ticket AS t, generate_series($2::int + 1, $3::int) AS n
  WHERE (t.provider_id, t.id) = (SELECT provider_id, id FROM ticket WHERE subject = $1 LIMIT 1)) AS more"""
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


async def fill_desk(connection: asyncpg.Connection, tickets: int, like: str) -> None:
    """`like`: the subject of one that is there."""
    columns = await connection.fetchval(_COLUMNS)
    for first in range(0, tickets, _STEP):
        last = min(first + _STEP, tickets)
        await connection.execute(_DESK.format(columns=columns), like, first, last, timeout=600)
        print(f"\r{last:>9} of {tickets} tickets", end="", flush=True)
    print()
    await connection.execute("VACUUM ANALYZE ticket", timeout=600)


async def fill_peer(connection: asyncpg.Connection, tickets: int) -> None:
    await connection.execute(_PEER_TICKETS, tickets, timeout=600)
    await connection.execute(_PEER_WORDS, timeout=600)
    await connection.execute("SELECT setval(pg_get_serial_sequence('helpdesk_ticket', 'id'), 3000000)")
    await connection.execute("VACUUM ANALYZE", timeout=600)
