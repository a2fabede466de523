"""Years of a desk's history by COPY: tickets like one that is there, with what was said, decided and promised of them.

Ids and times go together, as they do where ids are made in the order of time. A few accounts have many times what most
have. Each thing that tickets are about is named half as often as the one before it: from every fifth to 1 of 5,000.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO

import asyncpg

EVERY = 50
EACH = 200
YEARS = timedelta(days=730)
_STEP, _CONNECTIONS, _WIDTH = 20_000, 2, 40
_SUBJECTS, _BODIES = 20_000, 2_000
THINGS = ("server", "certificate", "backup", "mail", "domain", "invoice", "login", "quota", "upload", "cron", "shop")
"""What they are about, the most frequent first."""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'search' ORDER BY attnum"""
# Keys stay, for others refer to them, and rows come in their order.
_INDEXES = """
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index AS i
WHERE i.indrelid = ANY($1::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY pg_get_indexdef(i.indexrelid) ~ 'USING gin' DESC"""
_TABLES = ("ticket", "message", "event", "clock")
_SEARCHED = ("ticket", "message")


@dataclass(frozen=True, slots=True)
class History:
    """One of EVERY that are closed has its decision, event and clocks. `told`: all of them have their message."""

    tickets: int
    open: int
    """So many of the latest are open with all that belongs to them."""
    like: str
    """Subject of the ticket that they are made like."""
    account: str = "B0"
    """Number of the account that others are made like."""
    accounts: int = 5_000
    told: bool = False
    until: datetime | None = None
    """The time of the latest; None: an hour ago."""
    steady: Sequence[str] = ()
    """Numbers of accounts that have EACH of them, however many there are in all."""
    waiting: int = 0
    """So many before those are open as well, of their own row and clocks alone, and due in a year's time."""

    def kind(self, n: int) -> str:
        """What is made of the n-th."""
        if n >= self.tickets - self.open:
            return "open"
        if n >= self.tickets - self.open - self.waiting:
            return "waiting"
        if n % EVERY == 0:
            return "closed"
        return "told" if self.told else "lean"


@dataclass(frozen=True, slots=True)
class Template:
    """A row as COPY writes it, with marks where each copy has values of its own."""

    table: str
    columns: Sequence[str]
    line: str

    @classmethod
    async def of(
        cls, connection: asyncpg.Connection, table: str, where: str, own: Mapping[str, str]
    ) -> Sequence["Template"]:
        """One for each row that is found. `own`: values by column, in COPY's form, with %(marks)s."""
        columns = [row["attname"] for row in await connection.fetch(_COLUMNS, table)]
        names = ", ".join(f'"{column}"' for column in columns)
        written = BytesIO()
        await connection.copy_from_query(f"SELECT {names} FROM {table} AS t WHERE {where}", output=written)
        found = []
        for line in written.getvalue().decode().split("\n")[:-1]:
            fields = [field.replace("%", "%%") for field in line.split("\t")]
            mixed = [own.get(column, field) for column, field in zip(columns, fields, strict=True)]
            found.append(cls(table, columns, "\t".join(mixed) + "\n"))
        if not found:
            raise LookupError(f"{table}: nothing is there that it could be made like ({where})")
        return found


# ── what differs from copy to copy ───────────────────────────────────────────
_TIMES = ("received_at", "decided_at", "created_at", "updated_at", "occurred_at", "started_at")
_THEN = dict.fromkeys(_TIMES, "%(then)s")
_TICKET = {**_THEN, "id": "%(id)s", "reference": "MEX-%(n)s", "external_ref": r"\N", "account_id": "%(account)s",
           "contact_id": r"\N", "subject": "%(subject)s"}  # fmt: skip
_CLOSED = {**_TICKET, "status": "closed", "resolved_at": "%(later)s", "closed_at": "%(later)s", "next_due_at": r"\N",
           "wake_at": r"\N", "updated_at": "%(later)s"}  # fmt: skip
