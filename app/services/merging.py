"""Merge patches (RFC 7396): what is left out stays, null takes away."""

from collections.abc import Mapping
from typing import Any

from app.base.errors import Fault, Problem

_MOST_NOTES = 50


def merged_metadata(before: Mapping[str, str], patch: Mapping[str, str | None] | None) -> dict[str, str]:
    after = merged(before, patch)
    if len(after) > _MOST_NOTES:
        raise Problem("invalid", errors=[Fault("/metadata", "too_long", "This may have at most 50 entries.")])
    return after


def merged(before: Mapping[str, Any], patch: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of one level; null for the whole empties it."""
    if patch is None:
        return {}
    return {name: value for name, value in {**before, **patch}.items() if value is not None}
