"""`clausedesk client`: a secret is shown once, renewed without a gap, and opens the token endpoint."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import typer
from typer.testing import CliRunner, Result

from app.base.clock import system_clock
from app.base.settings import Settings
from app.base.vocabulary import Scope
from app.cli.clients import create, list_clients, rotate
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.services.callers import own_issuer
from app.services.oauth import ClientCredentials, IssuedToken, Mint, OAuthRefused, grant_token
from app.tokens.keys import development_keys
from tests import factories

Run = Callable[..., Awaitable[Result]]
GetToken = Callable[[str, str], Awaitable[IssuedToken]]


@pytest.fixture
def run(owner_dsn: str, tmp_path: Path, provider: Provider) -> Run:
    app = typer.Typer()
    for name, command in (("create", create), ("rotate", rotate), ("list", list_clients)):
        app.command(name)(command)
    known = {"DATABASE_URL": owner_dsn, "CLAUSEDESK_DATA_DIR": str(tmp_path)}

    async def run(*words: str) -> Result:
        # In a thread of its own, since the command has its own event loop.
        given = (*words, "--provider", provider.slug)
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, given, env=known))

    return run


@pytest.fixture
def get_token(database: Database, tmp_path: Path) -> GetToken:
    async def get_token(client_id: str, secret: str) -> IssuedToken:
        mint = Mint(development_keys(tmp_path), own_issuer(Settings()), 900, system_clock() + timedelta(minutes=1))
        return await grant_token(
            database, ClientCredentials(client_id, secret), {"grant_type": "client_credentials"}, mint
        )

    return get_token


def credentials(result: Result) -> tuple[str, str]:
    assert result.exit_code == 0, result.output
    words = dict(line.split(" ") for line in result.stdout.splitlines())
    return words["client_id"], words["client_secret"]


async def test_a_new_client_gets_tokens_with_its_scopes(run: Run, get_token: GetToken) -> None:
    made = credentials(await run("create", "billing", "--scope", "payments", "--scope", "events"))
    assert (await get_token(*made)).scopes == {Scope.PAYMENTS, Scope.EVENTS}
    with pytest.raises(OAuthRefused):
        await get_token(made[0], "a guess")


async def test_a_rotated_secret_replaces_the_old_one_after_a_while(run: Run, get_token: GetToken) -> None:
    old = credentials(await run("create", "gateway", "--scope", "inbound"))
    new = credentials(await run("rotate", "gateway"))
    assert new[0] == old[0]
    await get_token(*old)
    await get_token(*new)
    newest = credentials(await run("rotate", old[0], "--grace-hours", "0"))
    with pytest.raises(OAuthRefused):
        await get_token(*old)
    with pytest.raises(OAuthRefused):
        await get_token(*new)
    await get_token(*newest)


async def test_a_client_may_speak_for_a_reseller(
    run: Run, get_token: GetToken, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.reseller(owner, provider.id, number="R7")
    made = credentials(await run("create", "northlight", "--reseller", "R7"))
    assert (await get_token(*made)).scopes == frozenset()
    assert "reseller R7" in (await run("list")).stdout


async def test_clients_are_listed_without_their_secrets(run: Run) -> None:
    _, secret = credentials(await run("create", "monitoring", "--scope", "events"))
    listed = (await run("list")).stdout
    assert listed.rstrip().endswith("monitoring  events  never used")
    assert secret not in listed


async def test_every_change_is_recorded(run: Run, owner: asyncpg.Connection, provider: Provider) -> None:
    await run("create", "billing", "--scope", "payments")
    await run("rotate", "billing")
    events = await owner.fetch("SELECT seq, type, data FROM event WHERE subject_kind = 'client' ORDER BY seq")
    assert [(event["seq"], event["type"]) for event in events] == [(1, "client.created"), (2, "client.rotated")]
    assert events[0]["data"] == {"name": "billing", "scopes": ["payments"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "billing", "--scope", "events"), "Something of that name exists already."),
        (("create", "other", "--reseller", "R9"), "has no reseller 'R9': `GET /v1/resellers` lists those that it has."),
        (("rotate", "other"), "has no API client 'other': `clausedesk client list` names them."),
    ],
)
async def test_what_cannot_be_done_is_one_sentence(run: Run, words: tuple[str, ...], said: str) -> None:
    await run("create", "billing", "--scope", "payments")
    result = await run(*words)
    assert result.exit_code == 1
    assert str(result.exception).endswith(said)


async def test_a_client_has_scopes_or_a_reseller(run: Run) -> None:
    for words in ((), ("--scope", "events", "--reseller", "R1")):
        assert (await run("create", "billing", *words)).exit_code == 2
