"""How a command writes: all its rows, its event and its stored answer in one statement, so in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.base.errors import Fault, Problem
from app.db.pool import Database
from app.db.problems import violated_constraint
from app.schemas.idempotency import IdempotentRequest, StoredAnswer

Values = Mapping[str, Any]
Rows = Sequence[Values]
Row = tuple[str, UUID]
"""A table and the id of one of its rows."""

_KEPT_FOR: Final = "interval '24 hours'"
_FIRST: Final = frozenset(
    (
        *("pk_idempotency_key", "uq_event_provider_id_subject_kind_subject_id_seq", "uq_notice_open_incident"),
        "ck_reseller_below_others",
    )
)
"""Constraints that tell who came first: for a key, for the next change of a subject, for the outage of a server, with a
place above others."""
_KEYS: Final = {"clock": ("provider_id", "ticket_id", "metric", "cycle")}
"""Tables whose rows are written over when they are there already."""
_SEARCHED: Final = {
    "ticket": "search_of_ticket(new.reference, new.external_ref, new.subject, new.language)",
    "message": "search_of_message(new.body, new.language)",
}
"""What new rows are found by. Handed in, it is planned with the statement; a trigger would take longer."""
_KEYED: Final = f"""
keyed AS (
  INSERT INTO idempotency_key
    (provider_id, principal, key, fingerprint, status, headers, body, created_at, expires_at)
  SELECT $1, $3, $4, $5, $6, $7, $8, $9::timestamptz, $9::timestamptz + {_KEPT_FOR} FROM guard RETURNING 1)"""


class Overtaken(Exception):  # noqa: N818 - it reads as what happened
    """Something else was written first; nothing of this was. Gather the facts again.

    `refusal` is what to say when that does not help, `row` the one that has changed meanwhile.
    """

    def __init__(self, refusal: Problem | None = None, row: Row | None = None) -> None:
        super().__init__()
        self.refusal = refusal
        self.row = row


@dataclass(slots=True)
class Update:
    """New values of one row, if it still has the version that they rest on. Its version goes up by one.

    Nobody changes one.
    """

    table: str
    id: UUID
    version: int
    values: Values
    told: str | None = None
    """A column of JSON that the events of the command repeat as it then is, but for the members they give there."""


SAME: Final[Values] = {}
"""In a row of an event: what the updated row, or the new ticket, has in the column of this name, without a change."""


@dataclass(slots=True)
class Along:
    """New values of the rows that have these values now, whatever their version; it goes up by one for each event.

    Nobody changes one.
    """

    table: str
    where: Values
    values: Values
    events: int = 1


@dataclass(frozen=True, slots=True)
class Files:
    """Uploaded files that a ticket or one of its messages now names: the uploader's own, named by nothing yet."""

    ids: Sequence[UUID]
    uploaded_by: str
    uploaded_after: datetime
    ticket: UUID
    message: UUID | None


@dataclass(slots=True)
class Command:
    """What a command writes. Rows of one table have the same columns; `along` and `each` happen before `inserts`.

    Nobody changes one.
    """

    inserts: Mapping[str, Rows] = field(default_factory=dict)
    update: Update | None = None
    along: Sequence[Along] = ()
    answer: StoredAnswer | None = None
    repeat: IdempotentRequest | None = None
    files: Files | None = None
    each: Mapping[str, Rows] = field(default_factory=dict)
    """New values of many rows by table, each with its id; their versions go up by one."""
    removed: Row | None = None
    """The row that goes for good."""
    told: str | None = None
    """A column of JSON of the new ticket that the events of the command repeat, but for the members they give there."""


