"""Whatever is asked, in whatever order and with whatever facts: there is an answer, and it explains itself."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.policy.compile import CompiledPolicy
from app.policy.language.document import Document
from app.policy.language.matters import Fact
from app.policy.library.files import library, policy_text
from app.policy.scenarios.desk import ScenarioDesk
from app.policy.scenarios.file import Played, read_file
from app.policy.scenarios.laws import broken
from app.policy.scenarios.memory import CannotPlay
from app.policy.scenarios.shelf import Shelf
from app.policy.scenarios.steps import KINDS
from app.policy.transitions import VERBS

FILE = read_file((Path(__file__).parent / "scenarios" / "cross.yaml").read_text(encoding="utf-8"))
SHELF = Shelf(policy_text, library())
PROVIDERS = sorted({account.provider for account in FILE.accounts.values()})
LONG = os.environ.get("CLAUSEDESK_TEST_TIER") == "long"
FIRST = datetime(2026, 2, 1, tzinfo=UTC)

# Most instants lie close together; a few where no holidays are known.
MINUTES = st.integers(0, 60 * 24 * 60)
INSTANTS = st.one_of(
    MINUTES, MINUTES, MINUTES, st.sampled_from([60 * 24 * 365 * years for years in (-11, 6, 9, 34)])
).map(lambda minutes: (FIRST + timedelta(minutes=minutes)).isoformat())
TEXTS = st.sampled_from(["", "x", "acmeco", "fr", "pt-BR", "windows", "wordpress", "bill", "free", "refuse"])
VALUES = {
    "bool": st.booleans(),
    "int": st.sampled_from([0, 1, 2, 3, 30, 10**6]),
    "decimal": st.sampled_from(["0.01", "0.2", 0.5]),
    "instant": INSTANTS | st.just("yesterday"),
    "money": st.sampled_from(["0", "10.00"]),
    "duration": st.sampled_from(["PT2H", "soon"]),
}
SAID = {
    "to_level": st.integers(0, 9),
    "estimated_minutes": st.sampled_from([0, 25, 26, 1000]),
    "minutes": st.sampled_from([0, 10, 60, 500]),
    "available": st.booleans(),
    "cause": st.sampled_from(["provider", "customer", "third_party", "unknown"]),
    "method": st.sampled_from(["registrar", "callback", "pin"]),
    "result": st.sampled_from(["match", "no_match", "verified"]),
    "metric": st.sampled_from(["first_response", "resolve", "nothing"]),
    "code": st.sampled_from(["workload", "escalation", "nothing"]),
    "field": st.sampled_from(["coverage", "priority", "level", "department", "topic", "nothing"]),
    "value": st.sampled_from(["covered", "not_supported", "high", "2", "nothing"]),
    "amount": st.sampled_from(["0", "10.00", "85.00", "1000000", "much", "-1"]),
    "due_at": INSTANTS | st.just("soon"),
    "from": INSTANTS,
    "until": INSTANTS,
}


def some(entries: Mapping[str, Any], most: int = 6) -> st.SearchStrategy[dict[str, Any]]:
    """A few of the entries, each with a value of its own."""
    names = st.lists(st.sampled_from(sorted(entries)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: entries[name] for name in chosen}))


def value_of(fact: Fact, topics: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    if fact.type == "topic":
        return topics
    known = st.sampled_from(fact.values) if fact.type == "enum" else VALUES.get(fact.type, TEXTS)
    return known | st.none()


class World:
    """What can be said to one provider's desk."""

    def __init__(self, policy: CompiledPolicy) -> None:
        document = policy.document
        self.accounts = [name for name, a in FILE.accounts.items() if a.provider == document.provider]
        self.account = st.sampled_from(self.accounts)
        topics = st.sampled_from(sorted(document.topics))
        facts = {name: value_of(fact, topics) for name, fact in document.facts.items()} | {"topic": topics}
        self.facts = st.builds(lambda topic, more: {"topic": topic, **more}, topics, some(facts)) | some(facts)
        self.sender = self._sender(document)
        self.request = self._request(document)
        self.payload = some(
            SAID
            | {
                "facts": some(facts, 3),
                "department": st.sampled_from([*document.departments, "nowhere"]),
                "currency": st.sampled_from([document.currency, "XXX"]),
            }
        )
        self.steps = st.lists(self._step(document), min_size=1, max_size=7)

    def _sender(self, document: Document) -> st.SearchStrategy[dict[str, Any]]:
        people = [c for name in self.accounts for c in FILE.accounts[name].contacts]
        listed = st.sampled_from([c.model_dump(include={"email", "user", "name"}, exclude_none=True) for c in people])
        others = st.sampled_from([{}, {"email": "x@stranger.example"}, {"email": "bad"}, {"name": "Nobody"}])
        staff = st.just({"role": "staff", "email": "s@desk.example"})
        forged = listed.map(lambda sender: {**sender, "mail_auth": "fail"})
        return listed | staff | others | forged

    def _request(self, document: Document) -> st.SearchStrategy[dict[str, Any]]:
        entrances = {*document.channels, "fax", *(c.entrance for c in document.channels.values() if c.entrance)}
        return st.fixed_dictionaries(
            {"at": INSTANTS, "facts": self.facts},
            optional={
                "account": self.account,
                "on_behalf_of": self.account,
                "channel": st.sampled_from(sorted(entrances)),
                "menu_option": st.integers(0, 3),
                "sender": self.sender,
                "action": st.sampled_from([*(a for a in document.actions if a != "*"), "anything"]),
                "estimated_minutes": st.sampled_from([0, 1, 25, 26, 60, 1000]),
            },
        )

    def _step(self, document: Document) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
        def dated(**members: Any) -> st.SearchStrategy[dict[str, Any]]:
            return st.fixed_dictionaries({"at": INSTANTS, **members})

        verb = dated(verb=st.sampled_from(sorted(VERBS)), by=self.sender, payload=self.payload)
        hold = dated(verb=st.sampled_from(["hold", "release", "adopt"]), by=self.sender, account=self.account)
        change = dated(
            account=self.account,
            op=st.sampled_from(["add", "replace", "remove", "confirm_all"]),
            role=st.sampled_from(sorted(document.contacts)),
            sender=self.sender,
            email=st.sampled_from(["a@b.example", "bad", "thandi@acme-bakery.co.za"]),
            new_email=st.just("n@m.example"),
        )
        event = dated(
            type=st.sampled_from(["hosted_domain_added", "monitor_down", "target_met", "plugin_scan", "abuse_report"]),
            account=self.account,
            domain=st.just("mailbox.example"),
            server=st.just("zeus3"),
            metric=st.just("first_response"),
            due=INSTANTS,
            met_at=INSTANTS,
            approved=st.booleans(),
        )
        kinds = {
            "ticket": self.request,
            "classify": self.request,
            "message": self.request,
            "action": self.request,
            "contact": change,
            "transition": verb | hold,
            "event": event,
            "notice": dated(accounts=st.just(self.accounts)),
            "quote": st.fixed_dictionaries({"facts": self.facts, "minutes": st.integers(0, 500)}),
            "publish": INSTANTS.map(lambda at: {"at": at, "effective_from": at}),
        }
        often = ["ticket", "ticket", "ticket", "message", "transition", "transition", "transition"]
        chosen = st.sampled_from([*often, *kinds])
        return chosen.flatmap(lambda kind: kinds[kind].map(lambda step: (kind, step)))


def in_order(steps: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """The same steps, as time goes by."""
    return sorted(steps, key=lambda step: datetime.fromisoformat(step[1].get("at", FIRST.isoformat())))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_story_has_answers_that_explain_themselves(provider: str) -> None:
    policy = SHELF.policy(provider, {}, FILE.holidays)
    world = World(policy)

    @settings(max_examples=1500 if LONG else 60, deadline=None)
    @given(world.steps, st.data())
    def told(steps: list[tuple[str, dict[str, Any]]], data: st.DataObject) -> None:
        desk, tickets = ScenarioDesk(policy, FILE.accounts), list[str]()
        for number, (kind, written) in enumerate(in_order(steps)):
            named = dict[str, str]()
            if kind == "message" or (kind == "transition" and "account" not in written):
                if not tickets:
                    continue
                named = {"ticket": data.draw(st.sampled_from(tickets))}
            fields = {**written, **named}
            name = f"t{number}" if kind == "ticket" else None
            try:
                answer = desk.play(Played(kind, KINDS[kind].model_validate(fields), name, {}))
            except CannotPlay:
                continue
            tickets += [name] if name else []
            assert broken(answer) == []

    told()
