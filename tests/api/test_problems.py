"""Every request that fails answers one shape, and the shape says what to do."""

import re
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.problems import EXPLAINED
from app.api.routing import DeskRoute
from app.base.errors import CODES, Problem

UUID = str(uuid4())


def problem(response: httpx2.Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"https://desk.example/problems/{code}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_code_has_a_status_a_title_and_a_remedy(name: str) -> None:
    code = CODES[name]
    assert re.fullmatch("[a-z][a-z_]*", name)
    assert 400 <= code.status < 600
    assert code.title
    assert not code.title.endswith(".")
    assert code.remedy.endswith(".")


@pytest.mark.parametrize("name", sorted(CODES))
async def test_the_type_of_every_problem_is_a_page(edge: httpx2.AsyncClient, name: str) -> None:
    told = (await edge.get(f"/problems/{name}")).json()
    known = CODES[name]
    assert (told["code"], told["status"], told["title"], told["remedy"]) == (
        *(name, known.status, known.title, known.remedy),
    )
    assert told["happened"].endswith(".")
    assert told["happened"].count(" ") >= 8, "in words, not another title"
    assert told["more"] == "" or told["more"].endswith(".")
    page = await edge.get(f"/problems/{name}", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert name in page.text
    assert "`" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]


def test_no_page_explains_what_does_not_happen() -> None:
    assert EXPLAINED.keys() == CODES.keys()


async def test_an_unknown_code_has_no_page(edge: httpx2.AsyncClient) -> None:
    problem(await edge.get("/problems/nonsense"), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/", "/v1/nothing", "/v1/shapes/", "/healthz/", "/docs/assets/none.js"]
)
async def test_an_unknown_path_is_not_found(edge: httpx2.AsyncClient, path: str) -> None:
    problem(await edge.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "OPTIONS", "TRACE", "BREW"])
async def test_a_method_that_a_path_does_not_take_is_named_with_those_it_takes(
    edge: httpx2.AsyncClient, method: str
) -> None:
    response = await edge.request(method, "/v1/shapes")
    assert response.headers["allow"] == "GET, HEAD, POST"
    problem(response, 405, "method_not_allowed")


async def test_bad_input_is_pointed_at_in_body_query_and_path(edge: httpx2.AsyncClient) -> None:
    body = {"number": 1.5, "inner": {"tags": ["ok", 7]}, "surplus/us": 1, "metadata": {"a": 1}}
    errors = problem(await edge.post("/v1/shapes", json=body), 422, "invalid")["errors"]
    assert isinstance(errors, list)
    assert {(e["pointer"], e["code"]) for e in errors} == {
        ("/text", "required"),
        ("/number", "type"),
        ("/inner/tags/1", "type"),
        ("/surplus~1us", "unknown"),
        ("/metadata/a", "type"),
    }
    errors = problem(await edge.get("/v1/shapes/nonsense?at=2147483648"), 422, "invalid")["errors"]
    assert isinstance(errors, list)
    assert {(e["pointer"], e["code"]) for e in errors} == {("/path/shape", "type"), ("/query/at", "out_of_range")}


async def test_an_unknown_query_parameter_is_refused_with_those_that_exist(edge: httpx2.AsyncClient) -> None:
    body = problem(await edge.get("/v1/shapes?colour=red&page=2"), 400, "unknown_parameter")
    assert body["detail"] == "Known here: colour, cursor, limit."
    problem(await edge.get("/healthz?verbose"), 400, "unknown_parameter")


async def test_what_breaks_unforeseen_is_internal_and_tells_nothing(
    edge: httpx2.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await edge.post("/v1/shapes/broken", json={"text": "canary-7Q"})
    problem(response, 500, "internal")
    logged = capsys.readouterr()
    assert "canary-7Q" not in response.text + logged.out + logged.err
    assert "RuntimeError" in logged.out + logged.err


async def test_a_problem_is_not_made_from_an_unregistered_code(edge: httpx2.AsyncClient) -> None:
    with pytest.raises(KeyError):
        _ = CODES[Problem("nonsense").code]


async def test_the_token_endpoint_fails_as_oauth_does(edge: httpx2.AsyncClient) -> None:
    response = await edge.post("/v1/oauth/token", content=b"{}", headers={"Content-Type": "application/json"})
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/json"
    assert response.json()["error"] == "invalid_request"


def test_every_route_of_the_service_is_strict(shapes: FastAPI) -> None:
    routes = [context.original_route for context in iter_route_contexts(shapes.routes)]
    framework_routes = [route for route in routes if isinstance(route, APIRoute)]
    assert framework_routes
    ours = [route.path for route in framework_routes if not isinstance(route, DeskRoute)]
    assert ours == ["/problems/{code}", "/docs", "/redoc"]
