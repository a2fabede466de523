"""Keys made in the app: UUIDv7 (sorted by time of making) and ticket references to say on the phone."""

import os
import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from itertools import count as counting
from operator import mul
from uuid import UUID, SafeUUID

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {c: i for i, c in enumerate(_CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
_UNKNOWN = SafeUUID.unknown
_new, _set_int, _set_safe = object.__new__, vars(UUID)["int"].__set__, vars(UUID)["is_safe"].__set__
_AS_CHARACTERS = "".join(_CROCKFORD[byte & 31] for byte in range(256)).encode()
_DIGITS = 11
# Weights coprime to 32 catch every single wrong character; neighbours differ, so most swaps are caught too.
_WEIGHTS = tuple(2 * i + 1 for i in range(_DIGITS))
# The longest counter of RFC 9562 (6.2, method 1), begun anywhere in its lower half: no process lives to see it roll
# over. One step of it cannot be interrupted, so threads need no lock.
_made = counting(secrets.randbits(41))


def uuid7(now: datetime) -> UUID:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds since 1970, 42 of a counter, 32 of randomness.

    What one process makes at one instant sorts in the order of making, however instants take turns.
    """
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    count = next(_made) & (1 << 42) - 1
    high = milliseconds << 16 | 0x7 << 12 | count >> 30
    low = 0b10 << 62 | (count & (1 << 30) - 1) << 32 | int.from_bytes(os.urandom(4), "big")
    return _uuid(high << 64 | low)


def _uuid(value: int) -> UUID:
    """As UUID makes it, but for the checks of what others hand in."""
    made = _new(UUID)
    _set_int(made, value)
    _set_safe(made, _UNKNOWN)
    return made


def first_uuid7(at: datetime) -> UUID:
    """No version 7 UUID made at this instant or later sorts before it."""
    return _uuid((int(at.timestamp() * 1000) & (1 << 48) - 1) << 80)


def uuid7_of(at: datetime, name: str) -> UUID:
    """A version 7 UUID of this instant that is the same each time it is made of this name."""
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    named = int.from_bytes(sha256(name.encode()).digest()[:10], "big")
    high = milliseconds << 16 | 0x7 << 12 | named >> 68
    low = 0b10 << 62 | named & (1 << 62) - 1
    return UUID(int=high << 64 | low)


def new_reference(prefix: str) -> str:
    """A ticket reference: provider prefix and 3 x 4 Crockford base32 characters, the last one a check character."""
    drawn = os.urandom(_DIGITS)
    # Of each byte five bits count: 32 divides what the others add to the sum of its check character.
    return _written(prefix, drawn.translate(_AS_CHARACTERS).decode() + _CROCKFORD[_check(drawn)])


def parse_reference(text: str) -> str | None:
    """The canonical form of a reference as a person typed it, or None when its check character does not fit."""
    prefix, _, rest = text.strip().upper().partition("-")
    characters = rest.replace("-", "")
    if not prefix.isalpha() or len(characters) != _DIGITS + 1 or any(c not in _VALUE for c in characters):
        return None
    digits = [_VALUE[c] for c in characters]
    written = "".join(map(_CROCKFORD.__getitem__, digits))
    return _written(prefix, written) if _check(digits[:-1]) == digits[-1] else None


def _check(digits: Iterable[int]) -> int:
    weighed: int = sum(map(mul, _WEIGHTS, digits))
    return weighed % 32


def _written(prefix: str, text: str) -> str:
    return f"{prefix}-{text[:4]}-{text[4:8]}-{text[8:]}"
