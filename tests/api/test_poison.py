"""Whatever is put wherever: an answer that means something, never a 5xx, and a problem when it is a refusal."""

import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

FIELDS = (
    "text",
    "line",
    "slug",
    "id",
    "number",
    "count",
    "amount",
    "colour",
    "email",
    "facts",
    "metadata",
    "inner",
    "either",
)
POISON: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    1.5,
    -0.0,
    1e308,
    2**31,
    2**31 - 1,
    -(2**31) - 1,
    2**53 + 1,
    2**63,
    2**64,
    10**30,
    "",
    " ",
    "a\x00b",
    "\x1b[2J",
    "a\r\nBcc: b",
    "\u202eabc",
    "\ufeff",
    "\U0010ffff",
    "1",
    "true",
    "null",
    "NaN",
    "Infinity",
    "１",
    "0x10",
    "1e999",
    "1e1000000",
    "-1",
    "'; DROP TABLE ticket; --",
    "%s%n",
    "{0.__class__}",
    "${7*7}",
    "../../etc/passwd",
    "x" * 10_000,
    "2026-02-30T00:00:00Z",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "P1D",
    "NaT",
    [],
    [None],
    [[]],
    ["a", "b"],
    {},
    {"": ""},
    {"a": None},
    {"$ref": "#"},
    {"__proto__": {}},
    {"amount": "1", "currency": "ZZZ"},
    {"when": None},
    {"tags": {}},
    {"a\x00": 1},
    {"x" * 300: 1},
)


def meant(response: httpx2.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@pytest.mark.parametrize("field", [*FIELDS, "surplus"])
async def test_a_poisoned_field_is_taken_or_refused(edge: httpx2.AsyncClient, field: str) -> None:
    for value in POISON:
        body = json.dumps({"text": "a", field: value})
        response = await edge.post("/v1/shapes", content=body, headers={"Content-Type": "application/json"})
        meant(response)
        assert response.status_code in (201, 422), (value, response.text)


async def test_a_poisoned_whole_is_refused(edge: httpx2.AsyncClient) -> None:
    for value in POISON:
        response = await edge.post(
            "/v1/shapes", content=json.dumps(value), headers={"Content-Type": "application/json"}
        )
        meant(response)
        assert response.status_code == 422


@pytest.mark.parametrize(
    "slot",
    [
        "/v1/shapes/{}",
        "/v1/shapes?limit={}",
        "/v1/shapes?cursor={}",
        "/v1/shapes?colour={}",
        "/v1/shapes?{}=1",
        "/v1/shapes/00000000-0000-0000-0000-000000000001?at={}",
        "/problems/{}",
        "/docs/assets/{}",
    ],
)
async def test_a_poisoned_path_or_query_is_answered(edge: httpx2.AsyncClient, slot: str) -> None:
    for value in POISON:
        text = value if isinstance(value, str) else json.dumps(value)
        meant(await edge.get(slot.format(quote(text[:4000], safe=""))))


@given(
    st.dictionaries(
        st.sampled_from(FIELDS) | st.text(max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=5,
    )
)
async def test_any_object_is_taken_or_refused(edge: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    meant(await edge.post("/v1/shapes", content=json.dumps(body), headers={"Content-Type": "application/json"}))


@given(st.binary(max_size=60), st.binary(max_size=60))
async def test_any_bytes_as_an_address_are_answered(edge: httpx2.AsyncClient, path: bytes, query: bytes) -> None:
    meant(await edge.get(f"/v1/shapes/{quote(path)}?{quote(query)}"))
