"""The command as a stranger runs it: a process of its own, with an environment of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Self

import psutil

from app.cli.exits import ExitCode

COMMAND = str(Path(sys.executable).with_name("clausedesk"))


def environment(**variables: str) -> dict[str, str]:
    """Nothing of the tester's own settings."""
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **variables}


def clausedesk(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words],
        check=False,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def sentence(run: subprocess.CompletedProcess[str]) -> str:
    """All that a command said when it could not do its work."""
    assert run.returncode == ExitCode.CANNOT, run
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr.strip()


def held(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    return float(psutil.Process(pid).memory_info().rss) / 10**6


class Running:
    """A command that runs until it is told to stop; what it prints is kept."""

    def __init__(self, *words: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [COMMAND, *words],
            env=environment(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._said: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._readers = [Thread(target=self._read, args=(name,), daemon=True) for name in self._said]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _read(self, name: str) -> None:
        with getattr(self.process, name) as stream:
            self._said[name].extend(iter(stream.readline, ""))

    @property
    def stdout(self) -> list[str]:
        return [line.rstrip("\n") for line in self._said["stdout"]]

    @property
    def stderr(self) -> str:
        return "".join(self._said["stderr"])

    def wait_for(self, words: str, seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while not any(words in line for line in self.stdout):
            assert self.process.poll() is None, self.stderr
            assert time.monotonic() < until, (self.stdout, self.stderr)
            time.sleep(0.05)

    def stop(self, seconds: float = 30) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return code
