"""What a decision costs: against pydantic reading the request and writing the answer, and with ten times the rules.

Run it as `python -m tests.benchmarks.decisions`. Rounds are interleaved and the medians of CPU time compared, so that
a busy machine moves both sides alike.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import DECISIONS, Decision
from app.policy.language.settings import Settings
from app.policy.library.files import library, policy_text
from app.policy.loading import check, load
from app.policy.settling import settle
from app.policy.situation import Account, ListedContact, Request, Sender, Situation

AT = datetime(2026, 2, 10, 15, tzinfo=UTC)
ROUNDS, CALLS = 15, 300
TOPICS = {
    "plutus": "email.offline",
    "tsc": "device.printing",
    "mexxus": "web.error",
    "kenotronix": "access.login",
    "brs": "email.error",
}
"""By provider, what a usual request is about: one that is taken up."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request with its customer, for one of the library's policies."""

    policy: CompiledPolicy
    request: Request
    situation: Situation

    def decided(self) -> Decision:
        return decide(self.policy, self.request, self.situation, AT)


def compiled(provider: str, widen: Callable[[dict[str, Any]], dict[str, Any]] = lambda raw: raw) -> CompiledPolicy:
    text = policy_text(provider)
    assert text is not None
    raw, chosen = settle(widen(load(text, library()).raw), Settings())
    return CompiledPolicy(check(raw), 1, 0, chosen)


def question(policy: CompiledPolicy, topic: str) -> Question:
    """A plain request by the first listed contact of a customer, through the first official channel."""
    role = next(iter(policy.document.contacts))
    products = tuple(list(policy.document.products)[:1])
    person = ListedContact(role=role, email="kim@customer.example", name="Kim Rivers")
    account = Account(number="C1001", products=products, contacts=(person,))
    request = Request(sender=Sender(email="kim@customer.example"), facts={"topic": topic, "users_affected": 3})
    return Question(policy, request, Situation(account=account, account_named=True, ticket=True))


def with_more_rules(times: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The document with so many times its rules; the added ones ask for topics nobody has asked about."""

    def widen(raw: dict[str, Any]) -> dict[str, Any]:
        added: list[dict[str, Any]] = []
        for n in range(1, times):
            for rule in raw["rules"]:
                when: Mapping[str, Any] = {**rule.get("when", {}), "topic": f"other.topic_{n}"}
                added.append({**rule, "id": f"{rule.get('id', rule['stage'])}_{n}", "when": when})
        topics = {**raw["topics"], **{f"other.topic_{n}": {} for n in range(1, times)}}
        return {**raw, "rules": [*raw["rules"], *added], "topics": topics}

    return widen


def instructions(work: Callable[[], object]) -> int:
    """Instructions of Python that one call carries out once everything is warm; the same on every machine."""
    counted = 0

    def within(frame: FrameType, event: str, _: object) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        return within

    work(), work()
    tracing = sys.gettrace()
    for _ in range(2):  # newer Pythons tell of instructions only from the second call on
        counted = 0
        sys.settrace(within)
        try:
            work()
        finally:
            sys.settrace(tracing)
    return counted


def _cpu_per_call(work: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - started) / CALLS


def ratio(work: Callable[[], object], floor: Callable[[], object], rounds: int = ROUNDS) -> float:
    """How many times the floor's CPU the work takes; A B A B, medians."""
    work(), floor()
    pairs = [(_cpu_per_call(work), _cpu_per_call(floor)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def against_pydantic(asked: Question, rounds: int = ROUNDS) -> float:
    """A full decision against validating that request with its customer and dumping that decision."""
    request = asked.request.model_dump_json()
    account = asked.situation.account
    assert account is not None
    customer, answer = account.model_dump_json(), asked.decided()

    def floor() -> object:
        Request.model_validate_json(request)
        Account.model_validate_json(customer)
        return DECISIONS.dump_json(answer)

    return ratio(asked.decided, floor, rounds)


def with_ten_times_the_rules(provider: str, topic: str, rounds: int = ROUNDS) -> float:
    plain, wide = question(compiled(provider), topic), question(compiled(provider, with_more_rules(10)), topic)
    return ratio(wide.decided, plain.decided, rounds)


def main() -> None:
    for provider, topic in TOPICS.items():
        asked = question(compiled(provider), topic)
        once, wide = against_pydantic(asked), with_ten_times_the_rules(provider, topic)
        times = f"decide / pydantic {once:5.2f}   ten times the rules {wide:5.2f}"
        print(f"{provider:12} {times}   {instructions(asked.decided):6,} instructions")


if __name__ == "__main__":
    main()
