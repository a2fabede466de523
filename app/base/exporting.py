"""Where spans go: by OTLP over HTTP, in batches and beside the work. Loaded only where traces are asked for."""

from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Tracer


def new_tracer(url: str, service: str) -> Tracer:
    """OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS are heeded; what is left is sent when the process ends."""
    release = version("clausedesk")
    resource = Resource.create({SERVICE_NAME: service, SERVICE_VERSION: release})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url)))
    return provider.get_tracer("clausedesk", release)
