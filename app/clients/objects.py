"""The object store: a folder, S3, GCS or Azure behind one door. Objects are named by us, never by a caller."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from app.base.errors import CannotStart, Problem
from app.base.settings import Settings

_log = structlog.get_logger("clausedesk.objects")
_CHUNK_BYTES: Final = 256 * 1024
# A request waits for the store, so it gives up while its caller is still there.
_RETRY: Final[Any] = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}
# Whoever names an endpoint without TLS means it: a store in the same cluster.
_CLIENT: Final[Any] = {"timeout": "30 seconds", "connect_timeout": "3 seconds", "allow_http": True}


class Objects:
    """Problem `unavailable` when the store does not answer, `file_lost` when it has lost what it was given."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, data_dir: Path, proxy: str = "") -> "Objects":
        """The store that the URL names, or a folder of its own in `data_dir`; CannotStart when it names none."""
        try:
            if not url:
                return cls(LocalStore(data_dir.absolute() / "objects", mkdir=True))
            if url.startswith(("file:", "memory:")):
                return cls(from_url(url))
            client: Any = {**_CLIENT, "proxy_url": proxy} if proxy else _CLIENT
            return cls(from_url(url, retry_config=_RETRY, client_options=client))
        except (BaseError, OSError, ValueError):
            raise CannotStart("CLAUSEDESK_OBJECT_STORE_URL names no object store that can be used.") from None

    @classmethod
    def of(cls, settings: Settings) -> "Objects":
        """The store that the settings name, by the way out that they name."""
        return cls.at(settings.object_store_url, settings.data_dir, settings.outbound_proxy)

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Whole or not at all; a large one goes in parts."""
        try:
            await obstore.put_async(self._store, key, content)
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error

    async def get(self, key: str, part: tuple[int, int] | None = None) -> AsyncIterator[bytes]:
        """Asks at once, so that what is missing is known before the first byte is sent on.

        `part`: the first byte, and the one behind the last.
        """
        try:
            found = await obstore.get_async(self._store, key, options={"range": part} if part is not None else None)
        except FileNotFoundError as error:
            raise await self._missing(key, error) from error
        except (BaseError, OSError) as error:
            raise _unavailable(error) from error
        return (bytes(chunk) async for chunk in found.stream(min_chunk_size=_CHUNK_BYTES))

    async def _missing(self, key: str, error: FileNotFoundError) -> Problem:
        """Where the bucket or folder itself is not there, the same is said of each object in it, and may be mended."""
        try:
            if isinstance(self._store, LocalStore):
                await asyncio.to_thread(os.stat, self._store.prefix or "/")
            else:
                await obstore.list(self._store, prefix=key).collect_async()
        except (BaseError, OSError):
            return _unavailable(error)
        # Whoever looks for it in a backup needs its name, which tells nothing of anybody.
        _log.error("object_lost", key=key)
        return Problem("file_lost", "The store of files has lost its content: ask whoever has it to send it anew.")

    async def delete(self, keys: Sequence[str]) -> None:
        """One that is gone already is no fault."""
        for key in keys:
            with suppress(FileNotFoundError):
                try:
                    await obstore.delete_async(self._store, key)
                except BaseError as error:
                    raise _unavailable(error) from error


def _unavailable(error: Exception) -> Problem:
    # Of its kind alone: its words name the object.
    _log.warning("objects_unavailable", error=type(error).__name__)
    return Problem("unavailable", "The store of files does not answer just now.")
