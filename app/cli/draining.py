"""`clausedesk drain`: what a cluster runs in a pod before it tells the process to stop."""

import os
import signal
import time
from typing import Annotated

import typer

from app.base.errors import CannotStart
from app.base.settings import read_settings


def drain(
    pid: Annotated[int, typer.Option(min=1, help="The process that serves; in a container it is the first one")] = 1,
) -> None:
    """Have `clausedesk serve` take no new callers, and wait for CLAUSEDESK_DRAIN_SECONDS until all have noticed.

    From now on it answers /readyz with 503 and everything with `Connection: close`. SIGTERM then ends it at once.
    """
    seconds = read_settings().drain_seconds
    try:
        os.kill(pid, signal.SIGUSR1)
    except ProcessLookupError:
        raise CannotStart(f"There is no process {pid}: say with --pid which one serves.") from None
    except PermissionError:
        raise CannotStart(f"The process {pid} belongs to somebody else: run this as the one who serves.") from None
    time.sleep(seconds)
