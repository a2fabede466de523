"""A request that may be repeated: its key and fingerprint, and the answer kept for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class IdempotentRequest:
    """`principal` is who asked, `fingerprint` the SHA-256 of method, path, principal and canonical body.

    Nobody changes one.
    """

    key: str
    principal: str
    fingerprint: bytes


@dataclass(slots=True)
class StoredAnswer:
    """An answer as it was sent, byte for byte; kept in the transaction of its effect. Nobody changes one."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False
    """It shows a secret, so it is never kept: whoever repeats the request learns that it was answered."""
