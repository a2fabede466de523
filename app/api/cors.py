"""What pages of other origins may send and see; which origins those are is a setting, and none by default."""

from typing import Any, Final

CORS: Final[dict[str, Any]] = {
    "allow_methods": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    "allow_headers": [
        "Accept-Language",
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "If-Range",
        "Range",
        "X-Request-Id",
        "traceparent",
    ],
    "expose_headers": [
        "Content-Disposition",
        "Content-Range",
        "ETag",
        "Idempotent-Replayed",
        "Link",
        "Location",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
        "X-Request-Id",
    ],
    "allow_credentials": False,
    "max_age": 600,
}
"""Tokens are sent by the page itself; no cookie ever is."""
