"""The one thing that comes out of verification besides a principal."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a token is refused: for logs and counters; the caller only learns that it was."""

    MALFORMED = "malformed"
    HEADER = "header"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    CLAIMS = "claims"


class TokenRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
