"""Desks whose own checks are taken out of every statement: below row security, and without it."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.db.pool import APP_ROLE, WORKER_ROLE, Database
from tests.frontdesk import FrontDesk, open_front_desk

OF_THE_PROVIDER = re.compile(r"(?:\w+\.)?provider_id = \$1\b")
OF_THE_ACCOUNT = re.compile(r"= caller\.caller_account\b")


def unchecked(statement: str) -> str:
    return OF_THE_ACCOUNT.sub("IS NOT NULL", OF_THE_PROVIDER.sub("$1::uuid IS NOT NULL", statement))


class Unchecked(Database):
    """Asks for the rows of all providers and accounts, whoever calls."""

    async def fetch(self, provider_id: Any, statement: str, *args: object) -> list[asyncpg.Record]:
        return await super().fetch(provider_id, unchecked(statement), *args)

    async def fetchrow(self, provider_id: Any, statement: str, *args: object) -> asyncpg.Record | None:
        return await super().fetchrow(provider_id, unchecked(statement), *args)

    async def fetchval(self, provider_id: Any, statement: str, *args: object) -> Any:
        return await super().fetchval(provider_id, unchecked(statement), *args)

    async def execute(self, provider_id: Any, statement: str, *args: object) -> str:
        return await super().execute(provider_id, unchecked(statement), *args)


@pytest.fixture
async def locked(keys_folder: Path, owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[FrontDesk]:
    """As the API connects: below row security."""
    database = await Unchecked.connect(owner_dsn, role=APP_ROLE, size=4)
    async with open_front_desk(keys_folder, database, owner) as front:
        yield front
    await database.close()


@pytest.fixture
async def unlocked(keys_folder: Path, owner_dsn: str, owner: asyncpg.Connection) -> AsyncIterator[FrontDesk]:
    """As the worker connects, who sees all providers."""
    database = await Unchecked.connect(owner_dsn, role=WORKER_ROLE, size=4)
    async with open_front_desk(keys_folder, database, owner) as front:
        yield front
    await database.close()
