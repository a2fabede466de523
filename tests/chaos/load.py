"""Callers who keep their own ledger: what was acknowledged to them, and what they had to be told twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2

Headers = dict[str, str]
_GIVES_UP_AFTER = 40.0
_ASKED = {"subject": "Checkout is dead", "facts": {"topic": "web.offline"}}


@dataclass
class Ledger:
    """What the desk has acknowledged: the only truth that it is held against afterwards."""

    tickets: dict[str, str] = field(default_factory=dict)
    """Id by Idempotency-Key."""
    messages: dict[str, str] = field(default_factory=dict)
    """Ticket by its text, which is unique."""
    consents: Counter[str] = field(default_factory=Counter)
    """How often consent to a quote was acknowledged, under keys of different presses."""
    payments: dict[str, str] = field(default_factory=dict)
    """Quote by reference."""
    wrong: list[str] = field(default_factory=list)
    """Answers that must not be: 5xx but 503, 503 without Retry-After, two answers under one key."""
    stuck: list[str] = field(default_factory=list)
    """Requests that were never answered."""
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> int:
        return len(self.tickets) + len(self.messages) + sum(self.consents.values()) + len(self.payments)


@dataclass
class People:
    account: str
    customer: Headers
    staff: Headers
    billing: Headers


class Caller:
    """One customer with the staff and the billing system that deal with them."""

    def __init__(self, client: httpx2.AsyncClient, ports: Sequence[int], people: People, ledger: Ledger) -> None:
        self._client, self._ports, self._people, self._ledger = client, ports, people, ledger
        self._chance = random.Random(people.account)

    async def call_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._one_errand()
            await asyncio.sleep(self._chance.uniform(0.02, 0.2))

    async def _one_errand(self) -> None:
        ledger, who = self._ledger, self._people
        key = uuid4().hex
        opened = await self._pressed_twice("/v1/tickets", who.customer, {**_ASKED, "metadata": {"key": key}}, key)
        if opened is None:
            return
        ticket = ledger.tickets[key] = opened["id"]
        text = f"Any news of {uuid4().hex}?"
        if await self._send(f"/v1/tickets/{ticket}/messages", who.customer, {"body": text}) is not None:
            ledger.messages[text] = ticket
        offer = {"account": who.account, "rule": "advanced_support", "estimated_minutes": 40}
        quote = await self._send("/v1/quotes", who.staff, offer)
        if quote is None:
            return
        path = f"/v1/quotes/{quote['id']}"
        pressed = await asyncio.gather(*(self._send(f"{path}/consent", who.customer, {}) for _ in range(2)))
        ledger.consents[quote["id"]] += sum(answer is not None for answer in pressed)
        reference = f"INV-{uuid4().hex[:12]}"
        paid = {"amount": {"amount": "10.00", "currency": "CAD"}, "reference": reference}
        sent = await asyncio.gather(*(self._send(f"{path}/payments", who.billing, paid) for _ in range(2)))
        if any(answer is not None for answer in sent):
            ledger.payments[reference] = quote["id"]

    async def _pressed_twice(self, path: str, who: Headers, body: Any, key: str) -> dict[str, Any] | None:
        """The same request at two replicas at once: it is one, and both hear the same."""
        answers = await asyncio.gather(*(self._send(path, who, body, key) for _ in range(2)))
        heard = {answer["id"] for answer in answers if answer is not None}
        if len(heard) > 1:
            self._ledger.wrong.append(f"two answers under one key: {heard}")
        return next((answer for answer in answers if answer is not None), None)

    async def _send(self, path: str, who: Headers, body: Any, key: str = "") -> dict[str, Any] | None:
        """Until there is an answer, at whichever replica; None where the state does not allow it (any more)."""
        headers = {**who, "Idempotency-Key": key or uuid4().hex}
        until = asyncio.get_running_loop().time() + _GIVES_UP_AFTER
        while asyncio.get_running_loop().time() < until:
            url = f"http://127.0.0.1:{self._chance.choice(self._ports)}{path}"
            try:
                answer = await self._client.post(url, json=body, headers=headers)
            except httpx2.TransportError:
                await asyncio.sleep(self._chance.uniform(0.02, 0.1))
                continue
            self._ledger.answers[answer.status_code] += 1
            if answer.is_success:
                told: dict[str, Any] = answer.json()
                return told
            if answer.status_code == 503 and "retry-after" in answer.headers:
                await asyncio.sleep(self._chance.uniform(0.05, 0.3))
            elif answer.status_code == 409:
                if answer.json()["code"] not in ("idempotency_in_progress",):
                    return None
                await asyncio.sleep(0.1)
            else:
                self._ledger.wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")
                return None
        self._ledger.stuck.append(path)
        return None
