"""Mails read in a process of their own: whatever one of them does to it is a fact about that mail."""

from dataclasses import replace
from typing import Final

import orjson
from pydantic import TypeAdapter

from app.clients.killable import LENGTH_BYTES, Died, Killable, WorkDied
from app.mail.headers import MOST_BYTES
from app.mail.message import File, Mail, Unreadable

_READ: Final[TypeAdapter[Mail | Unreadable]] = TypeAdapter(Mail | Unreadable)
_SECONDS: Final = 15.0
_REASONS: Final = {Died.TIME: "took_too_long", Died.MEMORY: "took_too_much", Died.DEFECT: "damaged"}


class MailReader:
    def __init__(self, gateway: str) -> None:
        """`gateway`: the authserv-id whose word about senders is believed; empty: nobody's."""
        self._gateway = gateway.encode()
        self._process = Killable("app.services.mail.reader", _SECONDS)

    async def read(self, raw: bytes) -> Mail | Unreadable:
        if len(raw) > MOST_BYTES:
            return Unreadable("too_large")
        try:
            return _unpacked(await self._process.ask([self._gateway, raw]))
        except WorkDied as died:
            return Unreadable(_REASONS[died.cause])

    async def close(self) -> None:
        await self._process.close()


def _unpacked(answer: bytes) -> Mail | Unreadable:
    at = LENGTH_BYTES + int.from_bytes(answer[:LENGTH_BYTES], "big")
    told, sizes = orjson.loads(answer[LENGTH_BYTES:at])
    mail = _READ.validate_python(told)
    if not isinstance(mail, Mail):
        return mail
    files: list[File] = []
    for file, size in zip(mail.files, sizes, strict=True):
        files.append(replace(file, content=answer[at : at + size]))
        at += size
    return replace(mail, files=tuple(files))
