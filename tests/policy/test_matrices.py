"""Coverage matrices, cell by cell: each row of `matrices/<provider>.csv` is decided and compared.

A row names topic, product (with its variant behind a slash; `*` is every product) and the facts that are known, and
what must come of it: coverage, strictness, the clauses that decide, a flag, and readings among those reported.
"""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.language.settings import Settings
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.policy.settling import settle
from app.policy.situation import Account, ListedContact, Request, Situation

MATRICES = Path(__file__).parent / "matrices"
AT = datetime(2026, 2, 10, 15, tzinfo=UTC)
TRUTH = {"true": True, "false": False}

Row = dict[str, str]


def _rows() -> dict[tuple[str, str], list[Row]]:
    found = defaultdict(list)
    for path in sorted(MATRICES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[path.stem, row["topic"]].append(row)
    return found


ROWS = _rows()


@cache
def policy_of(provider: str) -> CompiledPolicy:
    text = policy_text(provider)
    assert text is not None
    loaded = load(text, library())
    return CompiledPolicy(loaded.document, version=1, revision=0, chosen=settle(loaded.raw, Settings())[1])


@pytest.mark.parametrize(("provider", "topic"), ROWS)
def test_every_cell_of_the_matrix_is_decided_as_written(provider: str, topic: str) -> None:
    policy = policy_of(provider)
    wrong = []
    for row in ROWS[provider, topic]:
        products = policy.document.products if row["product"] == "*" else [row["product"]]
        for product in products:
            decision = _decided(policy, topic, product, row["facts"])
            wrong += [f"{product} {row['facts']}: {what}" for what in _differences(row, decision)]
    assert wrong == []


@pytest.mark.parametrize("provider", sorted({provider for provider, _ in ROWS}))
def test_a_matrix_speaks_of_every_topic_and_product(provider: str) -> None:
    document = policy_of(provider).document
    assert {topic for name, topic in ROWS if name == provider} == set(document.topics)
    named = {row["product"].split("/")[0] for (name, _), rows in ROWS.items() if name == provider for row in rows}
    assert named - {"*"} == set(document.products)


def _decided(policy: CompiledPolicy, topic: str, product: str, facts: str) -> Decision:
    slug, _, variant = product.partition("/")
    account = Account(
        number="1",
        products=(slug,),
        product_variant=variant or None,
        contacts=(ListedContact(role=next(iter(policy.document.contacts)), email="ann@example.org"),),
    )
    known: dict[str, Any] = dict(pair.split("=") for pair in facts.split())
    known = {name: TRUTH.get(value, value) for name, value in known.items()}
    situation = Situation(account=account, account_named=True, dry_run=True, ticket=True)
    return decide(policy, Request(facts={"topic": topic, **known}), situation, AT)


def _differences(row: Row, decision: Decision) -> list[str]:
    cited = {c.clause for c in decision.citations if c.stage == "coverage"}
    wanted = set(row["clauses"].split())
    flags = {(e.model_extra or {}).get("of") for e in decision.effects if e.type == "flag"}
    silent = row["coverage"] == "unspecified"  # what is not said may cite beside it what comes near
    checks = {
        "coverage": (row["coverage"], str(decision.coverage)),
        "strict": (row["strict"] == "strict", decision.strict),
        "outcome": ("refused" if row["coverage"] == "not_supported" else "accepted", str(decision.outcome)),
        "clauses": (wanted, wanted & cited if silent else cited),
        "flag": ({row["flag"]} - {""}, flags),
        "assumptions": (set(), set(row["assumptions"].split()) - {a.id for a in decision.assumptions}),
    }
    return [f"{name}: {want} is {found}" for name, (want, found) in checks.items() if want != found]