_LEAN = {**_CLOSED, "decision": "{}", "state": "{}"}
_WAITING = {**_TICKET, "decision": "{}", "state": "{}", "next_due_at": "%(ahead)s", "wake_at": "%(ahead)s"}
_MESSAGE = {**_THEN, "id": "%(head)s-7001-8000-%(tail)s", "ticket_id": "%(id)s", "body": "%(body)s"}
_EVENT = {**_THEN, "id": "%(head)s-7002-8000-%(tail)s", "subject_id": "%(id)s", "position": "%(place)s",
          "seal": r"\\x73"}  # fmt: skip
_CLOCK = {**_THEN, "ticket_id": "%(id)s"}
_RUNNING = {**_CLOCK, "due_at": "%(ahead)s", "warn_at": "%(ahead)s"}
_STOPPED = {**_CLOCK, "state": "met", "stopped_at": "%(later)s", "consumed_seconds": "3600", "paused_at": r"\N",
            "warn_at": r"\N", "updated_at": "%(later)s"}  # fmt: skip


async def load(dsn: str, history: History) -> None:
    """Needs a superuser: what refers to what is not looked up for each row."""
    began = time.monotonic()
    connections = [await asyncpg.connect(dsn, command_timeout=3600) for _ in range(_CONNECTIONS)]
    for connection in connections:
        await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
        await connection.execute("SET maintenance_work_mem = '512MB'")
    accounts = await _accounts(connections[0], history)
    steady = await connections[0].fetch("SELECT id::text FROM account WHERE number = ANY($1)", list(history.steady))
    async with _without_indexes(connections), _with_words(connections[0]):
        made = Rows(
            history,
            accounts,
            [row["id"] for row in steady],
            (history.until or datetime.now(UTC) - timedelta(hours=1)).timestamp(),
        )
        await _copied(connections, history, made)
    await connections[0].execute("VACUUM ANALYZE")
    for connection in connections:
        await connection.close()
    print(f"{history.tickets} tickets in {time.monotonic() - began:.0f} s", flush=True)


async def _accounts(connection: asyncpg.Connection, history: History) -> Sequence[str]:
    """Ids of so many, in an order that has nothing to do with anything."""
    own = {"id": "%(id)s", "number": "OLD%(n)s", "external_ref": r"\N"}
    (template, *_) = await Template.of(connection, "account", f"number = '{history.account}'", own)
    there = await connection.fetchval("SELECT count(*) FROM account WHERE number ~ '^B[0-9]'")
    new = range(max(0, history.accounts - there))
    lines = [template.line % {"id": f"00000000-0000-7000-9001-{n:012x}", "n": n} for n in new]
    source = BytesIO("".join(lines).encode())
    await connection.copy_to_table("account", source=source, columns=template.columns)
    chosen = """SELECT id::text FROM account WHERE number ~ '^(B|OLD)[0-9]' AND number <> ALL($2)
      ORDER BY number ~ '^OLD', id LIMIT $1"""
    found = await connection.fetch(
        f"SELECT id FROM ({chosen}) AS chosen ORDER BY md5(id)", history.accounts, list(history.steady)
    )
    return [row["id"] for row in found]


@asynccontextmanager
async def _without_indexes(connections: Sequence[asyncpg.Connection]) -> AsyncIterator[None]:
    """To fill an index costs several times what it takes to build it."""
    found = await connections[0].fetch(_INDEXES, list(_TABLES))
    for row in found:
        await connections[0].execute(f"DROP INDEX {row['name']}")
    yield
    left = [row["definition"] for row in found]
    print(f"{len(left)} indexes", flush=True)

    async def build(connection: asyncpg.Connection) -> None:
        while left:
            await connection.execute(left.pop(0))

    await asyncio.gather(*map(build, connections))


@asynccontextmanager
async def _with_words(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """What makes the words that are searched works, though other triggers do not."""
    for table in _SEARCHED:
        await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER searched")
    yield
    for table in _SEARCHED:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER searched")
        if await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {table} TABLESAMPLE SYSTEM (2) WHERE search IS NULL)"
        ):
            raise LookupError(f"{table}: nothing of it would be found by a search")


