"""The desk as its callers know it: a process of its own behind a socket, and people who talk to it."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from app.base.clock import system_clock
from app.base.settings import Settings
from app.base.vocabulary import Role, Scope
from app.db.embedded import EmbeddedPostgres
from app.db.pool import Database
from app.services.callers import own_issuer
from app.services.oauth import Mint
from app.services.subjects import Wanted, token_for
from app.tokens.keys import load_keys
from tests.cli.desk import Running

Answer = dict[str, Any]


@contextmanager
def demonstration(folder: Path) -> Iterator["StoryDesk"]:
    """`clausedesk demo` on a free port and with data of its own, until the stories are told."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = str(unused.getsockname()[1])
    with Running("demo", "--port", port, CLAUSEDESK_DATA_DIR=str(folder)) as running:
        running.wait_for("Stop with Ctrl-C")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            yield StoryDesk(http, folder)


@dataclass(frozen=True)
class StoryDesk:
    http: httpx2.Client
    folder: Path

    def contact(
        self, provider: str, account: str, role: Role = Role.AUTHORISED_CONTACT, email: str | None = None
    ) -> "Caller":
        return self._caller(Wanted(provider, role, account=account, contact=email))

    def staff(self, provider: str, level: int | None = None) -> "Caller":
        return self._caller(Wanted(provider, Role.STAFF, level=level))

    def reseller(self, provider: str, number: str) -> "Caller":
        return self._caller(Wanted(provider, Role.RESELLER, reseller=number))

    def client_area(self, provider: str) -> "Caller":
        """The provider's own pages, which say who is logged in."""
        return self._caller(Wanted(provider, Role.SERVICE, scopes=(Scope.SUBMIT,)))

    def billing(self, provider: str) -> "Caller":
        """The provider's own books, which say what was paid."""
        return self._caller(Wanted(provider, Role.SERVICE, scopes=(Scope.PAYMENTS,)))

    def stranger(self) -> "Caller":
        return Caller(self.http, {})

    def _caller(self, wanted: Wanted) -> "Caller":
        return Caller(self.http, {"Authorization": f"Bearer {asyncio.run(_token(self.folder, wanted))}"})


async def _token(folder: Path, wanted: Wanted) -> str:
    settings = Settings(data_dir=folder)
    database = await Database.connect(EmbeddedPostgres(folder).dsn(), size=1)
    try:
        keys = load_keys(None, folder, development=True)
        return await token_for(database, wanted, Mint(keys, own_issuer(settings), 3600, system_clock()))
    finally:
        await database.close()


@dataclass(frozen=True)
class Caller:
    """Somebody with a token. Each verb answers what the desk says to it."""

    http: httpx2.Client
    headers: Mapping[str, str]

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.http.get(path, headers={**self.headers, **headers})

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> httpx2.Response:
        return self.http.post(path, json=body, headers={**self.headers, "Idempotency-Key": key or uuid4().hex})

    def patch(self, path: str, body: Mapping[str, Any], **headers: str) -> httpx2.Response:
        return self.http.patch(path, json=body, headers={**self.headers, **headers})

    # ── what one does at a desk ──────────────────────────────────────────────
    def asks_what_would_be(self, **request: Any) -> Answer:
        return _said(self.post("/v1/classifications", request))

    def opens(self, subject: str, **request: Any) -> Answer:
        return _said(self.post("/v1/tickets", {"subject": subject, **request}), 201)

    def joins(self, subject: str, **request: Any) -> Answer:
        """Opens one that turns out to be about the same as an earlier one: that one is the answer."""
        return _said(self.post("/v1/tickets", {"subject": subject, **request}), 200)

    def reads(self, ticket: Answer) -> Answer:
        return _said(self.get(f"/v1/tickets/{ticket['id']}"))

    def lists(self, path: str) -> list[Answer]:
        found: list[Answer] = _said(self.get(path))["data"]
        return found

    def adds_facts(self, ticket: Answer, **facts: Any) -> Answer:
        tag = f'"{ticket["version"]}"'
        return _said(self.patch(f"/v1/tickets/{ticket['id']}", {"facts": facts}, **{"If-Match": tag}))

    def writes(self, ticket: Answer, body: str, **more: Any) -> Answer:
        return _said(self.post(f"/v1/tickets/{ticket['id']}/messages", {"body": body, **more}), 201)

    def notes(self, ticket: Answer, body: str) -> Answer:
        return self.writes(ticket, body, visibility="internal")

    def conversation(self, ticket: Answer) -> list[str]:
        return [message["body"] for message in self.lists(f"/v1/tickets/{ticket['id']}/messages")]

    def clocks(self, ticket: Answer) -> dict[str, Answer]:
        return {clock["metric"]: clock for clock in self.lists(f"/v1/tickets/{ticket['id']}/clocks")}

    def decisions(self, ticket: Answer) -> list[Answer]:
        return [made["decision"] for made in self.lists(f"/v1/tickets/{ticket['id']}/decisions")]

    def events(self, ticket: Answer) -> list[str]:
        return [event["type"] for event in self.lists(f"/v1/tickets/{ticket['id']}/events")]

    def quotes(self, **estimate: Any) -> Answer:
        return _said(self.post("/v1/quotes", estimate), 201)

    def does(self, ticket: Answer, action: str, **body: Any) -> Answer:
        """Whatever is allowed, sent where the ticket says: nobody has to guess a path."""
        found = next(a for a in self.reads(ticket)["allowed_actions"] if a["action"] == action)
        assert found["allowed"], found
        body |= {"ticket": ticket["id"]} if action == "quote" else {}
        return _said(self.post(found["href"], body), 201 if action in ("quote", "reply", "note") else 200)

    def pays(self, quote: Answer, amount: str) -> Answer:
        money = {"amount": amount, "currency": quote["total"]["currency"]}
        return _said(
            self.post(f"/v1/quotes/{quote['id']}/payments", {"amount": money, "reference": f"P-{quote['id']}"})
        )

    def adds_contact(self, account: str, **person: str) -> httpx2.Response:
        return self.post(f"/v1/accounts/{account}/contacts", person)

    def people(self, account: str) -> dict[str, str]:
        """Role by address or login."""
        listed = self.lists(f"/v1/accounts/{account}/contacts")
        return {person["email"] or person["login"]: person["role"] for person in listed}


def _said(answer: httpx2.Response, status: int = 200) -> Answer:
    assert answer.status_code == status, answer.text
    told: Answer = answer.json()
    return told


def refused(answer: httpx2.Response, status: int = 403) -> Answer:
    """The problem that an answer tells of."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return _said(answer, status)


def clauses(told: Answer) -> set[str]:
    """Which clauses a decision, a ticket, a quote or a refusal rests on."""
    return {citation["clause"] for citation in told.get("decision", told)["citations"]}


def targets(told: Answer) -> dict[str, Answer]:
    return {target["metric"]: target for target in told.get("decision", told)["targets"]}


def time_given(ticket: Answer, metric: str) -> timedelta:
    """From the receipt of a ticket until the clock is due."""
    clock = next(clock for clock in ticket["clocks"] if clock["metric"] == metric)
    return datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(ticket["received_at"])
