"""A way to the database that can be cut, and that can swallow everything."""

import asyncio
from contextlib import suppress

_CHUNK = 64 * 1024


class FaultProxy:
    """Listens on loopback; every connection leads to the database's socket."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._open: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()

    async def start(self) -> int:
        """The port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        self._server.close()
        await self.reset()

    async def reset(self) -> None:
        """All connections end at once, without a goodbye."""
        for writer in list(self._open):
            writer.transport.abort()

    async def swallow(self, seconds: float) -> None:
        """Nothing arrives on either side for so long; then the connections break."""
        self._flowing.clear()
        await asyncio.sleep(seconds)
        await self.reset()
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._flowing.wait()
            there, back = await asyncio.open_unix_connection(self._socket)
        except OSError:
            writer.transport.abort()  # the database is down
            return
        pair = {writer, back}
        self._open |= pair
        try:
            await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        except OSError:
            pass  # somebody was killed, or we were told to
        finally:
            self._open -= pair
            for end in pair:
                end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while part := await source.read(_CHUNK):
            await self._flowing.wait()
            target.write(part)
            await target.drain()
        with suppress(OSError):
            target.write_eof()
