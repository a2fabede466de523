"""Faults of sense in a document whose shape is faulty: told where they stand, and never what only follows."""

import pytest

from app.policy.language.faults import PolicyFaults
from app.policy.loading import load
from tests.policy.documents import LIBRARY, SMALL


def codes(text: str) -> list[str]:
    with pytest.raises(PolicyFaults) as caught:
        load(text, LIBRARY)
    return [f"{fault.code} {fault.pointer}" for fault in caught.value.faults]


def spoiled(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


def test_without_a_prefix_no_clause_is_foreign() -> None:
    assert codes(spoiled("prefix: SMA", "prefix: [SMA]")) == ["wrong_type /prefix"]


def test_with_its_prefix_a_foreign_clause_is_told_beside_faults_of_shape() -> None:
    text = spoiled("currency: EUR", "currency: [EUR]").replace("SMA-4:", "OTH-4:")
    assert codes(text) == ["wrong_type /currency", "foreign_clause /clauses/OTH-4"]


def test_what_names_an_entry_that_is_faulty_itself_is_not_unknown() -> None:
    assert codes(spoiled("kind: hourly,", "kind: [],")) == ["unknown_value /fees/hourly/kind"]


def test_what_names_a_section_that_is_faulty_itself_is_not_unknown() -> None:
    assert codes(
        SMALL.replace("catalogue: hosting", "catalogue: hosting\nproducts: 7").replace(
            "topics: [email]", "products: [shared], topics: [email]"
        )
    ) == ["wrong_type /products"]


def test_what_names_nothing_is_told_all_the_same_at_its_own_place() -> None:
    text = spoiled("kind: elapsed", "kind: []") + "  - {stage: priority, then: [{do: priority, priority: lowest}]}\n"
    assert codes(text) == ["unknown_value /targets/0/kind", "unknown_priority /rules/3/then/0/priority"]


def test_a_place_behind_faulty_entries_is_counted_as_it_is_written() -> None:
    text = spoiled("  - id: few_people\n    stage: priority", "  - id: few_people\n    stage: []")
    text += "  - {stage: priority, then: [{do: priority, priority: lowest}]}\n"
    assert codes(text) == ["unknown_value /rules/0/stage", "unknown_priority /rules/3/then/0/priority"]
