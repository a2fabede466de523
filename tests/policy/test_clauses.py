"""No clause decides unseen: take it from the rules that use it, and an expectation fails."""

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.policy.library.files import library, policy_text
from app.policy.loading import load

HERE = Path(__file__).parent
PROVIDERS = ("plutus", "tsc", "mexxus", "kenotronix", "brs")
_CLAUSE = re.compile(r"[A-Z]{2,6}-\d+")


def _cited(node: Any) -> set[str]:
    """Every clause that an expectation demands among the citations."""
    if isinstance(node, dict):
        own = set(node.get("cites") or ())
        return own.union(*map(_cited, node.values())) if node else own
    return set().union(*map(_cited, node)) if isinstance(node, list) else set()


@cache
def _demanded() -> set[str]:
    files = sorted((HERE / "scenarios").glob("*.yaml"))
    found = set().union(*(_cited(yaml.safe_load(f.read_text("utf-8"))["scenarios"]) for f in files))
    for matrix in sorted((HERE / "matrices").glob("*.csv")):
        with matrix.open(encoding="utf-8", newline="") as rows:
            found |= {
                clause for row in csv.DictReader(rows) for clause in _CLAUSE.findall(" ".join(map(str, row.values())))
            }
    return found


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_clause_that_decides_is_demanded_by_an_expectation(provider: str) -> None:
    text = policy_text(provider)
    assert text is not None
    clauses = load(text, library()).document.clauses
    deciding = {id_ for id_, clause in clauses.items() if clause.informative is None}
    assert deciding
    assert deciding - _demanded() == set()


def test_a_clause_that_nothing_demands_is_noticed() -> None:
    assert "MEX-999" not in _demanded()
    assert "MEX-06" in _demanded()
