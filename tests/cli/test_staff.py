"""`clausedesk staff add`: somebody who can then do everything else by the API."""

import asyncio
from pathlib import Path

import asyncpg
import typer
from typer.testing import CliRunner, Result

from app.cli.staff import add
from app.db.tables.providers import Provider


async def test_the_first_administrator_is_added_once(
    owner: asyncpg.Connection, owner_dsn: str, provider: Provider, tmp_path: Path
) -> None:
    app = typer.Typer()
    app.command()(add)
    known = {"DATABASE_URL": owner_dsn, "CLAUSEDESK_DATA_DIR": str(tmp_path)}

    async def run(email: str, slug: str = provider.slug) -> Result:
        given = (email, "--provider", slug, "--name", "Ines Prado")
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, given, env=known))

    added = await run("Ines@lantern.example")
    id_, *row = await owner.fetchrow("SELECT id, email, name, role, supervisor, active FROM staff")
    told = f"ines@lantern.example is an administrator of {provider.slug}; tokens name them as {id_}.\n"
    assert (added.exit_code, added.stdout) == (0, told)
    assert tuple(row) == ("ines@lantern.example", "Ines Prado", "admin", True, True)
    assert await owner.fetchval("SELECT type || ' by ' || actor_kind FROM event") == "staff.created by system"
    again = await run("ines@lantern.example")
    assert str(again.exception) == "Something of that name exists already."
    assert (await run("nobody")).exit_code == 2
    assert "clausedesk provider add FILE" in str((await run("x@y.example", "elsewhere")).exception)
