"""Mail handed to a server by SMTP; without one, kept in a folder for trying things out, and not sent in production."""

from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

import aiosmtplib
import structlog
from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException

from app.base.settings import Settings

_log = structlog.get_logger("clausedesk.mail")
_PERMANENT: Final = range(500, 600)
_NO_SERVER: Final = "CLAUSEDESK_SMTP_HOST is not set"
NULL_SENDER: Final = ""
"""Whatever answers such a mail by itself, or cannot deliver it, answers nobody (RFC 5321, 4.5.5)."""


class Undelivered(Exception):  # noqa: N818 - it reads as what happened
    """The server did not take it. `permanent`: it never will; `code` is SMTP's, where the server gave one."""

    def __init__(self, code: int | None, said: str) -> None:
        super().__init__(said)
        self.code, self.said, self.permanent = code, said, code in _PERMANENT


class Post(Protocol):
    async def send(self, content: bytes, sender: str, recipient: str) -> None:
        """Undelivered where it was not taken."""


class SmtpPost:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, content: bytes, sender: str, recipient: str) -> None:
        settings = self._settings
        password = settings.smtp_password
        server = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=password.get_secret_value() if password is not None else None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            timeout=settings.smtp_timeout_seconds,
        )
        try:
            async with server:
                await server.sendmail(sender, recipient, content)
        except SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            raise Undelivered(first.code, first.message) from None
        except SMTPResponseException as answered:
            raise Undelivered(answered.code, answered.message) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Undelivered(None, type(error).__name__) from None


class FolderPost:
    """For trying things out: each mail is a file that a mail program opens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, content: bytes, sender: str, recipient: str) -> None:  # noqa: ARG002 - the protocol's
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{uuid4()}.eml"
        path.write_bytes(content)
        _log.info("mail_kept", path=str(path), why=_NO_SERVER)


class NoPost:
    """For production without a server: no letter passes for delivered, and each is tried again until there is one."""

    async def send(self, content: bytes, sender: str, recipient: str) -> None:  # noqa: ARG002 - the protocol's
        raise Undelivered(None, _NO_SERVER)


def post_of(settings: Settings) -> Post:
    """Says so where letters will reach nobody."""
    if settings.smtp_host:
        return SmtpPost(settings)
    if settings.environment == "development":
        return FolderPost(settings.data_dir / "outbox")
    _log.error("mail_reaches_nobody", why=_NO_SERVER, then="Letters wait a day, then they are dead letters.")
    return NoPost()
