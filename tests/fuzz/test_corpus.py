"""What fuzzing has once come upon is read again with every change, and so is what it begins with."""

from pathlib import Path

import pytest

from tests.fuzz.targets import CARELESS, TARGETS

CORPUS = Path(__file__).with_name("corpus")


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_was_found_is_read_without_complaint(name: str) -> None:
    target = TARGETS[name]
    kept = [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]
    assert list(target.seeds())
    for content in (*kept, *target.seeds()):
        assert len(content) <= target.longest
        target.reads(content)


def test_a_careless_reader_would_be_found_out() -> None:
    with pytest.raises(ValueError, match="NaN"):
        CARELESS.reads(b"[NaN]")
