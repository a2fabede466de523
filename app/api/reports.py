"""Reports for staff, as JSON or as a table for a spreadsheet."""

from typing import Annotated, Any

from fastapi import Depends, Query
from fastapi.responses import Response

from app.api.deps import require
from app.api.errands import ErrandDep, answered
from app.api.negotiation import AS_TABLE, Form, WantedTable
from app.api.routing import desk_router
from app.api.spreadsheets import as_csv
from app.base.vocabulary import Role
from app.schemas.fields import When
from app.schemas.goals import GoalsReport
from app.schemas.reports import Period, TopicSuggested, TriageReport
from app.services.reports import goals, triage

router = desk_router("/v1/reports", "reports")

_staff = [Depends(require(Role.STAFF, Role.ADMIN))]
_TRIAGE: dict[int | str, dict[str, Any]] = {200: {"model": TriageReport, "content": AS_TABLE}}


@router.get(
    "/triage",
    operation_id="report_triage",
    summary="How often staff change what triage suggests",
    dependencies=_staff,
    responses=_TRIAGE,
)
async def report_triage(
    errand: ErrandDep,
    form: WantedTable,
    since: Annotated[When | None, Query(description="Left out: 90 days before `until`")] = None,
    until: Annotated[When | None, Query(description="Left out: now")] = None,
    period: Annotated[Period, Query(description="What the rows are counted by")] = Period.MONTH,
) -> Response:
    """By topic and period, with what staff chose instead and the words that misled: where phrases are wanting."""
    report = await triage.report(errand, since, until, period)
    if form is Form.CSV:
        return as_csv("triage", list(TopicSuggested.model_fields), report["data"])
    return answered(report)


@router.get(
    "/goals",
    operation_id="report_goals",
    summary="Where the provider's own goals stand",
    dependencies=_staff,
    responses={200: {"model": GoalsReport}},
)
async def report_goals(
    errand: ErrandDep,
    since: Annotated[When | None, Query(description="Left out: 30 days before `until`")] = None,
    until: Annotated[When | None, Query(description="Left out: now")] = None,
) -> Response:
    """Each with its clause; and what is counted: solved at the first level, without an owner or a due time, overdue."""
    return answered(await goals.report(errand, since, until))
