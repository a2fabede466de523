"""Who is calling: a token of ours, or 401 with the way in; and what a role may not do is 403."""

import httpx2
import pytest
from fastapi import FastAPI

PATH = "/v1/shapes/00000000-0000-0000-0000-000000000001"


async def test_a_caller_with_a_token_is_known(edge: httpx2.AsyncClient, staff: dict[str, str]) -> None:
    response = await edge.get(f"{PATH}/owner", headers=staff)
    assert response.json() == {"owner": "staff:00000000-0000-0000-0000-000000000007"}


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer hunter2-canary", "Bearer é"]
)
async def test_a_caller_without_a_good_token_is_told_how_to_come_in(
    edge: httpx2.AsyncClient, authorization: str | None
) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    response = await edge.get(f"{PATH}/owner", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert "canary" not in response.text


async def test_two_tokens_are_no_token(edge: httpx2.AsyncClient, staff: dict[str, str], admin: dict[str, str]) -> None:
    both = [*staff.items(), *admin.items()]
    assert (await edge.get(f"{PATH}/owner", headers=both)).status_code == 401


async def test_a_role_that_may_not_is_forbidden(
    edge: httpx2.AsyncClient, staff: dict[str, str], admin: dict[str, str], service: dict[str, str]
) -> None:
    assert (await edge.get(f"{PATH}/secrets", headers=admin)).status_code == 200
    for headers in (staff, service):
        response = await edge.get(f"{PATH}/secrets", headers=headers)
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


async def test_the_log_names_principal_and_route_and_nothing_personal(
    edge: httpx2.AsyncClient, staff: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    traced = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id": "given-1"}
    response = await edge.get(f"{PATH}/owner", headers={**staff, **traced})
    assert response.headers["x-request-id"] == "given-1"
    logged = capsys.readouterr().out
    for part in ("/v1/shapes/{shape}/owner", "staff:", "northwind", "given-1", "0af7651916cd43dd8448eb211c80319c"):
        assert part in logged
    for secret in (staff["Authorization"].split()[1], PATH):
        assert secret not in logged


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\tb", "é"])
async def test_an_odd_request_id_is_replaced(edge: httpx2.AsyncClient, given: str) -> None:
    response = await edge.get("/healthz", headers={b"X-Request-Id": given.encode("latin-1")})
    assert response.headers["x-request-id"] != given
    assert len(response.headers["x-request-id"]) == 32


async def test_every_answer_is_closed_to_browsers_by_default(edge: httpx2.AsyncClient) -> None:
    for path in ("/healthz", "/nowhere"):
        headers = (await edge.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" in headers


async def test_readiness_needs_the_database_and_liveness_does_not(edge: httpx2.AsyncClient) -> None:
    assert (await edge.get("/healthz")).json() == {"status": "alive"}
    response = await edge.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.headers["retry-after"] == "1"


async def test_a_process_about_to_stop_says_so_and_keeps_no_connection(
    edge: httpx2.AsyncClient, shapes: FastAPI
) -> None:
    assert "connection" not in (await edge.get("/healthz")).headers
    shapes.state.drain.draining = True
    try:
        assert (await edge.get("/readyz")).json()["detail"] == "This process is about to stop."
        assert (await edge.get("/healthz")).headers["connection"] == "close"
    finally:
        shapes.state.drain.draining = False
