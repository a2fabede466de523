"""Rows for tests, as plain functions: every argument can be left out, any column can be given."""

import secrets
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlmodel import SQLModel

from app.base.identifiers import new_reference, uuid7
from app.db.tables.accounts import Account, HostedDomain
from app.db.tables.clients import ApiClient
from app.db.tables.contacts import Contact
from app.db.tables.events import Event
from app.db.tables.policies import PolicyVersion
from app.db.tables.providers import Provider
from app.db.tables.resellers import Reseller
from app.db.tables.staff import Staff
from app.db.tables.tickets import Ticket
from app.db.tables.webhooks import Delivery

NOW = datetime(2026, 2, 10, 15, 0, tzinfo=UTC)
_NAMES = "abcdefghijklmnopqrstuvwxyz"

RowType = TypeVar("RowType", bound=SQLModel)


async def insert(connection: asyncpg.Connection, row: RowType) -> RowType:
    table: Any = type(row).__table__  # type: ignore[attr-defined] # SQLModel makes it, and does not say so
    columns = [column for column in table.columns if column.computed is None and column.name != "transaction"]
    names = ", ".join(f'"{column.name}"' for column in columns)
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    attributes = [table_key(type(row), column.name) for column in columns]
    await connection.execute(
        f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', *(getattr(row, name) for name in attributes)
    )
    return row


def table_key(model: type[SQLModel], column: str) -> str:
    return column if column != "metadata" else "metadata_"


def new_id() -> UUID:
    return uuid7(datetime.now(UTC))


def _name() -> str:
    return "".join(secrets.choice(_NAMES) for _ in range(8))


async def provider(connection: asyncpg.Connection, **given: Any) -> Provider:
    name = _name()
    known = {"id": new_id(), "slug": name, "name": name.title(), "prefix": name.upper(), **_dated()}
    return await insert(connection, Provider(**known | given))


async def account(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Account:
    known = _of(provider_id) | _dated() | {"number": _name().upper(), "holder": "Maple Cycles", "product": "shared"}
    return await insert(connection, Account(**known | given))


async def hosted_domain(connection: asyncpg.Connection, account: Account, **given: Any) -> HostedDomain:
    known = _of(account.provider_id) | _dated() | {"account_id": account.id, "name": f"{_name()}.example"}
    return await insert(connection, HostedDomain(**known | given))


async def contact(connection: asyncpg.Connection, account: Account, **given: Any) -> Contact:
    known = _of(account.provider_id) | _dated()
    known |= {
        "account_id": account.id,
        "role": "primary",
        "token_role": "primary_contact",
        "email": f"{_name()}@example.com",
    }
    return await insert(connection, Contact(**known | given))


async def reseller(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Reseller:
    known = _of(provider_id) | _dated() | {"number": _name().upper(), "name": "Northlight"}
    return await insert(connection, Reseller(**known | given))


async def api_client(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> ApiClient:
    known = _of(provider_id) | _dated() | {"name": _name(), "scopes": ["submit", "events"], "secret_hash": b"none"}
    return await insert(connection, ApiClient(**known | given))


async def staff(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Staff:
    known = _of(provider_id) | _dated()
    known |= {"email": f"{_name()}@desk.example", "name": "Ada", "role": "staff", "level": 1}
    return await insert(connection, Staff(**known | given))


async def policy_version(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> PolicyVersion:
    known = _of(provider_id) | {"number": 1, "document": "{}", "source": "{}", "digest": b"\0" * 32}
    known |= {"effective_from": NOW, "published_by": "admin", "created_at": NOW}
    return await insert(connection, PolicyVersion(**known | given))


async def ticket(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Ticket:
    known = _of(provider_id) | _dated()
    known |= {
        "reference": new_reference("TST"),
        "status": "open",
        "outcome": "accepted",
        "coverage": "covered",
        "work_gate": "open",
        "fee": {"kind": "none", "amount": "0.00", "currency": "CAD"},
        "channel": "helpdesk",
        "subject": "Checkout is dead",
        "decision": {},
        "policy_version": 1,
        "settings_revision": 0,
        "received_at": NOW,
        "decided_at": NOW,
    }
    return await insert(connection, Ticket(**known | given))


async def event(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Event:
    known = _of(provider_id) | {"subject_kind": "ticket", "subject_id": new_id(), "seq": 1, "type": "ticket.opened"}
    known |= {"actor_kind": "system", "occurred_at": NOW}
    return await insert(connection, Event(**known | given))


def _of(provider_id: UUID) -> dict[str, Any]:
    return {"provider_id": provider_id, "id": new_id()}


def _dated() -> dict[str, Any]:
    return {"created_at": NOW, "updated_at": NOW}


async def delivery(connection: asyncpg.Connection, provider_id: UUID, **given: Any) -> Delivery:
    known = _of(provider_id) | _dated() | {"kind": "mail", "target": {}, "payload": {}, "next_at": NOW}
    return await insert(connection, Delivery(**known | given))
