"""`clausedesk inbound`: a mail on stdin, as a mail server pipes it, and the exit codes that it understands."""

import asyncio
import json
import os
from pathlib import Path

import asyncpg
import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli.inbound import inbound
from tests import factories
from tests.frontdesk import FrontDesk
from tests.mail.made import mail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


async def _pipe(dsn: str, folder: Path, provider: str, content: bytes) -> Result:
    app = typer.Typer()
    app.command()(inbound)
    known = {"DATABASE_URL": dsn, "CLAUSEDESK_DATA_DIR": str(folder)}
    # In a thread of its own, since the command has its own event loop.
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["--provider", provider], input=content, env=known))


async def test_a_piped_mail_is_taken_in_once(front: FrontDesk, owner_dsn: str, folder: Path) -> None:
    provider = await front.provider()
    await factories.api_client(front.owner, provider.id, scopes=["inbound"])
    content = mail("Subject: Hello\nAuto-Submitted: auto-replied")
    first = await _pipe(owner_dsn, folder, provider.slug, content)
    again = await _pipe(owner_dsn, folder, provider.slug, content)
    assert (first.exit_code, again.exit_code) == (0, 0), first.output
    assert json.loads(first.stdout)["state"] == "ignored"
    assert first.stdout == again.stdout


async def test_the_mail_server_keeps_what_we_could_not_take(
    owner: asyncpg.Connection, owner_dsn: str, folder: Path
) -> None:
    provider = await factories.provider(owner)
    for slug, dsn, said in (
        ("nobody", owner_dsn, "There is no provider 'nobody' here"),
        (provider.slug, owner_dsn, "make one: clausedesk client create mail"),
        (provider.slug, "postgresql://127.0.0.1:9/none", "database"),
    ):
        told = await _pipe(dsn, folder, slug, mail())
        assert told.exit_code == os.EX_TEMPFAIL
        assert said in told.stderr
