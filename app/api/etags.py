"""ETags are row versions: what the caller has, and what the change it asks for rests on."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header
from fastapi.responses import Response

from app.base.errors import Problem

_STRONG = re.compile(r'"([0-9]{1,18})"')
_IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` that was read last; `*` for any",
        json_schema_extra={"maxLength": 20, "pattern": r'^(\*|"[0-9]{1,18}")$', "examples": ['"3"']},
    ),
]


def etag(version: int) -> str:
    return f'"{version}"'


def unchanged(if_none_match: str | None, version: int) -> Response | None:
    """The answer 304, when the caller already has this version."""
    if matches(if_none_match, etag(version)):
        return Response(status_code=304, headers={"ETag": etag(version)})
    return None


def as_known(shown: Response, if_none_match: str | None, headers: Mapping[str, str]) -> Response:
    """An answer that has no version: its ETag is a digest of what is shown."""
    tag = f'"{sha256(shown.body).hexdigest()[:32]}"'
    if matches(if_none_match, tag):
        return Response(status_code=304, headers={**headers, "ETag": tag})
    shown.headers.update({**headers, "ETag": tag})
    return shown


def matches(if_none_match: str | None, tag: str) -> bool:
    """Weak comparison, as RFC 9110 wants it for reading."""
    if if_none_match is None:
        return False
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in known or tag in known


async def version_expected(if_match: _IfMatch = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    match = _STRONG.fullmatch(if_match.strip())
    if match is None:
        raise Problem("precondition_failed", "If-Match takes the one ETag that you read last.")
    return int(match[1])


async def version_demanded(
    if_match: _IfMatch = None, version: Annotated[int | None, Depends(version_expected)] = None
) -> int | None:
    if if_match is None:
        raise Problem("precondition_required")
    return version


ExpectedVersion = Annotated[int | None, Depends(version_expected)]
"""The version in If-Match; None when the caller takes any."""
DemandedVersion = Annotated[int | None, Depends(version_demanded)]
"""The same where If-Match is required; None only for `*`."""
IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        max_length=1024,
        description="The `ETag` of what is known already",
        json_schema_extra={"examples": ['"3"']},
    ),
]
