"""Links that work once: made again for whoever delivers them, and by nobody without the key."""

from app.sealing.keys import SealingKeys
from app.sealing.links import link_secret, opens

KEYS = SealingKeys({"one": b"1" * 32})
ROTATED = SealingKeys({"two": b"2" * 32, "one": b"1" * 32})


def test_the_secret_is_always_the_same_and_opens_after_a_rotation_too() -> None:
    secret = link_secret(KEYS, "form 1")
    assert link_secret(KEYS, "form 1") == secret != link_secret(ROTATED, "form 1")
    assert opens(KEYS, secret, "form 1")
    assert opens(ROTATED, secret, "form 1")
    assert not opens(SealingKeys({"two": b"2" * 32}), secret, "form 1")


def test_it_opens_nothing_else_and_nothing_else_opens_it() -> None:
    secret = link_secret(KEYS, "form 1")
    assert not opens(KEYS, secret, "form 2")
    for other in ("", secret[:-1], secret + "A", secret.swapcase(), "\ud800", "é"):
        assert not opens(KEYS, other, "form 1")
