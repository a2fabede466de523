"""What monitoring and other systems of the provider report."""

from typing import Annotated

import orjson
from fastapi import Body
from fastapi.responses import Response

from app.api.callers import STAFF_OR_MONITORING
from app.api.errands import RepeatableErrand, sent
from app.api.routing import desk_router
from app.schemas.monitoring import AlertGroup, NoticedAlerts, NoticedEvent, Reported
from app.services.monitoring.noticing import notice_alerts, notice_event

router = desk_router("/v1/monitoring/events", "monitoring")


@router.post(
    "",
    operation_id="report_event",
    summary="A server is down or up, a scan, an update, abuse …",
    status_code=201,
    dependencies=STAFF_OR_MONITORING,
    responses={
        201: {"model": NoticedEvent},
        200: {"model": NoticedEvent | NoticedAlerts, "description": "Known already; or what came of each alert"},
    },
)
async def report_event(errand: RepeatableErrand, body: Annotated[Reported, Body()]) -> Response:
    """In our own words, or the body of Alertmanager's webhook as it is. A server that is down is an incident: it pages
    as the policy says and explains the tickets of its customers until it is up. Reports that come again change nothing.
    """
    if isinstance(body, AlertGroup):
        return _alerts(await notice_alerts(errand, body))
    return sent(await notice_event(errand, body))


def _alerts(views: list[bytes]) -> Response:
    return Response(
        orjson.dumps({"data": [orjson.Fragment(view) for view in views]}), 200, media_type="application/json"
    )
