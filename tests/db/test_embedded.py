"""The server that comes along: data survive, one owner at a time, and it never outlives that owner."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.faults import DatabaseFault

OWNER = textwrap.dedent("""
    import asyncio, sys, time
    from pathlib import Path
    import asyncpg
    from app.db.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(Path(sys.argv[1]))
    server.start()

    async def write():
        connection = await asyncpg.connect(server.dsn())
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    asyncio.run(write())
    print(server.pid, flush=True)
    time.sleep(60)
""")


async def ask(server: EmbeddedPostgres, statement: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def gone(pid: int, seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.02)
    return False


async def test_data_survive_a_restart(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as server:
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert await ask(server, "SHOW fsync") == "on"
        assert await ask(server, "SHOW listen_addresses") == ""
    with EmbeddedPostgres(tmp_path) as server:
        assert await ask(server, "SELECT answer FROM kept") == 42


async def test_a_killed_owner_leaves_no_orphan_and_the_next_start_recovers(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    owner.kill()
    owner.wait()
    owner.stdout.close()
    # Even while the orphan is still shutting down.
    with EmbeddedPostgres(tmp_path) as server:
        assert await ask(server, "SELECT answer FROM kept") == 42
    assert all(gone(member) for member in family)


async def test_a_killed_server_is_recovered_by_the_next_start(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    server.start()
    assert server.pid is not None
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(server.pid, signal.SIGKILL)
    server.stop()
    with server:
        assert await ask(server, "SELECT answer FROM kept") == 42


def test_a_second_owner_is_told_who_has_the_folder(tmp_path: Path) -> None:
    told = rf"in use by process {os.getpid()}: .* CLAUSEDESK_DATA_DIR"
    with EmbeddedPostgres(tmp_path, durable=False), pytest.raises(DatabaseFault, match=told):
        EmbeddedPostgres(tmp_path, durable=False).start()
    with EmbeddedPostgres(tmp_path, durable=False):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseFault, match=r"cannot be used \(Not a directory\): set CLAUSEDESK_DATA_DIR"):
        EmbeddedPostgres(tmp_path / "file" / "data").start()


def test_a_folder_of_another_version_is_one_sentence_and_stays_as_it_is(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False):
        pass
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(DatabaseFault, match=r"did not start: .*database files are incompatible"):
        EmbeddedPostgres(tmp_path, durable=False).start()


async def test_an_initialisation_cut_short_is_begun_anew(tmp_path: Path) -> None:
    draft = tmp_path / "postgres.new"
    draft.mkdir()
    (draft / "half").touch()
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        assert await ask(server, "SELECT 1") == 1


async def test_a_path_too_long_for_a_socket_gets_a_short_one_that_goes_with_the_server(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / ("long" * 40), durable=False) as server:
        sockets = await ask(server, "SHOW unix_socket_directories")
        assert len(str(sockets)) < 90
        assert Path(str(sockets)).stat().st_mode & 0o777 == 0o700
    assert not Path(str(sockets)).exists()


async def test_a_folder_that_only_its_owner_may_enter_will_do(tmp_path: Path) -> None:
    closed = tmp_path / "closed, 100% ours"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed, durable=False) as server:
        assert await ask(server, "SELECT 1") == 1
        assert closed.stat().st_mode & 0o777 == 0o700


async def test_the_keyboard_interrupt_of_the_owner_does_not_reach_the_server(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path, durable=False) as server:
        assert server.pid is not None
        assert os.getsid(server.pid) != os.getsid(0)
        assert psutil.Process(server.pid).uids().real != 0


async def test_it_starts_from_the_main_thread_only(tmp_path: Path) -> None:
    refused: list[Exception] = []

    def start() -> None:
        try:
            EmbeddedPostgres(tmp_path).start()
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert len(refused) == 1
