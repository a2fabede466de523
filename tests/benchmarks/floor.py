"""Floor B: the least a ticket service on this stack can do. FastAPI, raw asyncpg, HS256, a few inserts, no policy."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, FastAPI, Header, HTTPException, Query
from jose import JWTError, jwt
from pydantic import BaseModel, Field

SECRET = "floor-of-the-benchmark"

TABLES = """
CREATE TABLE IF NOT EXISTS floor_ticket (
    id uuid PRIMARY KEY, account_id uuid NOT NULL, subject text NOT NULL, body text NOT NULL,
    status text NOT NULL, priority text NOT NULL, due_at timestamptz, created_at timestamptz NOT NULL);
CREATE INDEX IF NOT EXISTS floor_ticket_account ON floor_ticket (account_id, id DESC);
CREATE TABLE IF NOT EXISTS floor_message (
    id uuid PRIMARY KEY, ticket_id uuid NOT NULL REFERENCES floor_ticket, body text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS floor_event (
    id uuid PRIMARY KEY, ticket_id uuid NOT NULL REFERENCES floor_ticket, kind text NOT NULL,
    at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS floor_outbox (
    id uuid PRIMARY KEY, ticket_id uuid NOT NULL REFERENCES floor_ticket, kind text NOT NULL,
    at timestamptz NOT NULL);
"""


class TicketIn(BaseModel):
    subject: str = Field(max_length=500)
    body: str = Field(max_length=100_000)
    topic: str


class MessageIn(BaseModel):
    body: str = Field(max_length=100_000)


class MessageOut(MessageIn):
    id: uuid.UUID
    ticket_id: uuid.UUID
    at: datetime


class QuoteIn(BaseModel):
    minutes: int = Field(ge=1, le=10_000)


class QuoteOut(BaseModel):
    blocks: int
    total: Decimal
    currency: str


class TicketOut(BaseModel):
    id: uuid.UUID
    account_id: uuid.UUID
    subject: str
    body: str
    status: str
    priority: str
    due_at: datetime | None
    created_at: datetime


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = await asyncpg.create_pool(os.environ["FLOOR_DSN"], min_size=8, max_size=8)
    async with app.state.pool.acquire() as connection:
        await connection.execute(TABLES)
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=_lifespan)


def token(account: uuid.UUID) -> str:
    return str(jwt.encode({"sub": str(account), "exp": 4102444800}, SECRET, algorithm="HS256"))


async def _account(authorization: Annotated[str, Header()]) -> uuid.UUID:
    try:
        return uuid.UUID(jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])["sub"])
    except JWTError as refused:
        raise HTTPException(401) from refused


Account = Annotated[uuid.UUID, Depends(_account)]


@app.post("/tickets", status_code=201)
async def open_ticket(ticket: TicketIn, account: Account) -> TicketOut:
    now, id_ = datetime.now(UTC), uuid.uuid4()
    out = TicketOut(
        id=id_,
        account_id=account,
        subject=ticket.subject,
        body=ticket.body,
        status="open",
        priority="medium",
        due_at=now,
        created_at=now,
    )
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO floor_ticket VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", *out.model_dump().values()
        )
        await connection.execute("INSERT INTO floor_event VALUES ($1, $2, $3, $4)", uuid.uuid4(), id_, "opened", now)
        await connection.execute("INSERT INTO floor_outbox VALUES ($1, $2, $3, $4)", uuid.uuid4(), id_, "opened", now)
    return out


@app.get("/tickets/{id_}")
async def read_ticket(id_: uuid.UUID, account: Account) -> TicketOut:
    async with app.state.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM floor_ticket WHERE id = $1 AND account_id = $2", id_, account)
    if row is None:
        raise HTTPException(404)
    return TicketOut(**row)


@app.get("/tickets")
async def list_tickets(account: Account, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> list[TicketOut]:
    async with app.state.pool.acquire() as connection:
        rows: list[Any] = await connection.fetch(
            "SELECT * FROM floor_ticket WHERE account_id = $1 ORDER BY id DESC LIMIT $2", account, limit
        )
    return [TicketOut(**row) for row in rows]


@app.post("/tickets/{id_}/messages", status_code=201)
async def reply(id_: uuid.UUID, message: MessageIn, account: Account) -> MessageOut:
    now = datetime.now(UTC)
    out = MessageOut(id=uuid.uuid4(), ticket_id=id_, body=message.body, at=now)
    async with app.state.pool.acquire() as connection, connection.transaction():
        known = await connection.fetchval("SELECT 1 FROM floor_ticket WHERE id = $1 AND account_id = $2", id_, account)
        if known is None:
            raise HTTPException(404)
        await connection.execute("INSERT INTO floor_message VALUES ($1, $2, $3, $4)", out.id, id_, out.body, now)
        await connection.execute("INSERT INTO floor_event VALUES ($1, $2, $3, $4)", uuid.uuid4(), id_, "replied", now)
        await connection.execute("INSERT INTO floor_outbox VALUES ($1, $2, $3, $4)", uuid.uuid4(), id_, "replied", now)
    return out


@app.post("/quotes")
async def quote(asked: QuoteIn, _: Account) -> QuoteOut:
    blocks = -(-asked.minutes // 15)
    return QuoteOut(blocks=blocks, total=blocks * Decimal("37.50"), currency="CAD")
