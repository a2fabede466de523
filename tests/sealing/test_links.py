"""Links that work once: made again for delivery, and by nobody without the key."""

from app.sealing.keys import SealingKeys
from app.sealing.links import link_digest, link_secret_again, new_link_secret, opens

KEYS = SealingKeys({"one": b"1" * 32})


def test_the_secret_is_had_again_by_its_digest_also_after_a_rotation() -> None:
    secret = new_link_secret(KEYS, "form 1")
    digest = link_digest(secret)
    rotated = SealingKeys({"two": b"2" * 32, "one": b"1" * 32})
    assert new_link_secret(rotated, "form 1") != secret
    assert link_secret_again(rotated, "form 1", digest) == secret
    assert link_secret_again(SealingKeys({"two": b"2" * 32}), "form 1", digest) is None


def test_each_thing_has_a_secret_of_its_own() -> None:
    one, two = new_link_secret(KEYS, "form 1"), new_link_secret(KEYS, "form 2")
    assert opens(one, link_digest(one))
    assert not opens(one, link_digest(two))
    assert not opens("\ud800", link_digest(two))
