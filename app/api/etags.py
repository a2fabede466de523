"""ETags are row versions: what the caller has, and what the change it asks for rests on."""

import re
from typing import Annotated

from fastapi import Depends, Header
from fastapi.responses import Response

from app.base.errors import Problem

_STRONG = re.compile(r'"([0-9]{1,18})"')


def etag(version: int) -> str:
    return f'"{version}"'


def unchanged(if_none_match: str | None, version: int) -> Response | None:
    """The answer 304, when the caller already has this version."""
    if if_none_match is None:
        return None
    # Weak comparison, as RFC 9110 wants it for reading.
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if "*" in known or etag(version) in known:
        return Response(status_code=304, headers={"ETag": etag(version)})
    return None


async def _expected(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _STRONG.fullmatch(if_match.strip())
    if match is None:
        raise Problem("precondition_failed", "If-Match takes the one ETag that you read last.")
    return int(match[1])


async def _demanded(
    if_match: Annotated[str | None, Header()] = None, version: Annotated[int | None, Depends(_expected)] = None
) -> int | None:
    if if_match is None:
        raise Problem("precondition_required")
    return version


ExpectedVersion = Annotated[int | None, Depends(_expected)]
"""The version in If-Match; None when the caller takes any."""
DemandedVersion = Annotated[int | None, Depends(_demanded)]
"""The same where If-Match is required; None only for `*`."""
IfNoneMatch = Annotated[str | None, Header()]
