"""What Schemathesis is taught: how mail is written, and that a document must tell all that makes input malformed."""

from typing import Any, Final

import schemathesis
from hypothesis import strategies as st

_TELLABLE: Final = frozenset({"type", "pattern", "too_long", "too_short", "too_precise", "naive_time"})
"""Codes of faults that a schema can tell of beforehand; what is there, offered or due only the desk knows."""
# A policy has a JSON Schema of its own, and of facts the policy tells what they may be.
_ELSEWHERE: Final = ("/facts", "/contract")
_POLICIES: Final = frozenset({"publish_policy", "validate_policy"})


@schemathesis.check
def told_beforehand(_: Any, response: Any, case: Any) -> None:
    """What fits the schema is not malformed."""
    generated = case.meta.generation if case.meta is not None else None
    if response.status_code != 422 or generated is None or not generated.mode.is_positive:
        return
    if case.operation.definition.raw.get("operationId") in _POLICIES:
        return
    faults = [
        fault
        for fault in response.json().get("errors", ())
        if fault["code"] in _TELLABLE and not fault["pointer"].startswith(_ELSEWHERE)
    ]
    assert not faults, f"The schema does not tell: {faults[:3]}"


_LINES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=60)
_NAMES = st.sampled_from(
    ("From", "To", "Subject", "Message-ID", "Content-Type", "In-Reply-To", "Auto-Submitted", "Date")
)


def _mail(head: list[tuple[str, str]], body: bytes) -> bytes:
    return "".join(f"{name}: {line}\r\n" for name, line in head).encode("latin-1") + b"\r\n" + body


schemathesis.openapi.media_type(
    "message/rfc822",
    st.builds(_mail, st.lists(st.tuples(_NAMES, _LINES), max_size=8), st.binary(max_size=400)),
)