class Rows:
    """Values of the n-th ticket and of all that belongs to it."""

    def __init__(self, history: History, accounts: Sequence[str], steady: Sequence[str], until: float) -> None:
        self._history, self._accounts, self._steady = history, accounts, steady
        self._every = history.tickets // (EACH * len(steady)) if steady else 0
        self._choose = random.Random(history.tickets)
        self._first = (until - YEARS.total_seconds()) * 1000
        self._step = YEARS.total_seconds() * 1000 / history.tickets
        self._subjects = [self._said(4) for _ in range(_SUBJECTS)]
        self._bodies = [self._said(self._choose.randrange(20, 90)) for _ in range(_BODIES)]

    def values(self, n: int) -> Mapping[str, str]:
        at = int(self._first + n * self._step)
        head, drawn = f"{at >> 16:08x}-{at & 0xFFFF:04x}", self._choose.random()
        return {
            "n": str(n),
            "head": head,
            "tail": f"{n:012x}",
            "id": f"{head}-7000-8000-{n:012x}",
            "place": str(1_000_000 + n),
            "account": self._account(n, drawn),
            "subject": self._subjects[int(_SUBJECTS * self._choose.random())],
            "body": self._bodies[int(_BODIES * self._choose.random())],
            "then": datetime.fromtimestamp(at / 1000, UTC).isoformat(),
            "ahead": datetime.fromtimestamp(at / 1000 + 3 * YEARS.total_seconds(), UTC).isoformat(),
            "later": datetime.fromtimestamp(at / 1000 + 9_000, UTC).isoformat(),
        }

    def _account(self, n: int, drawn: float) -> str:
        if self._every and n % self._every == 0:
            return self._steady[n // self._every % len(self._steady)]
        return self._accounts[int(len(self._accounts) * drawn * drawn)]

    def _said(self, words: int) -> str:
        """Of words that hardly anybody else uses, with a few of the things between them."""
        said = [f"w{self._choose.randrange(50_000)}" for _ in range(words)]
        return " ".join(said + [thing for at, thing in enumerate(THINGS) if self._choose.random() < 0.2 / 2**at])


Templates = Mapping[str, Sequence[Template]]
"""By table."""


async def _copied(connections: Sequence[asyncpg.Connection], history: History, made: Rows) -> None:
    starts = list(range(0, history.tickets, _STEP))
    kinds = await _templates(connections[0], history)
    done = 0

    async def work(connection: asyncpg.Connection) -> None:
        nonlocal done
        while starts:
            start = starts.pop(0)
            end = min(start + _STEP, history.tickets)
            chosen = [(kinds[history.kind(n)], made.values(n)) for n in range(start, end)]
            for table in _TABLES:
                lines = [template.line % own for of, own in chosen for template in of.get(table, ())]
                if lines:
                    source = BytesIO("".join(lines).encode())
                    columns = kinds["open"][table][0].columns
                    await connection.copy_to_table(table, source=source, columns=columns)
            done += end - start
            bar = _WIDTH * done // history.tickets
            print(f"\r{done:>9} tickets [{'#' * bar}{'.' * (_WIDTH - bar)}]", end="", flush=True)

    await asyncio.gather(*map(work, connections))
    print()


async def _templates(connection: asyncpg.Connection, history: History) -> Mapping[str, Templates]:
    """Of tickets as they are, and of those of which only their own row is left, or that and what was said."""
    id_ = await connection.fetchval("SELECT id FROM ticket WHERE subject = $1 ORDER BY id LIMIT 1", history.like)
    where = {"ticket": "id", "message": "ticket_id", "event": "subject_id", "clock": "ticket_id"}

    async def made(own: Mapping[str, Mapping[str, str]]) -> Templates:
        return {
            table: await Template.of(connection, table, f"{where[table]} = '{id_}'", values)
            for table, values in own.items()
        }

    said = {"message": _MESSAGE, "event": _EVENT}
    return {
        "open": await made({"ticket": _TICKET, **said, "clock": _CLOCK}),
        "closed": await made({"ticket": _CLOSED, **said, "clock": _STOPPED}),
        "waiting": await made({"ticket": _WAITING, "clock": _RUNNING}),
        "lean": await made({"ticket": _LEAN}),
        "told": await made({"ticket": _LEAN, "message": _MESSAGE}),
    }