async def carry_out(database: Database, provider_id: UUID, command: Command, now: datetime) -> None:
    """Write it all or nothing; Overtaken where the row has changed meanwhile or the key was just used."""
    inserts = {table: rows for table, rows in command.inserts.items() if rows}
    each = {table: rows for table, rows in command.each.items() if rows}
    update, repeat, answer = command.update, command.repeat, command.answer
    keyed = repeat is not None and answer is not None
    shape, many = _shape(inserts), _shape(each)
    along = tuple((one.table, tuple(one.where), tuple(one.values), one.events) for one in command.along)
    files = command.files
    update_shape = (update.table, tuple(update.values), update.told) if update else None
    removed = command.removed
    statement = _statement(
        *(shape, update_shape, along, many, keyed),
        files=files is not None,
        removed=removed[0] if removed else None,
        told=command.told,
    )
    args: list[Any] = [provider_id, update.version if update else 0]
    if repeat is not None and answer is not None:
        headers = dict(answer.headers)
        body = None if answer.secret else answer.body
        args += [repeat.principal, repeat.key, repeat.fingerprint, answer.status, headers, body, now]
    if update is not None:
        args += [update.id, dict(update.values)]
    for one in command.along:
        args += [dict(one.where), dict(one.values)]
    args += [*each.values(), *inserts.values()]
    if files is not None:
        args += [[str(id_) for id_ in files.ids], files.uploaded_by, files.uploaded_after, files.ticket, files.message]
    if removed is not None:
        args += [removed[1]]
    try:
        done = await database.fetchrow(provider_id, statement, *args)
    except Problem as problem:
        if violated_constraint(problem) in _FIRST:
            raise Overtaken from None
        if keyed and getattr(problem.__cause__, "sqlstate", None) == "55P03":
            raise Problem("idempotency_in_progress") from problem
        raise
    assert done is not None
    if files is not None and (missing := set(files.ids) - set(map(UUID, done["files"]))):
        # Perhaps this very request named them a moment ago.
        raise Overtaken(_no_such_files(files.ids, missing))
    if not done["guarded"]:
        raise Overtaken(row=(update.table, update.id) if update is not None else None)


def _no_such_files(ids: Sequence[UUID], missing: set[UUID]) -> Problem:
    message = "There is no such file of yours, or something names it already."
    faults = [Fault(f"/attachments/{n}", "unknown", message) for n, id_ in enumerate(ids) if id_ in missing]
    return Problem("invalid", errors=faults)


Shape = tuple[tuple[str, tuple[str, ...]], ...]


def _shape(rows_of: Mapping[str, Rows]) -> Shape:
    return tuple((table, tuple(rows[0])) for table, rows in rows_of.items())


@lru_cache(maxsize=256)
def _statement(
    inserts: Shape,
    update: tuple[str, tuple[str, ...], str | None] | None,
    along: tuple[tuple[str, tuple[str, ...], tuple[str, ...], int], ...],
    each: Shape,
    keyed: bool,
    *,
    files: bool,
    removed: str | None,
    told: str | None,
) -> str:
    place = 10 if keyed else 3
    last = place + (2 if update else 0) + 2 * len(along) + len(each) + len(inserts)
    parts: list[str] = [_wanted_files(last)] if files else []
    condition = f"(SELECT count(*) FROM wanted) = cardinality(${last}::text[])" if files else "true"
    if update is None:
        parts.append(f"guard AS (SELECT 1 FROM (SELECT $1::uuid, $2::bigint) AS nothing_to_guard WHERE {condition})")
    else:
        parts.append(_guard(*update, place, condition))
        place += 2
    if keyed:
        parts.append(_KEYED)
    for n, one in enumerate(along):
        parts.append(_along(n, *one, place))
        place += 2
    for n, (table, columns) in enumerate(each):
        parts.append(_each(n, table, columns, place))
        place += 1
    repeated = update[2] if update is not None else None
    # What is joined or counted is written first: of two requests with one key, the second shall fail by the key.
    first = ["guard", "keyed"] if keyed and repeated is not None else ["keyed"] if keyed else ["guard"]
    counted = [*(f"along_{n}" for n in range(len(along))), *(f"each_{n}" for n in range(len(each)))]
    before = ", ".join([*first, *(f"(SELECT count(*) FROM {part}) AS after_{part}" for part in counted)])
    for table, columns in inserts:
        values = {column: f'new."{column}"' for column in columns}
        if table in _SEARCHED:
            values["search"] = _SEARCHED[table]
        if table == "event" and told is not None:
            values[told] = _repeated(told, f'(SELECT "{told}" FROM new_ticket)')
        elif table == "event" and repeated is not None:
            values[repeated] = _repeated(repeated, f'guard."{repeated}"')
        parts.append(_insert(table, values, place, before, told if table == "ticket" else None))
        place += 1
    if files:
        parts.append(_named_files(last))
        last += 5
    if removed is not None:
        parts.append(f"""gone AS (
  DELETE FROM {removed} AS row USING guard WHERE row.provider_id = $1 AND row.id = ${last} RETURNING 1)""")
    found = ", (SELECT coalesce(jsonb_agg(id), '[]') FROM wanted) AS files" if files else ""
    return "WITH " + ",\n".join(parts) + f"\nSELECT (SELECT count(*) FROM guard) AS guarded{found}"


