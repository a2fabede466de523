"""The first minute of a stranger: everything starts with one command, and what it prints works as pasted."""

import json
import re
import shlex
import shutil
import socket
import subprocess
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.cli.desk import Running, clausedesk

CALLERS = {
    "primary contact",
    "secondary contact",
    "authorised contact",
    "reseller",
    "staff",
    "admin",
    "client area",
    "mail gateway",
    "monitoring",
    "billing",
}
# For each provider a plain request, with clauses that decide it at whatever time it is sent.
STORIES: dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]] = {
    "plutus": (
        {
            "account": "acmeco",
            "channel": "email",
            "sender": {"email": "thandi@acme-bakery.co.za"},
            "subject": "FTP will not take my password",
            "body": "Since I changed it in the panel the server answers 530 Login incorrect.",
            "facts": {
                "topic": "access.ftp_ssh",
                "first_name": "Thandi",
                "last_name": "Mokoena",
                "account_username": "acmeco",
                "error_message": "530 Login incorrect",
            },
        },
        {"priority": "standard", "coverage": "covered", "work_gate": "open"},
        {"PLU-15", "PLU-38", "PLU-58", "PLU-04", "PLU-05"},
    ),
    "tsc": (
        {
            "account": "HARB01",
            "channel": "email",
            "sender": {"email": "it@harbourlog.example"},
            "subject": "Remote users are out",
            "body": "Two of us cannot reach the office from home.",
            "facts": {"topic": "network.vpn", "nature": "incident", "users_affected": 2},
        },
        {"priority": "high", "coverage": "unspecified"},
        {"TSC-19", "TSC-20", "TSC-21"},
    ),
    "mexxus": (
        {
            "account": "M1001",
            "channel": "helpdesk",
            "sender": {"email": "admin@maplecycles.example"},
            "subject": "Our site is offline",
            "body": "maplecycles.example cannot be opened by anybody here.",
            "facts": {"topic": "web.offline"},
        },
        {"priority": "medium", "coverage": "covered", "work_gate": "open"},
        {"MEX-10", "MEX-12"},
    ),
    "kenotronix": (
        {
            "account": "K10",
            "channel": "live_chat",
            "sender": {"email": "lea@atelierlea.example"},
            "subject": "Webmail",
            "body": "The webmail opens and shows nothing.",
            "facts": {"topic": "email.webmail"},
        },
        {"priority": "standard", "coverage": "covered"},
        {"KEN-05", "KEN-47"},
    ),
    "brs": (
        {
            "account": "aurora",
            "channel": "portal",
            "sender": {"email": "carla@padariaaurora.example"},
            "subject": "Erro no meu PHP",
            "body": "A página de pedidos mostra um erro do nosso próprio programa.",
            "facts": {"topic": "code.debug"},
        },
        {"priority": "standard", "coverage": "billable", "work_gate": "awaiting_quote"},
        {"BRS-11", "BRS-22"},
    ),
}


@dataclass(frozen=True)
class Demonstration:
    port: str
    folder: Path
    running: Running

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def page(self) -> list[str]:
        return self.running.stdout

    @property
    def curls(self) -> list[str]:
        return [line for line in self.page if line.startswith("curl ")]

    def token(self, *words: str) -> str:
        run = clausedesk("token", *words, CLAUSEDESK_DATA_DIR=str(self.folder))
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()


# One demonstration for all of them (`make test` leaves a file to one process); the last one stops it.
@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    folder = tmp_path_factory.mktemp("demonstration")
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = str(unused.getsockname()[1])
    with Running("demo", "--port", port, CLAUSEDESK_DATA_DIR=str(folder)) as running:
        running.wait_for("Stop with Ctrl-C")
        yield Demonstration(port, folder, running)


