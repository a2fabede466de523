"""Notices: incidents, maintenance and announcements, by staff."""

from typing import Annotated, Any

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.callers import STAFF
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import ExternalRef, PageDep
from app.api.routing import desk_router
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.schemas.notices import Notice, NoticeCreate, NoticeKind, NoticePatch, NoticeSchedule, NoticeState, Recipient
from app.services.notices import reading, writing
from app.services.notices.view import notice_view

router = desk_router("/v1/notices", "notices")
router.dependencies += STAFF

NoticeId = Annotated[Id, Path(description="Id of the notice")]
_NOTICE: dict[int | str, dict[str, Any]] = {200: {"model": Notice}}


@router.post(
    "", operation_id="create_notice", summary="Draft a notice", status_code=201, responses={201: {"model": Notice}}
)
async def create_notice(errand: RepeatableErrand, body: NoticeCreate) -> Response:
    """Nobody sees it before it is scheduled or published."""
    return sent(await writing.create(errand, body))


@router.get("", operation_id="list_notices", summary="Notices", responses={200: {"model": Listed[Notice]}})
async def list_notices(
    errand: ErrandDep,
    page: PageDep,
    kind: Annotated[NoticeKind | None, Query(description="What it is about")] = None,
    state: Annotated[NoticeState | None, Query(description="How it stands")] = None,
    server: Annotated[ShortText | None, Query(description="One that it concerns")] = None,
    external_ref: ExternalRef = None,
) -> Response:
    """The newest first. Incidents that monitoring has reported are among them."""
    after = page.after(tuple[Id])
    rows = await reading.listed(errand, after[0] if after else None, (kind, state, server, external_ref), page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=notice_view)


@router.get("/{notice}", operation_id="read_notice", summary="One notice", responses=_NOTICE)
async def read_notice(errand: ErrandDep, notice: NoticeId, if_none_match: IfNoneMatch = None) -> Response:
    view = await reading.read(errand, notice)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch("/{notice}", operation_id="describe_notice", summary="Change its words or times", responses=_NOTICE)
async def describe_notice(errand: ErrandDep, notice: NoticeId, body: NoticePatch, version: DemandedVersion) -> Response:
    """A merge patch, as long as it is not over."""
    view = await writing.describe(errand, notice, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.get(
    "/{notice}/recipients",
    operation_id="list_recipients",
    summary="Whom it is for",
    responses={200: {"model": Listed[Recipient]}},
)
async def list_recipients(errand: ErrandDep, notice: NoticeId, page: PageDep) -> Response:
    """Each account it concerns, by number: told, or left out by the policy, and why."""
    after = page.after(tuple[str])
    rows = await reading.recipients(errand, notice, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["account"]["number"],), view=lambda row: row)


@router.post("/{notice}/schedule", operation_id="schedule_notice", summary="Plan it publicly", responses=_NOTICE)
async def schedule(
    errand: RepeatableErrand, notice: NoticeId, body: NoticeSchedule, version: ExpectedVersion
) -> Response:
    """The status page shows planned maintenance from now on."""
    return sent(await writing.move(errand, notice, "schedule", body, version))


@router.post("/{notice}/publish", operation_id="publish_notice", summary="Publish it", responses=_NOTICE)
async def publish(errand: RepeatableErrand, notice: NoticeId, version: ExpectedVersion) -> Response:
    """Of an incident: it is open, and the tickets of the server's customers point to it."""
    return sent(await writing.move(errand, notice, "publish", None, version))


@router.post("/{notice}/resolve", operation_id="resolve_notice", summary="It is over", responses=_NOTICE)
async def resolve(errand: RepeatableErrand, notice: NoticeId, version: ExpectedVersion) -> Response:
    return sent(await writing.move(errand, notice, "resolve", None, version))


@router.post("/{notice}/withdraw", operation_id="withdraw_notice", summary="Take it back", responses=_NOTICE)
async def withdraw(errand: RepeatableErrand, notice: NoticeId, version: ExpectedVersion) -> Response:
    """Nobody sees it any more, the public history included."""
    return sent(await writing.move(errand, notice, "withdraw", None, version))
