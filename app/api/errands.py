"""From a request to the errand that a use case is given, and from its answer to the response."""

import re
from collections.abc import Mapping
from typing import Annotated

import orjson
from fastapi import Depends, Header, Request
from fastapi.responses import Response

from app.api.answers import JsonAnswer
from app.api.deps import Caller, DeskDep, Now
from app.api.idempotency import MustRepeat, Repeatable
from app.api.notes import note_of
from app.base.errors import Problem
from app.schemas.idempotency import StoredAnswer
from app.services.errands import Errand

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


async def _errand(request: Request, desk: DeskDep, caller: Caller, now: Now) -> Errand:
    provider_id = await desk.policies.provider_id(caller.provider)
    if provider_id is None:
        raise Problem("unauthenticated", "There is no such provider.")
    return Errand(desk.database, desk.policies, provider_id, caller, now, note_of(request.scope).request_id)


ErrandDep = Annotated[Errand, Depends(_errand)]


async def _repeatable(errand: ErrandDep, repeat: Repeatable) -> Errand:
    return errand.repeatable(repeat)


async def _keyed(errand: ErrandDep, repeat: MustRepeat) -> Errand:
    return errand.repeatable(repeat)


RepeatableErrand = Annotated[Errand, Depends(_repeatable)]
"""For POSTs where an Idempotency-Key is welcome."""
KeyedErrand = Annotated[Errand, Depends(_keyed)]
"""For POSTs that demand one."""

_AcceptLanguage = Annotated[
    str,
    Header(
        alias="Accept-Language",
        max_length=1024,
        description="The language to read it in",
        json_schema_extra={"examples": ["pt-BR"]},
    ),
]


async def _language(accept_language: _AcceptLanguage = "") -> str | None:
    """The one wanted most; we do not weigh the rest."""
    tag = accept_language.split(",", 1)[0].split(";", 1)[0].strip()
    return tag if _TAG.fullmatch(tag) else None


Language = Annotated[str | None, Depends(_language)]
"""BCP 47 tag of the language that the caller reads; None where they do not say."""


def answered(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JsonAnswer(orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z), status, headers)


def sent(answer: StoredAnswer) -> Response:
    return JsonAnswer(answer.body, answer.status, answer.headers)
