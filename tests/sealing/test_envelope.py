"""Envelopes: opened by the right key in the right place, and by nothing else."""

import pytest

from app.sealing.envelope import CannotUnseal, rewrapped, seal, sealed_by, unseal
from app.sealing.keys import SealingKeys
from tests.reliability.report import examined

OLD, NEW = SealingKeys({"old": b"o" * 32}), SealingKeys({"new": b"n" * 32, "old": b"o" * 32})
PLACE = "provider|ticket|form"


def test_what_was_sealed_is_had_again_and_stands_nowhere_in_the_envelope() -> None:
    envelope = seal(OLD, b"hunter2-canary", PLACE)
    assert unseal(OLD, envelope, PLACE) == b"hunter2-canary"
    assert b"canary" not in envelope
    assert seal(OLD, b"hunter2-canary", PLACE) != envelope


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens() -> None:
    before, after = seal(OLD, b"a", PLACE), seal(NEW, b"b", PLACE)
    assert (sealed_by(before), sealed_by(after)) == ("old", "new")
    assert (unseal(NEW, before, PLACE), unseal(NEW, after, PLACE)) == (b"a", b"b")
    with pytest.raises(CannotUnseal, match="new is not among"):
        unseal(OLD, after, PLACE)


@pytest.mark.parametrize("place", ["other|ticket|form", "provider|other|form", "provider|ticket|other", ""])
def test_it_does_not_open_in_another_place(place: str) -> None:
    with pytest.raises(CannotUnseal):
        unseal(OLD, seal(OLD, b"a", PLACE), place)


def test_no_changed_or_shortened_byte_passes() -> None:
    envelope = seal(OLD, b"a", PLACE)
    examined("sealing", 2 * len(envelope))
    for n in range(len(envelope)):
        for spoiled in (envelope[:n] + bytes([envelope[n] ^ 1]) + envelope[n + 1 :], envelope[:n]):
            with pytest.raises(CannotUnseal):
                unseal(OLD, spoiled, PLACE)


def test_another_key_of_the_same_name_does_not_open_it() -> None:
    with pytest.raises(CannotUnseal):
        unseal(SealingKeys({"old": b"x" * 32}), seal(OLD, b"a", PLACE), PLACE)


def test_a_key_is_not_taken_for_a_text() -> None:
    envelope = seal(OLD, b"k" * 32, PLACE)
    head, key, sealed = envelope[:5], envelope[5:65], envelope[65:]
    assert len(sealed) == len(key)
    with pytest.raises(CannotUnseal):
        unseal(OLD, head + sealed + key, PLACE)


def test_wrapped_anew_it_opens_in_its_place_by_the_new_key_alone_and_its_text_is_not_touched() -> None:
    before = seal(OLD, b"a", PLACE)
    after = rewrapped(NEW, before, PLACE)
    assert after is not None
    assert (sealed_by(after), after[-29:]) == ("new", before[-29:])
    assert unseal(SealingKeys({"new": b"n" * 32}), after, PLACE) == b"a"
    assert rewrapped(NEW, after, PLACE) is None
    for place, keys in ((PLACE + "x", NEW), (PLACE, SealingKeys({"new": b"n" * 32}))):
        with pytest.raises(CannotUnseal):
            rewrapped(keys, before, place)
