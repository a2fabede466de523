"""A process of ours for work that may get out of hand: it has so much time and memory, and is replaced when it dies."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from typing import Final

LENGTH_BYTES: Final = 8
OUT_OF_MEMORY: Final = 77
"""Exit code of a process that says so itself."""
_CPU_EXCEEDED: Final = -24
_KILLED: Final = -9
_STARTED_WITHIN: Final = 20.0


class Died(Enum):
    """What the work has died of."""

    TIME = "time"
    MEMORY = "memory"
    DEFECT = "defect"


class WorkDied(Exception):  # noqa: N818 - it reads as what happened
    def __init__(self, cause: Died) -> None:
        super().__init__(cause.value)
        self.cause = cause


class Killable:
    """Questions to a module that answers them one after another on stdin and stdout, each with its length before it.

    `seconds` bound one answer by the clock on the wall; CPU and memory the process bounds itself. It sees none of our
    environment, so no secrets either.
    """

    def __init__(self, module: str, seconds: float, at_once: int = 2) -> None:
        self._command = (sys.executable, "-m", module)
        self._seconds = seconds
        self._idle: list[asyncio.subprocess.Process] = []
        self._slots = asyncio.Semaphore(at_once)

    async def ask(self, parts: Sequence[bytes]) -> bytes:
        """The answer to one question; WorkDied where there is none."""
        async with self._slots:
            process = self._idle.pop() if self._idle else await self._start()
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await _asked(process, parts)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
                raise WorkDied(await _ended(process, isinstance(error, TimeoutError))) from None
            except BaseException:
                await _ended(process, overdue=True)
                raise
            self._idle.append(process)
            return answer

    async def close(self) -> None:
        for process in self._idle:
            await _ended(process, overdue=True)
        self._idle = []

    async def _start(self) -> asyncio.subprocess.Process:
        async with asyncio.timeout(_STARTED_WITHIN):
            return await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )


async def _asked(process: asyncio.subprocess.Process, parts: Sequence[bytes]) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    for part in parts:
        process.stdin.write(len(part).to_bytes(LENGTH_BYTES, "big"))
        process.stdin.write(part)
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
    return await process.stdout.readexactly(length)


async def _ended(process: asyncio.subprocess.Process, overdue: bool) -> Died:
    """It is gone afterwards; what it has died of."""
    if overdue:
        with suppress(ProcessLookupError):
            process.kill()
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ConnectionError):
        await process.stdin.wait_closed()
    code = await process.wait()
    if overdue or code in (_CPU_EXCEEDED, _KILLED):
        return Died.TIME
    return Died.MEMORY if code == OUT_OF_MEMORY else Died.DEFECT
