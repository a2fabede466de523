"""Whether the API's process does a worker's work, too. Where it does not, none of a worker's code is loaded."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

from app.base.settings import Settings
from app.cli.lazily import loaded

_WORKING: Final = "app.worker:working"


def beside_the_api(settings: Settings) -> AbstractAsyncContextManager[None]:
    """In development one process does it all; elsewhere workers run by themselves."""
    if settings.environment != "development" or not settings.worker_in_serve:
        return nullcontext()
    worker: AbstractAsyncContextManager[None] = loaded(_WORKING)(settings)
    return worker
