"""Reports for staff, as JSON or as a table for a spreadsheet."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response

from app.api.callers import STAFF
from app.api.errands import ErrandDep, answered
from app.api.negotiation import AS_TABLE, Form, WantedTable
from app.api.routing import desk_router
from app.api.spreadsheets import as_csv
from app.schemas.fields import When
from app.schemas.goals import GoalsReport
from app.schemas.reports import By, FeesReport, MoneyMoved, Period, PromiseKept, SlaReport, TopicSuggested, TriageReport
from app.services.reports import fees, goals, sla, triage

router = desk_router("/v1/reports", "reports")

_TRIAGE: dict[int | str, dict[str, Any]] = {200: {"model": TriageReport, "content": AS_TABLE}}
_SLA: dict[int | str, dict[str, Any]] = {200: {"model": SlaReport, "content": AS_TABLE}}
_FEES: dict[int | str, dict[str, Any]] = {200: {"model": FeesReport, "content": AS_TABLE}}
_Since = Annotated[When | None, Query(description="Lies in the first day; left out: 30 days are told of")]
_Until = Annotated[When | None, Query(description="Ends the last day, or lies in it; left out: now")]
_Span = Annotated[Period, Query(description="What the rows are counted by")]


@router.get(
    "/triage",
    operation_id="report_triage",
    summary="How often staff change what triage suggests",
    dependencies=STAFF,
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
    dependencies=STAFF,
    responses={200: {"model": GoalsReport}},
)
async def report_goals(
    errand: ErrandDep,
    since: Annotated[When | None, Query(description="Left out: 30 days before `until`")] = None,
    until: Annotated[When | None, Query(description="Left out: now")] = None,
) -> Response:
    """Each with its clause; and what is counted: solved at the first level, without an owner or a due time, overdue."""
    return answered(await goals.report(errand, since, until))


@router.get(
    "/sla",
    operation_id="report_sla",
    summary="What came of promises",
    dependencies=STAFF,
    responses=_SLA,
)
async def report_sla(
    errand: ErrandDep,
    form: WantedTable,
    since: _Since = None,
    until: _Until = None,
    period: _Span = Period.MONTH,
    by: Annotated[
        list[By] | None, Query(max_length=3, description="What the clocks of a metric are told apart by; left out: all")
    ] = None,
) -> Response:
    """Attainment, how long it took in the clock's own time, and why it was missed; of tickets received in those days.

    Days begin in the policy's zone. Workers count what changes every minute: `counted_at` says until when.
    """
    chosen = tuple(By) if by is None else tuple(one for one in By if one in by)
    report = await sla.report(errand, sla.Question(since, until, period, chosen))
    if form is Form.CSV:
        return as_csv("sla", list(PromiseKept.model_fields), report["data"])
    return answered(report)


@router.get(
    "/fees",
    operation_id="report_fees",
    summary="What prices were put, agreed to, let go and paid",
    dependencies=STAFF,
    responses=_FEES,
)
async def report_fees(
    errand: ErrandDep,
    form: WantedTable,
    since: _Since = None,
    until: _Until = None,
    period: _Span = Period.MONTH,
) -> Response:
    """Prices by when they were put, with what became of them since; money by when it was told of."""
    report = await fees.report(errand, fees.Question(since, until, period))
    if form is Form.CSV:
        return as_csv("fees", list(MoneyMoved.model_fields), report["data"])
    return answered(report)
