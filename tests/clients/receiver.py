"""Somebody else's endpoint on a real socket: it keeps what it got, and answers as a test says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson


@dataclass(frozen=True, slots=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        found: dict[str, object] = orjson.loads(self.body)
        return found


@dataclass
class Receiver:
    """`answers` are given in turn, the last one for ever: a status, or raw bytes, or None to hang."""

    port: int = 0
    scheme: str = "http"
    answers: list[int | bytes | None] = field(default_factory=lambda: [200])
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hooks"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self.got.append(await _read(reader))
            async with self.changed:
                self.changed.notify_all()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer is None:
                await reader.read()  # until the other side gives up
            elif isinstance(answer, int):
                writer.write(f"HTTP/1.1 {answer} Whatever\r\nContent-Length: 2\r\n\r\nok".encode())
            else:
                writer.write(answer)
            await writer.drain()
        writer.close()

    async def until(self, count: int, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(lambda: len(self.got) >= count)


@asynccontextmanager
async def receiving(*answers: int | bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    receiver = Receiver(scheme="https" if tls else "http")
    if answers:
        receiver.answers = list(answers)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


async def _read(reader: asyncio.StreamReader) -> Got:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = dict(_header(line) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Got(head[0].split(" ")[1], headers, body)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()
