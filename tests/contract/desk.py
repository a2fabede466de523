"""A demonstration of its own for programs that call it, and tokens for those who take part."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cli.desk import Running, clausedesk

_CALLERS: Mapping[str, tuple[str, ...]] = {
    "CONTACT_TOKEN": ("--role", "primary_contact", "--account", "acmeco"),
    "STAFF_TOKEN": ("--role", "staff"),
    "BILLING_TOKEN": ("--role", "service", "--scope", "payments"),
    "ADMIN_TOKEN": ("--role", "admin"),
}


@dataclass(frozen=True)
class Demonstration:
    url: str
    folder: Path

    def token(self, provider: str, *words: str) -> str:
        said = clausedesk("token", "--provider", provider, *words, CLAUSEDESK_DATA_DIR=str(self.folder))
        assert said.returncode == 0, said.stderr
        return said.stdout.strip()

    def environment(self) -> dict[str, str]:
        """What the example programs read."""
        return {"DESK_URL": self.url} | {name: self.token("plutus", *words) for name, words in _CALLERS.items()}


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = str(unused.getsockname()[1])
    unlimited = {"CLAUSEDESK_RATE_LIMIT_PER_PRINCIPAL": "0", "CLAUSEDESK_RATE_LIMIT_PER_PROVIDER": "0"}
    with Running("demo", "--port", port, CLAUSEDESK_DATA_DIR=str(folder), **unlimited) as running:
        running.wait_for("Stop with Ctrl-C")
        yield Demonstration(f"http://127.0.0.1:{port}", folder)
