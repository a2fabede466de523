"""Traces: what a request and a delivery did, as part of the caller's trace, and never what a person wrote."""

import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from app.base.errors import CannotStart
from app.base.tracing import calling, carried, span, start_tracing, trace_with
from app.db.pool import Database
from app.schemas.deliveries import Attempt, Claimed
from app.services.delivering import Deliveries
from tests import factories
from tests.frontdesk import FrontDesk

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
SECRET = "hunter2-canary"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider.get_tracer("test"))
    yield exporter
    trace_with(None)


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {one.name: one for one in exporter.get_finished_spans()}


async def test_a_request_is_part_of_its_callers_trace_with_a_span_for_deciding_and_each_statement(
    front: FrontDesk, spans: InMemorySpanExporter
) -> None:
    _, _, customer = await front.customer()
    body = {"subject": "Down", "body": f"My password is {SECRET}", "facts": {"topic": "web.offline"}}
    with capture_logs() as lines:
        answer = await front.client.post(
            "/v1/tickets", json=body, headers={**customer, **front.key(), "traceparent": TRACEPARENT}
        )
    assert answer.status_code == 201
    found = by_name(spans)
    request = found["POST /v1/tickets"]
    assert request.context is not None
    assert request.parent is not None
    assert (request.kind, request.parent.span_id) == (SpanKind.SERVER, 0x00F067AA0BA902B7)
    assert dict(request.attributes or {})["http.response.status_code"] == 201
    for name in ("decide", "sql"):
        inside = found[name]
        assert inside.parent is not None
        assert (inside.parent.span_id, inside.context and inside.context.trace_id) == (
            request.context.span_id,
            int(TRACE, 16),
        )
    assert [line["trace_id"] for line in lines if line["event"] == "request"] == [TRACE]
    everything = "".join(one.to_json() for one in spans.get_finished_spans())
    assert SECRET not in everything
    assert "INSERT INTO idempotency_key" in everything


async def test_a_delivery_has_a_span_and_whoever_is_called_joins_its_trace(
    worker_database: Database, front: FrontDesk, spans: InMemorySpanExporter
) -> None:
    provider = await front.provider()
    await factories.delivery(front.owner, provider.id, next_at=front.now - timedelta(minutes=1))
    joined: list[dict[str, str]] = []

    async def deliver(_: Claimed, __: object) -> Attempt:
        with calling("POST"):
            joined.append(carried())
        return Attempt(delivered=True)

    deliveries = Deliveries(worker_database, {"mail": deliver}, lambda: front.now)
    (claimed,) = await deliveries.claim(1, [])
    assert await deliveries.attempt(claimed)
    delivery, call = by_name(spans)["deliver mail"], by_name(spans)["POST"]
    assert delivery.context is not None
    assert call.context is not None
    trace, of = f"{delivery.context.trace_id:032x}", f"{call.context.span_id:016x}"
    assert [header.rpartition("-")[0] for one in joined for header in one.values()] == [f"00-{trace}-{of}"]


def test_what_breaks_off_is_told_by_its_kind_and_not_by_its_words(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match=SECRET), span("work"):
        raise ValueError(SECRET)
    (broken,) = spans.get_finished_spans()
    assert broken.status.status_code is StatusCode.ERROR
    assert dict(broken.attributes or {}) == {"error.type": "ValueError"}
    assert SECRET not in broken.to_json()


def test_nothing_is_traced_unless_it_is_asked_for() -> None:
    start_tracing("", "desk")
    with span("work") as made:
        assert made is None
    assert carried() == {}


def test_without_the_extra_a_start_with_traces_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "app.base.exporting", None)
    with pytest.raises(CannotStart, match=r"clausedesk\[traces\]"):
        start_tracing("http://127.0.0.1:4318/v1/traces", "desk")
