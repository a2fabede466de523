"""Traces, off unless an address for them is set: what a request, a statement or a delivery took, and what began it."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pkgutil import resolve_name
from typing import Final

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.base.errors import CannotStart

_CARRIER: Final = TraceContextTextMapPropagator()
_NOT_TRACED: Final = nullcontext(None)
_tracer: Tracer | None = None


def trace_with(tracer: Tracer | None) -> None:
    """None: trace nothing."""
    global _tracer  # noqa: PLW0603 - one for the process, as its metrics are
    _tracer = tracer


def start_tracing(url: str, service: str) -> None:
    """Send spans there by OTLP over HTTP; '' leaves tracing off."""
    if not url:
        return
    try:
        new_tracer = resolve_name("app.base.exporting:new_tracer")
    except ModuleNotFoundError:
        raise CannotStart("Traces need OpenTelemetry: install the extra, `pip install 'clausedesk[traces]'`.") from None
    trace_with(new_tracer(url, service))


def tracing() -> bool:
    """Whether anything is: for what would be asked of each statement in vain."""
    return _tracer is not None


def span(name: str, **attributes: str) -> AbstractContextManager[Span | None]:
    """Around a piece of work inside this process."""
    return _NOT_TRACED if _tracer is None else _spanned(_tracer, name, SpanKind.INTERNAL, {}, attributes)


def serving(traceparent: str | None, name: str) -> AbstractContextManager[Span | None]:
    """Around the answer to a request; its `traceparent` says what it is part of."""
    if _tracer is None:
        return _NOT_TRACED
    return _spanned(_tracer, name, SpanKind.SERVER, {"traceparent": traceparent} if traceparent else {}, {})


def calling(name: str, **attributes: str) -> AbstractContextManager[Span | None]:
    """Around a call of somebody else: the database, a webhook."""
    return _NOT_TRACED if _tracer is None else _spanned(_tracer, name, SpanKind.CLIENT, {}, attributes)


def id_of(made: Span) -> str:
    """The trace that it is part of, as `traceparent` has it."""
    return format_trace_id(made.get_span_context().trace_id)


def carried() -> dict[str, str]:
    """The header by which whoever is called joins the trace; none where nothing is traced."""
    headers: dict[str, str] = {}
    if _tracer is not None:
        _CARRIER.inject(headers)
    return headers


@contextmanager
def _spanned(
    tracer: Tracer, name: str, kind: SpanKind, headers: Mapping[str, str], attributes: Mapping[str, str]
) -> Iterator[Span]:
    context = _CARRIER.extract(headers) if headers else None
    # Not by the library: it would keep the text of the exception, which may quote what a person wrote.
    with tracer.start_as_current_span(
        name, context, kind, dict(attributes), record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_status(StatusCode.ERROR)
            made.set_attribute("error.type", type(error).__qualname__)
            raise
