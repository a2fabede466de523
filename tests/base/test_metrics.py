"""What Prometheus reads: named by route template, on a port of its own."""

import socket
from urllib.request import urlopen

import pytest

from app.base.errors import CannotStart
from app.base.metrics import observe_request, serve_metrics


def test_requests_are_counted_by_template_on_their_own_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    observe_request("GET", "/v1/counted/{once}", 200, 0.004)
    observe_request("GET", "/v1/counted/{once}", 200, 0.3)
    serve_metrics("127.0.0.1", port)
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read().decode()
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
