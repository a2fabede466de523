"""A small provider of the tests' own, and two of its customers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision
from app.policy.language.patching import changed
from app.policy.language.settings import Settings
from app.policy.library.files import library
from app.policy.loading import check, load
from app.policy.settling import settle
from app.policy.situation import Account, ListedContact, Sender

PATH = Path(__file__).parent / "harbour.yaml"
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)

OWNER = Sender(email="ann@quay.example")
HELPER = Sender(email="bo@elsewhere.example")
STRANGER = Sender(email="who@ever.example")
STAFF = Sender(email="desk@harbour.example", role="staff")

QUAY = Account(
    number="17",
    products=("shared",),
    server="tern",
    hosted_domains=("quay.example",),
    contacts=(
        ListedContact(role="owner", email="ann@quay.example", name="Ann Ray"),
        ListedContact(role="helper", email="bo@elsewhere.example"),
    ),
)
PIER = Account(
    number="18",
    products=("shared",),
    hosted_domains=("pier.example",),
    reseller="90",
    contacts=(ListedContact(role="owner", email="cy@pier.example"),),
)


@cache
def _raw() -> dict[str, Any]:
    return load(PATH.read_text(encoding="utf-8"), library()).raw


def cites(decision: Decision, clause: str) -> bool:
    return any(citation.clause == clause for citation in decision.citations)


def harbour(patch: Mapping[str, Any] | None = None, **readings: str) -> CompiledPolicy:
    """The policy, with a merge patch over its document and the operator's readings."""
    values, chosen = settle(changed(_raw(), patch or {}), Settings(assumptions=readings))
    return CompiledPolicy(check(values), version=1, revision=0, chosen=chosen)
