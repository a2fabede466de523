"""What Prometheus reads: named by route template, on a port of its own."""

import socket
from urllib.request import Request, urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.registry import Collector

from app.base.errors import CannotStart
from app.base.metrics import Durations, observe_request, serve_metrics


def test_requests_are_counted_by_template_on_their_own_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    observe_request("GET", "/v1/counted/{once}", 200, 0.004)
    observe_request("GET", "/v1/counted/{once}", 200, 0.3)
    serve_metrics("127.0.0.1", port)
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
    with urlopen(Request(f"http://127.0.0.1:{port}/metrics", method="HEAD")) as probe:
        assert (probe.status, probe.headers["content-type"], probe.read()) == (200, answer.headers["content-type"], b"")
        assert int(probe.headers["content-length"]) >= len(text.encode()) > 1_000
    labels = 'method="GET",route="/v1/counted/{once}",status="200"'
    assert f"clausedesk_http_request_duration_seconds_count{{{labels}}} 2.0" in text
    assert f'clausedesk_http_request_duration_seconds_bucket{{le="0.005",{labels}}} 1.0' in text
    names = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}
    assert all(name.startswith("clausedesk_") for name in names)


def test_a_taken_metrics_port_is_said_in_one_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(CannotStart, match=r"CLAUSEDESK_METRICS_PORT\.$"),
    ):
        serve_metrics("127.0.0.1", taken.getsockname()[1])


@given(st.lists(st.floats(0, 20) | st.sampled_from((0.0, 0.5, 1.0, 2.0))))
def test_durations_are_counted_as_the_library_counts_them(seconds: list[float]) -> None:
    bounds = (0.5, 1, 2.0)
    of_the_library = Histogram("took", "So long.", ["what"], buckets=bounds, registry=None)
    ours = Durations("took", "So long.", ("what",), bounds, CollectorRegistry())
    for one in seconds:
        of_the_library.labels("a").observe(one)
        ours.observe(one, "a")
    assert told(ours) == {name: value for name, value in told(of_the_library).items() if name[0] != "took_created"}


def told(collector: Collector) -> dict[tuple[str, ...], float]:
    samples = [sample for family in collector.collect() for sample in family.samples]
    return {(one.name, *map(str, sorted(one.labels.items()))): one.value for one in samples}
