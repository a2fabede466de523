"""How a command ends: a script tells by the code whether the answer is no, or there is none."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """The last three are what shells and mail servers take them for (sysexits.h)."""

    DONE = 0
    NO = 1
    MISUSED = 2
    CANNOT = 69
    LATER = 75
    INTERRUPTED = 130


MEANINGS: Final[Mapping[ExitCode, str]] = {
    ExitCode.DONE: "done",
    ExitCode.NO: "looked at, and not as it should be",
    ExitCode.MISUSED: "called wrongly: `--help` says how",
    ExitCode.CANNOT: "could not be done: stderr says why, and what to do",
    ExitCode.LATER: "could not be done now: try again later",
    ExitCode.INTERRUPTED: "interrupted",
}
