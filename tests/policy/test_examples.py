"""Every clause that decides has an example: steps on an empty desk, the last of which is decided by it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.policy.compile import CompiledPolicy
from app.policy.examples.finding import example
from app.policy.examples.supposing import LATER, Supposing
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from tests.policy.documents import LIBRARY, SMALL
from tests.policy.recording import changed, recorded
from tests.policy.recording_documents import examples

AT = datetime(2026, 3, 3, 15, tzinfo=UTC)
SMALL_POLICY = CompiledPolicy(load(SMALL, LIBRARY).document, version=1, revision=0, chosen={})
STRANGERS = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parent / "strangers").glob("*.yaml"))
    if "_scenarios" not in path.stem
}


def compiled(slug: str) -> CompiledPolicy:
    text = STRANGERS.get(slug) or policy_text(slug)
    assert text is not None
    document = load(text, library()).document
    readings = {id_: assumption.value for id_, assumption in document.assumptions.items()}
    return CompiledPolicy(document, version=1, revision=0, chosen=readings)


@pytest.mark.parametrize("slug", ["plutus", "tsc", "mexxus", "kenotronix", "brs", *STRANGERS])
def test_every_clause_that_decides_has_the_example_on_record(slug: str) -> None:
    record = {name: parts for name, parts in recorded(f"documents/{slug}").items() if name.startswith("example ")}
    found = dict(examples(slug))
    assert found
    assert [clause for clause, parts in found.items() if parts["scene"] is None] == []
    otherwise = {clause: changed(record.get(clause, {}), parts) for clause, parts in found.items()}
    assert {clause: parts for clause, parts in otherwise.items() if parts} == {}, "if that is meant: `make records`"


@pytest.mark.parametrize("clause", ["SMA-1", "SMA-2", "SMA-3"])
def test_an_example_is_decided_by_the_clause(clause: str) -> None:
    found = example(SMALL_POLICY, clause, AT)
    assert found is not None
    assert clause in {citation.clause for citation in found.answer.citations}
    # A request states facts, never what follows from them.
    assert "priority" not in found.scene.when[1].get("facts", {})


def test_a_clause_that_decides_nothing_has_no_example() -> None:
    assert example(SMALL_POLICY, "SMA-4", AT) is None


def test_an_example_is_the_same_each_time() -> None:
    policy = compiled("tsc")
    assert example(policy, "TSC-12", AT) == example(policy, "TSC-12", AT)


CONDITIONS = [
    {"cause": "provider"},
    {"cause": ["provider", "customer"]},
    {"users_affected": {"gte": 2}},
    {"users_affected": {"gt": 2, "not": 3}},
    {"users_affected": {"lt": 5}},
    {"urgent": {"not": True}},
    {"topic": "network"},
    {"topic": {"not": ["network", "email"]}},
    {"received_at": {"in": "office"}},
    {"received_at": {"not_in": "office"}},
    {"cause": {"exists": True}},
    {"cause": {"exists": False}},
    {"any": [{"cause": "provider"}, {"urgent": True}]},
    {"all": [{"cause": "provider"}, {"urgent": True}]},
    {"not": {"any": [{"cause": "provider"}, {"urgent": True}]}},
    {"not": {"all": [{"cause": "provider"}, {"urgent": True}]}},
    {"not": {"not": {"urgent": True}}},
    {"not": {"users_affected": {"gte": 2}}},
    {"not": {"cause": {"exists": True}}},
]


@pytest.mark.parametrize("predicate", CONDITIONS, ids=str)
def test_what_is_supposed_makes_the_condition_hold(predicate: dict[str, object]) -> None:
    policy = compiled("tsc")
    holds = policy.condition(predicate).holds
    ways = Supposing(policy, AT).ways(predicate)
    assert ways
    assert any(holds(way) for way in ways)


def test_a_while_since_something_happened_is_waited_for() -> None:
    (way,) = Supposing(compiled("tsc"), AT).ways({"age": {"of": "waiting_customer", "gte": "P3D"}})
    assert way[LATER].days == 3
