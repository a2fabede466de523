"""Ready means: the database answers and has the schema that this code needs."""

import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from app.api.deps import Desk
from app.base.errors import CannotStart
from app.base.settings import Settings
from app.cli.draining import drain
from app.db.pool import Database
from app.main import create_app, open_desk
from app.worker import working

SERVE = """
from app.base.settings import Settings
from app.main import serve
serve(Settings(), announce=lambda: print("ready", flush=True))
print("stopped", flush=True)
"""


async def readiness(settings: Settings, desk: Desk) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=create_app(settings, desk=desk))
    async with httpx2.AsyncClient(transport=transport, base_url="https://desk.example") as caller:
        return await caller.get("/readyz")


async def test_it_is_ready_when_the_database_is_at_the_revision(
    settings: Settings, desk: Desk, database: Database
) -> None:
    response = await readiness(settings, replace(desk, database=database))
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


async def test_it_is_not_ready_while_the_database_is_behind(
    settings: Settings, desk: Desk, migrated_template: str, new_database: Callable[[str | None], Awaitable[str]]
) -> None:
    dsn = await new_database(None)
    empty = await Database.connect(dsn, size=1)
    try:
        response = await readiness(settings, replace(desk, database=empty))
    finally:
        await empty.close()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert "clausedesk migrate" in response.json()["detail"]
    with pytest.raises(CannotStart, match="clausedesk migrate"):
        async with open_desk(settings.model_copy(update={"database_url": SecretStr(dsn)})):
            pass


async def test_the_application_opens_its_own_desk_and_closes_it(settings: Settings, owner_dsn: str) -> None:
    app = create_app(settings.model_copy(update={"database_url": SecretStr(owner_dsn)}))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="https://desk.example") as caller:
            assert (await caller.get("/readyz")).status_code == 200
        desk: Desk = app.state.desk
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="https://desk.example") as caller:
        assert (await caller.get("/readyz")).status_code == 503
    assert desk.settings.database_url is not None


async def test_neither_api_nor_worker_starts_where_there_is_no_room_for_all_of_them(
    settings: Settings, owner_dsn: str
) -> None:
    settings = settings.model_copy(update={"database_url": SecretStr(owner_dsn), "replicas": 90})
    for starting in (open_desk(settings), working(settings)):
        with pytest.raises(CannotStart, match=r"connections, and \d+ may be wanted: 90 × "):
            async with starting:
                pass


def test_a_process_told_to_stop_ends_well(
    tmp_path: Path, owner_dsn: str, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "CLAUSEDESK_DATA_DIR": str(tmp_path),
        "CLAUSEDESK_PORT": str(free_port),
        "CLAUSEDESK_DRAIN_SECONDS": "60",
        "DATABASE_URL": owner_dsn,
    }
    with subprocess.Popen([sys.executable, "-c", SERVE], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        monkeypatch.setenv("CLAUSEDESK_DRAIN_SECONDS", "0.1")
        drain(process.pid)
        assert httpx2.get(f"http://127.0.0.1:{free_port}/readyz", trust_env=False).status_code == 503
        assert httpx2.get(f"http://127.0.0.1:{free_port}/healthz", trust_env=False).headers["connection"] == "close"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(10) == 0
        with pytest.raises(CannotStart, match=rf"no process {process.pid}: .* --pid"):
            drain(process.pid)
