"""Labelled tickets, and the words that the catalogue knows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.policy.language.matters import Topic
from app.policy.library.files import library
from app.services.triage import digest_of, lexicon_of
from app.triage.lexicon import Lexicon
from app.triage.proposal import Proposal, propose

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Label:
    provider: str
    topic: str
    topic_alt: tuple[str, ...]
    coverage: str | None
    coverage_alt: tuple[str, ...]
    coverage_basis: str | None
    priority: str | None
    priority_alt: tuple[str, ...]
    department: str | None
    department_alt: tuple[str, ...]
    emergency: bool
    emergency_alt: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    id: str
    language: str
    subject: str
    body: str
    product: str | None
    labels: tuple[Label, ...]


def tickets(name: str) -> list[Labelled]:
    """The tickets of a set, by its name."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_ticket(json.loads(line)) for line in lines]


def _ticket(row: Mapping[str, Any]) -> Labelled:
    labels = tuple(
        Label(
            label["provider"],
            label["topic"],
            tuple(label.get("topic_alt", ())),
            label.get("coverage"),
            tuple(label.get("coverage_alt", ())),
            label.get("coverage_basis"),
            label.get("priority"),
            tuple(label.get("priority_alt", ())),
            label.get("department"),
            tuple(label.get("department_alt", ())),
            label["emergency"],
            tuple(label.get("emergency_alt", ())),
        )
        for label in row["labels"]
    )
    return Labelled(row["id"], row["lang"], row["subject"], row["body"], row["product"], labels)


@cache
def topics() -> dict[str, Topic]:
    return {slug: Topic.model_validate(entry) for slug, entry in library().catalogues["hosting"].topics.items()}


@cache
def lexicon() -> Lexicon:
    return lexicon_of(topics(), digest_of(topics()))


def proposed(ticket: Labelled) -> Proposal:
    return propose(lexicon(), ticket.subject, ticket.body, product=ticket.product)


@cache
def _families() -> dict[str, str]:
    table = yaml.safe_load((HERE / "families.yaml").read_text(encoding="utf-8"))["families"]
    return {prefix: family for family, prefixes in table.items() for prefix in prefixes}


def family(topic: str | None) -> str | None:
    """By the longest prefix."""
    while topic:
        if topic in _families():
            return _families()[topic]
        topic = topic.rpartition(".")[0]
    return None
