"""What keeps a command from its work is one sentence on stderr that says what to do, and an exit code."""

import json
import os
import re
import secrets
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.db.embedded import EmbeddedPostgres
from app.sealing.keys import new_sealing_jwk
from app.tokens.keys import DEVELOPMENT_FILE, development_keys, new_private_jwk
from tests.cli.desk import Running, clausedesk, held, sentence
from tests.conftest import NewDatabase
from tests.frontdesk import FrontDesk

SERVERS = ("serve", "demo")


@pytest.fixture
def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return str(unused.getsockname()[1])


@pytest.fixture
async def plain_login(owner: asyncpg.Connection) -> AsyncIterator[str]:
    """A login that may connect and nothing else."""
    name = f"plain_{secrets.token_hex(4)}"
    await owner.execute(f"CREATE ROLE {name} LOGIN")
    yield name
    await owner.execute(f"DROP ROLE {name}")


@pytest.mark.parametrize("command", SERVERS)
def test_a_port_in_use(command: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = sentence(clausedesk(command, "--port", port, CLAUSEDESK_DATA_DIR=str(tmp_path / "data")))
    assert said.startswith(f"Cannot listen on 127.0.0.1:{port} (Address already in use): stop what uses it")
    assert "--port" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["demo", "migrate"])
def test_a_data_folder_that_is_a_file(command: str, tmp_path: Path, free_port: str) -> None:
    file = tmp_path / "data"
    file.touch()
    port = () if command == "migrate" else ("--port", free_port)
    said = sentence(clausedesk(command, *port, CLAUSEDESK_DATA_DIR=str(file)))
    assert re.fullmatch(rf"The data folder {file} cannot be used \(.+\): set CLAUSEDESK_DATA_DIR to a folder .+", said)


def test_a_data_folder_that_cannot_be_written(free_port: str) -> None:
    # Nobody can, not even root.
    said = sentence(clausedesk("serve", "--port", free_port, CLAUSEDESK_DATA_DIR="/proc/clausedesk"))
    assert said.startswith("The data folder /proc/clausedesk cannot be used")


def test_a_second_instance_on_the_same_data_folder(tmp_path: Path, free_port: str) -> None:
    with Running("serve", "--port", free_port, CLAUSEDESK_DATA_DIR=str(tmp_path)) as first:
        first.wait_for("Clausedesk answers at")
        said = sentence(clausedesk("serve", "--port", "1024", CLAUSEDESK_DATA_DIR=str(tmp_path)))
        assert said.startswith(f"The data folder {tmp_path} is in use by process {first.process.pid}: stop that one")


DOWN = "postgresql://nobody@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("command", "url", "words"),
    [
        ("serve", DOWN, "cannot be reached"),
        ("demo", DOWN, "cannot be reached"),
        ("migrate", DOWN, "cannot be reached"),
        ("migrate", "postgresql://nobody@desk.invalid/none", "cannot be reached"),
        ("serve", "nonsense", "DATABASE_URL cannot be read"),
        ("migrate", "mysql://hunter2:hunter2@host/desk", "DATABASE_URL cannot be read"),
    ],
)
def test_a_database_that_is_not_there(command: str, url: str, words: str, tmp_path: Path, free_port: str) -> None:
    port = () if command == "migrate" else ("--port", free_port)
    said = sentence(clausedesk(command, *port, DATABASE_URL=url, CLAUSEDESK_DATA_DIR=str(tmp_path)))
    assert words in said
    assert "DATABASE_URL" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("command", [("serve", "--port"), ("client", "list", "--provider")])
async def test_a_database_that_is_behind(
    command: tuple[str, ...], new_database: NewDatabase, migrated_template: str, tmp_path: Path, free_port: str
) -> None:
    # The roles are the server's, so they are there.
    empty = await new_database(None)
    run = clausedesk(*command, free_port, DATABASE_URL=empty, CLAUSEDESK_DATA_DIR=str(tmp_path))
    assert sentence(run) == "The database is behind this code: run `clausedesk migrate`."


async def test_a_login_that_may_not_migrate(
    new_database: NewDatabase, plain_login: str, tmp_path: Path, owner: asyncpg.Connection
) -> None:
    url = (await new_database(None)).replace("postgres@", f"{plain_login}@")
    said = sentence(clausedesk("migrate", DATABASE_URL=url, CLAUSEDESK_DATA_DIR=str(tmp_path)))
    assert plain_login in said
    assert said.endswith("set MIGRATION_DATABASE_URL to a login that may.")


