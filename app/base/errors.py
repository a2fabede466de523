"""What can go wrong, as values: one registry of codes, rendered as problem+json at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.base.reasons import REASONS


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the registry: HTTP status, short title, and what the reader can do about it."""

    status: int
    title: str
    remedy: str


CODES: dict[str, Code] = {
    "malformed_json": Code(400, "The body is not JSON", "Send one JSON object in UTF-8."),
    "unknown_parameter": Code(400, "Unknown query parameter", "Leave it out; the documentation lists the parameters."),
    "invalid_cursor": Code(400, "The cursor does not fit", "Start again without `cursor`, with the same filters."),
    "idempotency_key_required": Code(
        400, "Idempotency-Key is required", "Send a fresh key of at most 255 characters with each new request."
    ),
    "bad_request": Code(400, "The request cannot be read", "Check what you send: its line, headers and encoding."),
    "unauthenticated": Code(401, "Who is calling is not known", "Send `Authorization: Bearer` with a valid token."),
    "forbidden": Code(403, "Not allowed for this caller", "`GET /v1/me` lists what you may do."),
    "not_found": Code(404, "Nothing of that name here", "Check the id, number or reference."),
    "method_not_allowed": Code(405, "This path does not take that method", "The `Allow` header lists the methods."),
    "not_acceptable": Code(406, "Not to be had in that form", "Name a form it comes in in `Accept`, or leave it out."),
    "request_timeout": Code(408, "The request took too long to arrive", "Send it again in one go."),
    "conflict": Code(409, "The present state does not allow it", "Read the resource again, then decide."),
    "already_exists": Code(409, "It exists already", "Use the existing one, or choose another name."),
    "no_policy": Code(409, "No policy is in force", "The provider publishes a policy, or ask for another instant."),
    "idempotency_in_progress": Code(
        409, "The same request is still running", "Wait for its answer, then repeat with the same key."
    ),
    "file_lost": Code(410, "The file is lost", "Ask whoever has it to send it anew; give support the `request_id`."),
    "precondition_failed": Code(412, "It has changed meanwhile", "Read it again and repeat with the new ETag."),
    "too_large": Code(413, "Too large", "The documentation lists the limits."),
    "uri_too_long": Code(414, "The address is too long", "At most 8192 characters of path and query."),
    "unsupported_media_type": Code(415, "Not a media type this takes", "Send `Content-Type: application/json`."),
    "range_not_satisfiable": Code(416, "The file has no such part", "`Content-Range` says how long it is."),
    "invalid": Code(422, "Some of the input cannot be used", "Each entry of `errors` points at one place."),
    "idempotency_key_reused": Code(
        422, "The key was used for another request", "Use a fresh key, or repeat the first request unchanged."
    ),
    "precondition_required": Code(428, "If-Match is required", "Read it first and send its ETag as `If-Match`."),
    "headers_too_large": Code(431, "The headers are too large", "Send fewer or shorter headers."),
    "rate_limited": Code(429, "Too many requests", "Wait as long as `Retry-After` says."),
    "internal": Code(500, "Something broke on our side", "Repeat later; give support the `request_id`."),
    "unavailable": Code(503, "Not available just now", "Repeat after `Retry-After` seconds with the same key."),
    **{reason: Code(403, title, remedy) for reason, (title, remedy) in REASONS.items()},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the input: where (JSON pointer), which, and in words."""

    pointer: str
    code: str
    message: str


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """A request that ends otherwise than asked. `code` is a key of CODES; `detail` is for the reader."""

    code: str
    detail: str = ""
    errors: Sequence[Fault] = ()
    citations: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    passing: bool = False
    """What the policy asks for may still come: the state does not allow it now (409), rather than never (403)."""

    @property
    def status(self) -> int:
        return 409 if self.passing else CODES[self.code].status

    def __post_init__(self) -> None:
        super().__init__(self.code, self.detail)


class CannotStart(Exception):  # noqa: N818 - it reads as what happened
    """A process that cannot begin its work: one sentence for the operator, what is wrong and what to do."""
