"""A real SMTP server that keeps what it is sent, and refuses whom it is told to refuse."""

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Postbox:
    port: int = 0
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Envelope sender, recipient, mail."""
    answers: dict[str, list[str]] = field(default_factory=dict)
    """What recipients are answered, one after the other; then they are accepted."""

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        waiting = self.answers.get(address)
        if waiting:
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.received.append((envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        """As a mail program reads them."""
        return [email.message_from_bytes(content, policy=email.policy.default) for _, _, content in self.received]


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


@contextmanager
def open_postbox() -> Iterator[Postbox]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = int(unused.getsockname()[1])
    box = Postbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
