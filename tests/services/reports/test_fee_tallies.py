"""Tallies of fees: the report from them is what the prices themselves come to, whatever becomes of them afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from app.base.identifiers import uuid7
from app.db.fees import AMOUNTS, COUNTS, Asked, money_moved_of
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.db.tables.quotes import Payment, Quote
from app.db.tallies import Counting, count_round
from tests import factories
from tests.services.reports.counting import count_anew

NOW = factories.NOW
ZONE = "America/Toronto"
HOW = Counting(ZONE, 100, timedelta(0))
TODAY = NOW.astimezone(ZoneInfo(ZONE)).date()
LAST_MONTH = Asked(TODAY - timedelta(days=30), TODAY + timedelta(days=1), "day", ZONE, TODAY)
Told = list[tuple[Any, ...]]


class Desk:
    """Prices for tickets of two departments, whose changes are told in the log."""

    def __init__(self, owner: asyncpg.Connection, provider: Provider, worker: Database) -> None:
        self.owner, self.provider, self.worker = owner, provider.id, worker
        self.position = 0
        self.chance = Random(7)
        self.rounds = 0

    async def opened(self, department: str) -> UUID:
        ticket = await factories.ticket(self.owner, self.provider, department=department, level=1)
        return ticket.id

    async def put(self, ticket: UUID | None, edition: int, at: datetime) -> Quote:
        quote = Quote(
            provider_id=self.provider, id=uuid7(at), ticket_id=ticket, edition=edition, status="superseded",
            rule=self.chance.choice(["hourly", "restore", None]), total=Decimal(self.chance.randrange(1, 9999)) / 100,
            currency=self.chance.choice(["CAD", "USD"]), terms="capped", policy_version=1, settings_revision=0,
            requested_by="staff:7", created_at=at, updated_at=at,
        )  # fmt: skip
        await factories.insert(self.owner, quote)
        await self.told("quote", quote.id)
        return quote

    async def became(self, quote: Quote, status: str) -> None:
        consent = {"by": "x"} if status in ("consented", "settled") else None
        await self.owner.execute(
            "UPDATE quote SET status = $2, consent = $3, settled_total = $4 WHERE id = $1",
            *(quote.id, status, consent, Decimal("7.25") if status == "settled" else None),
        )
        await self.told("quote", quote.id)

    async def moved_money(self, quote: Quote, kind: str, amount: str, at: datetime) -> None:
        payment = Payment(
            provider_id=self.provider, id=uuid7(at), quote_id=quote.id, kind=kind, reference=str(uuid7(at)),
            amount=Decimal(amount), currency=quote.currency, recorded_by="x", paid_at=at, created_at=at,
        )  # fmt: skip
        await factories.insert(self.owner, payment)
        await self.told("quote", quote.id)

    async def handed_over(self, ticket: UUID, department: str) -> None:
        await self.owner.execute("UPDATE ticket SET department = $2 WHERE id = $1", ticket, department)
        await self.told("ticket", ticket)

    async def told(self, kind: str, subject: UUID) -> None:
        self.position += 1
        where = {"subject_kind": kind, "subject_id": subject, "seq": self.position, "position": self.position}
        await factories.event(self.owner, self.provider, **where, seal=b"s")

    async def counted(self, how: Counting = HOW) -> None:
        self.rounds += 1
        while await count_round(self.worker, self.provider, how, NOW + self.rounds * timedelta(minutes=1)):
            pass

    async def report(self, asked: Asked = LAST_MONTH) -> Told:
        return [tuple(row) for row in await money_moved_of(self.worker, self.provider, asked)]

    async def added_up(self) -> Told:
        """The same by hand, from every row there is."""
        sums: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(
            lambda: dict.fromkeys((*COUNTS, *AMOUNTS), Decimal(0))
        )
        quotes = await self.owner.fetch(
            "SELECT q.*, t.department, t.level FROM quote AS q LEFT JOIN ticket AS t ON t.id = q.ticket_id"
        )
        for quote in quotes:
            row, total = sums[_group(quote, quote)], quote["total"]
            row["quotes"] += 1
            row["quoted"] += total
            row["consents"] += quote["consent"] is not None
            row["consented"] += total if quote["consent"] is not None else 0
            row["waived"] += total if quote["status"] == "waived" else 0
            row["settled"] += quote["settled_total"] or 0
            for status in ("declined", "expired"):
                row[status] += quote["status"] == status
        by_id = {quote["id"]: quote for quote in quotes}
        for payment in await self.owner.fetch("SELECT * FROM payment"):
            row = sums[_group(payment, by_id[payment["quote_id"]])]
            row["paid" if payment["kind"] == "payment" else "refunded"] += payment["amount"]
        told = [(*group, *(row[name] for name in (*COUNTS, *AMOUNTS))) for group, row in sums.items()]
        return sorted(told, key=_order)


def _group(dated: asyncpg.Record, priced: asyncpg.Record) -> tuple[Any, ...]:
    day = dated["created_at"].astimezone(ZoneInfo(ZONE)).date()
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE))
    return begins, dated["currency"], priced["rule"], priced["department"], priced["level"]


def _order(row: Sequence[Any]) -> list[tuple[bool, Any]]:
    """As PostgreSQL has it: nothing comes last."""
    return [(value is None, value if value is not None else 0) for value in row[:5]]


@pytest.fixture
def desk(owner: asyncpg.Connection, provider: Provider, worker_database: Database) -> Desk:
    return Desk(owner, provider, worker_database)


async def test_the_report_comes_to_what_the_prices_come_to_whatever_becomes_of_them(desk: Desk) -> None:
    tickets = [await desk.opened(department) for department in ("support", "billing")]
    days = [NOW - timedelta(days=n, hours=n) for n in (0, 1, 2, 5, 5, 9, 20)]
    quotes = [await desk.put(ticket, n, at) for n, at in enumerate(days, 1) for ticket in (*tickets, None)]
    assert await desk.report() == await desk.added_up(), "before anything was counted"
    await desk.counted()
    assert await desk.report() == await desk.added_up()
    for status in ("consented", "declined", "expired", "waived", "settled"):
        for quote in desk.chance.sample(quotes, 3):
            await desk.became(quote, status)
    for quote in desk.chance.sample(quotes, 5):
        await desk.moved_money(quote, "payment", "12.50", NOW - timedelta(days=desk.chance.randrange(12)))
        await desk.moved_money(quote, "refund", "2.25", NOW - timedelta(days=desk.chance.randrange(12)))
    await desk.handed_over(tickets[0], "sales")
    assert await desk.report() != await desk.added_up(), "days that are over are read from what was counted"
    await desk.counted()
    followed = await desk.report()
    assert followed == await desk.added_up()
    # A round that finds nothing new, and one that finds everything new.
    for _ in range(2):
        await desk.counted()
        assert await desk.report() == followed
        await count_anew(desk.worker, desk.provider)
    assert await desk.report() == followed


async def test_days_are_those_of_the_policys_zone_and_move_with_it(desk: Desk) -> None:
    await desk.put(None, 1, NOW.replace(hour=2) - timedelta(days=5))
    for zone, days in (("America/Toronto", 6), ("Asia/Kolkata", 5)):
        await desk.counted(Counting(zone, 100, timedelta(0)))
        found = await desk.owner.fetch("SELECT day, quotes FROM fee_tally")
        assert [tuple(row) for row in found] == [(NOW.date() - timedelta(days=days), 1)], zone
    # Under a zone that they were not counted by, days are read themselves.
    assert [row[5] for row in await desk.report()] == [1]
    await desk.owner.execute("UPDATE fee_tally SET quotes = 7")
    assert [row[5] for row in await desk.report()] == [1]


async def test_days_still_to_be_counted_are_read_themselves(desk: Desk) -> None:
    for n in range(4):
        await desk.put(None, 1, NOW - timedelta(days=5 + n))
    one = Counting(ZONE, 1, timedelta(0))
    rounds = 0
    while await count_round(desk.worker, desk.provider, one, NOW):
        rounds += 1
        assert await desk.owner.fetchval("SELECT count(*) FROM fee_tally") == rounds
        assert await desk.report() == await desk.added_up()
    assert rounds == 3


async def test_a_worker_of_the_version_before_takes_nothing_away(desk: Desk) -> None:
    quote = await desk.put(None, 1, NOW - timedelta(days=5))
    await desk.counted()
    await desk.became(quote, "waived")
    # It counts tickets and clocks up to the end of the log, and knows of no others.
    await desk.owner.execute("UPDATE tally SET position = $1, stale = '{}'", desk.position)
    await desk.counted()
    assert await desk.report() == await desk.added_up()


async def test_a_year_is_told_by_months(desk: Desk) -> None:
    for days in (0, 40, 41, 300):
        await desk.put(None, 1, NOW - timedelta(days=days))
    await desk.counted()
    year = Asked(date(NOW.year - 1, NOW.month, 1), LAST_MONTH.last, "month", ZONE, TODAY)
    told = await desk.report(year)
    assert sum(row[5] for row in told) == 4
    assert {row[0].astimezone(ZoneInfo(ZONE)).day for row in told} == {1}
