"""How long something took, less what others did with this machine meanwhile: that is not the desk's to answer for."""

import os
import time
from contextlib import suppress
from pathlib import Path

import psutil


class Stopwatch:
    """Runs from its making on, for what a process has to do. On a machine that is ours alone, all time is its own."""

    def __init__(self, pid: int) -> None:
        self._pid, self._began = pid, time.monotonic()
        self._busy, self._ours, self._waited = _busy(), _ours(), _waited(pid)

    def passed(self) -> float:
        """Seconds by the clock."""
        return time.monotonic() - self._began

    def spent(self) -> float:
        """Seconds, without those for which others kept the process from a processor.

        Where our own crowd each other, that is no excuse.
        """
        elsewhere = _busy() - self._busy - (_ours() - self._ours)
        waited = _waited(self._pid) - self._waited
        return self.passed() - max(0.0, min(waited, elsewhere / len(os.sched_getaffinity(0))))


def _busy() -> float:
    """Seconds that all processors together have worked."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def _ours() -> float:
    """Those that were worked for this process and for whatever it has started, also for what has ended since."""
    spent = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent


def _waited(pid: int) -> float:
    """Seconds for which a thread of it could have run and did not."""
    waited = 0.0
    with suppress(OSError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            waited += int((task / "schedstat").read_text().split()[1]) / 1e9
    return waited