def paste(line: str) -> Any:
    """What the line answers; without curl on the machine, its words are sent by other means."""
    if shutil.which("curl"):
        pasted = subprocess.run(["bash", "-c", line], check=True, capture_output=True, text=True)
        assert pasted.stderr == ""
        return json.loads(pasted.stdout)
    _, _, url, *options = shlex.split(line.replace("$(date +%s%N)", str(time.time_ns())).partition(" | ")[0])
    given = list(zip(options[::2], options[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    body = dict(given).get("-d")
    return httpx2.request("GET" if body is None else "POST", url, content=body, headers=headers).json()


def test_there_is_a_token_for_everybody(demonstration: Demonstration) -> None:
    page = demonstration.page
    tokens = {page[n - 1].strip().split(",")[0]: line for n, line in enumerate(page) if line.startswith("ey")}
    assert tokens.keys() == CALLERS
    for name, token in tokens.items():
        me = httpx2.get(f"{demonstration.origin}/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200, name
        lives = json.loads(_payload(token))
        assert lives["exp"] - lives["iat"] == 86_400


def _payload(token: str) -> bytes:
    payload = token.split(".")[1]
    return urlsafe_b64decode(payload + "=" * (-len(payload) % 4))


def test_the_first_line_opens_a_ticket_and_shows_which_clauses_decided(demonstration: Demonstration) -> None:
    first, again = (paste(demonstration.curls[0]) for _ in range(2))
    assert (first["status"], first["outcome"]) == ("open", "accepted")
    assert first["reference"] != again["reference"]
    assert all(re.fullmatch(r"[A-Z]+-\d+", c["clause"]) and c["sentence"] for c in first["decision"]["citations"])
    assert {"coverage", "target"} <= {c["stage"] for c in first["decision"]["citations"]}


def test_the_second_line_prices_work(demonstration: Demonstration) -> None:
    quote = paste(demonstration.curls[1])
    assert quote["status"] == "offered"
    assert quote["total"] == {"amount": "226.67", "currency": "ZAR"}
    assert quote["citations"]


def test_the_third_line_reads_a_running_clock(demonstration: Demonstration) -> None:
    clocks = {clock["metric"]: clock for clock in paste(demonstration.curls[2])["data"]}
    assert clocks["first_response"]["state"] == "running"
    assert 0 < clocks["first_response"]["remaining_seconds"] <= 3 * 3600


@pytest.mark.parametrize("provider", STORIES)
def test_a_plain_request_is_decided_by_the_provider_s_own_clauses(provider: str, demonstration: Demonstration) -> None:
    request, expected, clauses = STORIES[provider]
    token = demonstration.token("--provider", provider, "--role", "service", "--scope", "submit")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"story-{provider}"}
    opened = httpx2.post(f"{demonstration.origin}/v1/tickets", json=request, headers=headers)
    assert opened.status_code == 201, opened.text
    ticket = opened.json()
    assert {name: ticket[name] for name in expected} == expected
    assert clauses <= {citation["clause"] for citation in ticket["decision"]["citations"]}
    again = httpx2.post(f"{demonstration.origin}/v1/tickets", json=request, headers=headers)
    assert (again.content, again.headers["idempotent-replayed"]) == (opened.content, "true")


def test_the_documentation_is_there(demonstration: Demonstration) -> None:
    assert any(line.endswith(f"{demonstration.origin}/docs") for line in demonstration.page)
    assert httpx2.get(f"{demonstration.origin}/docs").status_code == 200


def test_it_stops_with_its_database_and_finds_the_data_when_it_starts_again(demonstration: Demonstration) -> None:
    family = psutil.Process(demonstration.running.process.pid).children(recursive=True)
    mine = paste(demonstration.curls[2])["ticket"]
    assert demonstration.running.stop() == 0
    assert family
    assert not any(child.is_running() for child in family)
    with Running("demo", "--port", demonstration.port, CLAUSEDESK_DATA_DIR=str(demonstration.folder)) as running:
        running.wait_for("Stop with Ctrl-C")
        again = replace(demonstration, running=running)
        found = paste(again.curls[2])
        assert found.get("ticket") == mine, found
        assert running.stop() == 0