async def test_the_login_of_the_app_may_act_after_another_one_migrated(
    new_database: NewDatabase, plain_login: str, tmp_path: Path, owner: asyncpg.Connection
) -> None:
    owner_url = await new_database(None)
    urls = {"MIGRATION_DATABASE_URL": owner_url, "DATABASE_URL": owner_url.replace("postgres@", f"{plain_login}@")}
    migrated = clausedesk("migrate", **urls, CLAUSEDESK_DATA_DIR=str(tmp_path))
    assert (migrated.returncode, migrated.stderr) == (0, "")
    said = sentence(clausedesk("client", "list", "--provider", "none", **urls, CLAUSEDESK_DATA_DIR=str(tmp_path)))
    assert said.startswith("There are no providers here: ")
    assert await owner.fetchval("SELECT pg_has_role($1, 'clausedesk_app', 'MEMBER')", plain_login)


def test_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    said = sentence(clausedesk("serve", CLAUSEDESK_PORT="hunter2", CLAUSEDESK_DATA_DIR=str(tmp_path)))
    assert said.startswith("The setting CLAUSEDESK_PORT cannot be used")
    assert "hunter2" not in said


class TestProduction:
    def test_it_needs_a_database(self, tmp_path: Path, free_port: str) -> None:
        run = clausedesk(
            "serve", "--port", free_port, CLAUSEDESK_ENVIRONMENT="production", CLAUSEDESK_DATA_DIR=str(tmp_path)
        )
        assert sentence(run) == "There is no database: set DATABASE_URL; only development brings its own."

    def test_it_needs_keys_of_its_own(self, owner_dsn: str, tmp_path: Path, free_port: str) -> None:
        known = {
            "CLAUSEDESK_ENVIRONMENT": "production",
            "DATABASE_URL": owner_dsn,
            "CLAUSEDESK_DATA_DIR": str(tmp_path),
        }
        assert "Set CLAUSEDESK_SIGNING_KEYS" in sentence(clausedesk("serve", "--port", free_port, **known))
        development_keys(tmp_path)
        copied = (tmp_path / DEVELOPMENT_FILE).read_text()
        said = sentence(clausedesk("serve", "--port", free_port, CLAUSEDESK_SIGNING_KEYS=copied, **known))
        assert "a key made for development" in said

    async def test_it_starts_with_them_and_holds_at_most_150_mb_with_five_policies(
        self, owner_dsn: str, front: FrontDesk, tmp_path: Path, free_port: str
    ) -> None:
        for policy in ("brs", "kenotronix", "mexxus", "plutus", "tsc"):
            await front.provider(policy)
        known = {
            "CLAUSEDESK_ENVIRONMENT": "production",
            "DATABASE_URL": owner_dsn,
            "CLAUSEDESK_DATA_DIR": str(tmp_path),
        }
        keys = json.dumps({"keys": [new_private_jwk()]})
        sealing = json.dumps({"keys": [new_sealing_jwk("first")]})
        with Running(
            "serve", "--port", free_port, CLAUSEDESK_SIGNING_KEYS=keys, CLAUSEDESK_SEALING_KEYS=sealing, **known
        ) as desk:
            desk.wait_for("Clausedesk answers at")
            assert held(desk.process.pid) <= 150
            assert desk.stop() == 0

    def test_what_a_process_holds_is_seen(self) -> None:
        before = held(os.getpid())
        more = b"1" * 50_000_000
        assert held(os.getpid()) > before + len(more) / 10**6 * 0.9

    def test_it_has_no_demonstration_and_no_development_tokens(self, owner_dsn: str, tmp_path: Path) -> None:
        known = {
            "CLAUSEDESK_ENVIRONMENT": "production",
            "DATABASE_URL": owner_dsn,
            "CLAUSEDESK_DATA_DIR": str(tmp_path),
        }
        assert "is for development" in sentence(clausedesk("demo", **known))
        said = sentence(clausedesk("token", "--provider", "none", "--role", "staff", **known))
        assert "are for development" in said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_with_its_database(how: signal.Signals, tmp_path: Path, free_port: str) -> None:
    with Running("serve", "--port", free_port, CLAUSEDESK_DATA_DIR=str(tmp_path)) as desk:
        desk.wait_for(f"Clausedesk answers at http://127.0.0.1:{free_port}")
        family = psutil.Process(desk.process.pid).children(recursive=True)
        assert any("postgres" in child.name() for child in family)
        desk.process.send_signal(how)
        assert desk.process.wait(30) == 0
        assert [child for child in family if child.is_running()] == []
    with EmbeddedPostgres(tmp_path, durable=False):
        pass


def test_interrupted_while_it_starts_it_leaves_nothing(tmp_path: Path, free_port: str) -> None:
    with Running("serve", "--port", free_port, CLAUSEDESK_DATA_DIR=str(tmp_path)) as desk:
        while not (tmp_path / "postgres.lock").exists():
            assert desk.process.poll() is None
        desk.process.send_signal(signal.SIGINT)
        assert desk.process.wait(30) != 0
        assert "Traceback" not in desk.stderr
    with EmbeddedPostgres(tmp_path, durable=False):
        pass
