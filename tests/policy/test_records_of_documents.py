"""What is said about each document stays as it is on record: pages, clauses, findings and differences."""

from itertools import chain

import pytest

from tests.policy.recording import RECORDS, changed, recorded
from tests.policy.recording_documents import TEXTS, clauses, pages

MEANT = "is told otherwise; if that is meant, write it down by `make records`"


@pytest.mark.parametrize("slug", TEXTS)
def test_a_document_is_told_as_on_record(slug: str) -> None:
    record = {name: parts for name, parts in recorded(f"documents/{slug}").items() if not name.startswith("example ")}
    told = dict(chain(pages(slug), clauses(slug)))
    assert set(told) == set(record)
    for name, found in told.items():
        assert changed(record[name], found) == {}, f"{name} {MEANT}"


def test_every_record_is_of_a_document() -> None:
    assert {path.stem for path in (RECORDS / "documents").glob("*.txt")} == set(TEXTS)


def test_a_page_with_another_word_is_noticed() -> None:
    name, found = next(pages("small"))
    record = recorded("documents/small")[name]
    assert changed(record, found) == {}
    assert set(changed(record, found | {"markdown": found["markdown"].replace("Small", "Tiny")})) == {"markdown"}