def _wanted_files(place: int) -> str:
    """Locked: whoever names one of them at the same moment waits, and then finds it named."""
    return f"""wanted AS MATERIALIZED (
  SELECT id FROM attachment
  WHERE provider_id = $1 AND id = ANY(${place}::text[]::uuid[]) AND uploaded_by = ${place + 1} AND ticket_id IS NULL
    AND created_at > ${place + 2}
  ORDER BY id FOR UPDATE)"""


def _named_files(place: int) -> str:
    return f"""named AS (
  UPDATE attachment AS row SET ticket_id = ${place + 3}, message_id = ${place + 4} FROM guard
  WHERE row.provider_id = $1 AND row.id = ANY(${place}::text[]::uuid[]) RETURNING 1)"""


def _guard(table: str, columns: tuple[str, ...], told: str | None, place: int, condition: str) -> str:
    values = ", ".join(f'"{column}" = new."{column}"' for column in columns)
    return f"""guard AS (
  UPDATE {table} AS row SET {values}, version = row.version + 1
  FROM jsonb_populate_record(NULL::{table}, ${place + 1}) AS new
  WHERE row.provider_id = $1 AND row.id = ${place} AND row.version = $2 AND {condition}
  RETURNING {f'row."{told}"' if told is not None else "1"})"""


def _along(n: int, table: str, where: tuple[str, ...], columns: tuple[str, ...], events: int, place: int) -> str:
    values = ", ".join(f'"{column}" = new."{column}"' for column in columns)
    same = " AND ".join(f'row."{column}" = now."{column}"' for column in where)
    return f"""along_{n} AS (
  UPDATE {table} AS row SET {values}, version = row.version + {events}
  FROM guard, jsonb_populate_record(NULL::{table}, ${place}) AS now,
       jsonb_populate_record(NULL::{table}, ${place + 1}) AS new
  WHERE row.provider_id = $1 AND {same} RETURNING 1)"""


def _each(n: int, table: str, columns: tuple[str, ...], place: int) -> str:
    values = ", ".join(f'"{column}" = new."{column}"' for column in columns if column != "id")
    return f"""each_{n} AS (
  UPDATE {table} AS row SET {values}, version = row.version + 1
  FROM guard, jsonb_populate_recordset(NULL::{table}, ${place}) AS new
  WHERE row.provider_id = $1 AND row.id = new.id RETURNING 1)"""


def _insert(table: str, values: Mapping[str, str], place: int, before: str, told: str | None) -> str:
    """`values`: what goes into each column; `before`: one row, once all that comes first is written."""
    names = ", ".join(f'"{column}"' for column in values)
    over = ""
    if table in _KEYS:
        replaced = ", ".join(f'"{c}" = excluded."{c}"' for c in values if c not in _KEYS[table])
        over = f" ON CONFLICT ({', '.join(_KEYS[table])}) DO UPDATE SET {replaced}"
    returned = f' RETURNING "{told}"' if told is not None else ""
    return f"""new_{table} AS (
  INSERT INTO "{table}" ({names})
  SELECT {", ".join(values.values())}
  FROM {before}, jsonb_populate_recordset(NULL::"{table}", ${place}) AS new{over}{returned})"""


def _repeated(column: str, told: str) -> str:
    return f"""CASE WHEN new."{column}" = '{{}}' THEN {told} ELSE {told} || new."{column}" END"""
