"""How long something took, less what others did with this machine meanwhile: that is not the desk's to answer for."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil


class Stopwatch:
    """Runs from its making on, for a replica that comes back. On a machine that is ours alone, all time is its own."""

    def __init__(self, replica: int, database: int) -> None:
        """Their processes."""
        self._replica, self._database, self._began = replica, database, time.monotonic()
        self._busy, self._ours, self._waits = _busy(), _ours(), self._waiting()

    def passed(self) -> float:
        """Seconds by the clock."""
        return time.monotonic() - self._began

    def spent(self) -> float:
        """Seconds, without those for which others kept from a processor whoever had something to do for it.

        Never more than others had of the processors: where our own crowd each other, that is no excuse.
        """
        elsewhere = _busy() - self._busy - (_ours() - self._ours)
        before, now = self._waits, self._waiting()
        by_role = [
            {pid: waited - then.get(pid, 0.0) for pid, waited in waits.items()}
            for then, waits in zip(before, now, strict=True)
        ]
        # One after the other: who asks, who answers, and the slowest of those who serve the database.
        waited = sum(max(waits.values(), default=0.0) for waits in by_role)
        return self.passed() - max(0.0, min(waited, elsewhere / len(os.sched_getaffinity(0))))

    def _waiting(self) -> tuple[dict[int, float], ...]:
        """Seconds of waiting for a processor, ever: of this thread, of the replica, of each who serves the database."""
        served = [child.pid for child in psutil.Process(self._database).children()]
        asking = _waited(Path(f"/proc/self/task/{threading.get_native_id()}"))
        return {0: asking}, {0: _waited_in_all(self._replica)}, {pid: _waited_in_all(pid) for pid in served}


class Share:
    """How much of the processors others have left to us since its making: all of it on a machine that is ours alone."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy(), _ours()

    def left(self) -> float:
        """Between nothing and 1."""
        elsewhere = _busy() - self._busy - (_ours() - self._ours)
        there_was = (time.monotonic() - self._began) * len(os.sched_getaffinity(0))
        return min(1.0, max(0.05, 1 - elsewhere / there_was))


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


def _waited_in_all(pid: int) -> float:
    with suppress(OSError):  # it has ended
        return sum(map(_waited, Path(f"/proc/{pid}/task").iterdir()))
    return 0.0


def _waited(thread: Path) -> float:
    """Seconds for which it could have run and did not; where nobody counts them, none."""
    with suppress(OSError):
        return int((thread / "schedstat").read_text().split()[1]) / 1e9
    return 0.0
