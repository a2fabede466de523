"""The process that takes mails apart, with so much time and memory for each. Run as a module, never imported."""

import math
import os
import resource
import sys
import time
from dataclasses import replace
from typing import BinaryIO, Final

import orjson

from app.clients.killable import LENGTH_BYTES, OUT_OF_MEMORY
from app.mail.message import Mail, Unreadable
from app.mail.reading import read_mail

_CPU_SECONDS: Final = 5
_MEMORY_BYTES: Final = 512 * 1024 * 1024


def main(questions: BinaryIO, answers: BinaryIO) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (gateway := _part(questions)) is not None and (raw := _part(questions)) is not None:
        until = math.ceil(time.process_time()) + _CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
        try:
            _answer(answers, read_mail(raw, gateway.decode() or None))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        del raw


def _answer(answers: BinaryIO, mail: Mail | Unreadable) -> None:
    """A head in JSON, with its length before it, then the files as they are."""
    files = mail.files if isinstance(mail, Mail) else ()
    if isinstance(mail, Mail):
        mail = replace(mail, files=tuple(replace(file, content=b"") for file in files))
    sizes = [len(file.content) for file in files]
    head = orjson.dumps([mail, sizes], default=lambda _: "")
    answers.write((LENGTH_BYTES + len(head) + sum(sizes)).to_bytes(LENGTH_BYTES, "big"))
    answers.write(len(head).to_bytes(LENGTH_BYTES, "big") + head)
    for file in files:
        answers.write(file.content)
    answers.flush()


def _part(questions: BinaryIO) -> bytes | None:
    length = questions.read(LENGTH_BYTES)
    return questions.read(int.from_bytes(length, "big")) if len(length) == LENGTH_BYTES else None


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
