"""`clausedesk token`: a token that works at once, alone on stdout, or one sentence on stderr."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import typer
from typer.testing import CliRunner, Result

from app.base.actor import Principal
from app.base.clock import system_clock
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.cli.token import token
from app.db.tables.providers import Provider
from app.services.callers import Callers
from app.tokens.keys import development_keys
from tests import factories

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(owner_dsn: str, tmp_path: Path) -> Run:
    app = typer.Typer()
    app.command()(token)

    async def run(*words: str, **env: str) -> Result:
        known = {"DATABASE_URL": owner_dsn, "CLAUSEDESK_DATA_DIR": str(tmp_path)}
        # In a thread of its own, since the command has its own event loop.
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, words, env=known | env))

    return run


@pytest.fixture
def identify(tmp_path: Path) -> Callable[[Result], Awaitable[Principal]]:
    async def identify(result: Result) -> Principal:
        assert result.exit_code == 0, result.stderr
        assert result.stderr == ""
        assert result.stdout.count("\n") == 1
        callers = Callers(Settings(), development_keys(tmp_path))
        return await callers.identify(result.stdout.strip(), system_clock())

    return identify


Identify = Callable[[Result], Awaitable[Principal]]


def sentence(result: Result) -> str:
    assert result.exit_code == 69
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


async def test_a_contact_s_token_names_the_listed_contact(
    run: Run, identify: Identify, owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id, number="M1001")
    first = await factories.contact(owner, account, email="admin@maple.example")
    second = await factories.contact(owner, account, email="web@maple.example")
    words = ("--provider", provider.slug, "--role", "primary_contact", "--account")
    for named, contact in (
        (("M1001",), first),
        ((str(account.id),), first),
        (("M1001", "--contact", "Web@maple.example"), second),
        (("M1001", "--contact", str(second.id)), second),
    ):
        caller = await identify(await run(*words, *named))
        assert (caller.role, caller.account, caller.contact) == (Role.PRIMARY_CONTACT, account.id, contact.id)
        assert (caller.provider, caller.subject) == (provider.slug, contact.id)


async def test_a_staff_token_names_somebody_of_that_level_and_department(
    run: Run, identify: Identify, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.staff(owner, provider.id, level=1, departments=["support"])
    sales = await factories.staff(owner, provider.id, level=2, departments=["sales", "billing"])
    boss = await factories.staff(owner, provider.id, level=2, role="admin")
    words = ("--provider", provider.slug, "--role")
    departments = ("--department", "sales", "--department", "billing")
    assert (await identify(await run(*words, "staff", "--level", "2"))).subject == sales.id
    assert (await identify(await run(*words, "staff", *departments))).subject == sales.id
    assert (await identify(await run(*words, "admin"))).subject == boss.id
    assert "leave out --level or --department" in sentence(await run(*words, "staff", "--level", "3"))


async def test_a_provider_without_people_or_machines_is_told_how_to_add_the_first(run: Run, provider: Provider) -> None:
    words = ("--provider", provider.slug, "--role")
    for role, command in (
        ("admin", "clausedesk staff add"),
        ("staff", "clausedesk staff add"),
        ("service", "client create"),
    ):
        assert command in sentence(await run(*words, role))


async def test_a_reseller_s_token_names_the_reseller(
    run: Run, identify: Identify, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.reseller(owner, provider.id, number="R1")
    reseller = await factories.reseller(owner, provider.id, number="R2")
    words = ("--provider", provider.slug, "--role", "reseller", "--reseller")
    for name in ("R2", str(reseller.id)):
        assert (await identify(await run(*words, name))).reseller == reseller.id
    assert "no such reseller" in sentence(await run(*words, "R3"))


async def test_a_service_token_has_the_scopes_asked_for_and_no_others(
    run: Run, identify: Identify, owner: asyncpg.Connection, provider: Provider
) -> None:
    scopes = {Scope.EVENTS, Scope.INBOUND}
    machine = await factories.api_client(owner, provider.id, scopes=sorted(scopes))
    words = ("--provider", provider.slug, "--role", "service")
    caller = await identify(await run(*words, "--scope", "events"))
    assert caller.subject == machine.id
    assert caller.scopes == {Scope.EVENTS}
    assert (await identify(await run(*words))).scopes == scopes
    assert "ask for fewer" in sentence(await run(*words, "--scope", "events", "--scope", "payments"))


async def test_a_token_lives_as_long_as_asked(
    run: Run, identify: Identify, owner: asyncpg.Connection, provider: Provider
) -> None:
    await factories.staff(owner, provider.id)
    before = system_clock()
    caller = await identify(await run("--provider", provider.slug, "--role", "staff", "--ttl", "120"))
    assert caller.expires_at is not None
    assert 115 <= (caller.expires_at - before).total_seconds() <= 125


async def test_who_is_not_there_is_said_together_with_who_is(
    run: Run, owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id, number="M1001")
    await factories.contact(owner, account, email="web@maple.example")
    words = ("--provider", provider.slug, "--role")
    known = "web@maple.example (primary_contact)"
    assert known in sentence(await run(*words, "secondary_contact", "--account", "M1001"))
    assert known in sentence(await run(*words, "primary_contact", "--account", "M1001", "--contact", "x@maple.example"))
    assert "nobody" in sentence(await run(*words, "primary_contact", "--account", "M9"))
    assert "needs --account" in sentence(await run(*words, "primary_contact"))
    assert "--account says nothing" in sentence(await run(*words, "staff", "--account", "M1001"))
    assert "no provider 'nowhere'" in sentence(await run("--provider", "nowhere", "--role", "staff"))


async def test_what_keeps_it_from_working_is_one_sentence(run: Run, provider: Provider) -> None:
    words = ("--provider", provider.slug, "--role", "staff")
    assert "development" in sentence(await run(*words, CLAUSEDESK_ENVIRONMENT="production"))
    assert "DATABASE_URL" in sentence(await run(*words, DATABASE_URL="postgresql://127.0.0.1:1/none"))


async def test_without_a_running_instance_it_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    app = typer.Typer()
    app.command()(token)
    env = {"CLAUSEDESK_DATA_DIR": str(tmp_path)}
    words = ["--provider", "acme", "--role", "staff"]
    assert "make run" in sentence(await asyncio.to_thread(lambda: CliRunner().invoke(app, words, env=env)))
    assert list(tmp_path.iterdir()) == []
