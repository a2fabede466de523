"""Lists, ETags and repeated requests: the same on every noun."""

import base64
import re
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

PATH = "/v1/shapes/00000000-0000-0000-0000-000000000001"
KEY = {"Idempotency-Key": "k-1"}


async def test_following_the_links_shows_every_row_once(edge: httpx2.AsyncClient) -> None:
    url, seen = "/v1/shapes?limit=3&colour=red", []
    for _ in range(9):
        response = await edge.get(url)
        seen += [row["row"] for row in response.json()["data"]]
        if response.json()["next_cursor"] is None:
            assert "link" not in response.headers
            break
        link = re.fullmatch(r'<(.+)>; rel="next"', response.headers["link"])
        assert link
        url = link[1]
        assert url.startswith("https://desk.example/v1/shapes?")
        assert dict(parse_qsl(urlsplit(url).query)) == {
            "colour": "red", "limit": "3", "cursor": response.json()["next_cursor"],
        }  # fmt: skip
    assert seen == list(range(7))


async def test_a_cursor_fits_its_own_list_only(edge: httpx2.AsyncClient) -> None:
    cursor = (await edge.get("/v1/shapes?limit=2&colour=red")).json()["next_cursor"]
    fitting = await edge.get("/v1/shapes", params={"limit": 5, "colour": "red", "cursor": cursor})
    assert fitting.status_code == 200
    for others in ({"colour": "blue"}, {}):
        response = await edge.get("/v1/shapes", params={**others, "cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize("cursor", ["", "a", "Pnot", "é", "AAAA" * 20, "=", "..", "a b"])
async def test_a_cursor_that_is_none_is_refused(edge: httpx2.AsyncClient, cursor: str) -> None:
    response = await edge.get("/v1/shapes", params={"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


async def test_a_forged_position_is_refused(edge: httpx2.AsyncClient) -> None:
    cursor = (await edge.get("/v1/shapes?limit=2")).json()["next_cursor"]
    binding = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[:9]
    for position in (b"", b"[]", b'["2026-01-01T00:00:00",1]', b'["2026-01-01T00:00:00Z","x"]', b"[1,1]", b"null"):
        forged = base64.urlsafe_b64encode(binding + position).rstrip(b"=").decode()
        response = await edge.get("/v1/shapes", params={"cursor": forged})
        assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor"), position


@pytest.mark.parametrize("limit", ["0", "-1", "101", "9223372036854775808", "1.5", "many", "", "NaN", "true"])
async def test_a_limit_lies_between_1_and_100(edge: httpx2.AsyncClient, limit: str) -> None:
    response = await edge.get("/v1/shapes", params={"limit": limit})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/query/limit"


@pytest.mark.parametrize("known", ['"3"', 'W/"3"', '"1", "3"', "*"])
async def test_what_the_caller_has_already_is_not_sent_again(edge: httpx2.AsyncClient, known: str) -> None:
    response = await edge.get(PATH, headers={"If-None-Match": known})
    assert (response.status_code, response.headers["etag"], response.content) == (304, '"3"', b"")
    assert (await edge.get(PATH, headers={"If-None-Match": '"2"'})).status_code == 200


async def test_a_patch_names_the_version_it_rests_on(edge: httpx2.AsyncClient) -> None:
    missing = await edge.patch(PATH, json={})
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    assert (await edge.patch(PATH, json={}, headers={"If-Match": '"7"'})).json() == {"version": 7}
    assert (await edge.patch(PATH, json={}, headers={"If-Match": "*"})).json() == {"version": None}


@pytest.mark.parametrize("tag", ["7", 'W/"7"', '"7", "8"', '"x"', "", '"' + "9" * 30 + '"', '"-1"'])
async def test_a_tag_that_we_never_gave_matches_nothing(edge: httpx2.AsyncClient, tag: str) -> None:
    response = await edge.post(f"{PATH}/bend", headers={"If-Match": tag})
    assert (response.status_code, response.json()["code"]) == (412, "precondition_failed")


async def test_a_change_without_a_version_takes_any(edge: httpx2.AsyncClient) -> None:
    assert (await edge.post(f"{PATH}/bend")).json() == {"version": None}


async def test_a_merge_patch_has_its_own_media_type(edge: httpx2.AsyncClient) -> None:
    headers = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}
    assert (await edge.patch(PATH, content=b'{"tags": ["a"]}', headers=headers)).status_code == 200
    assert (await edge.patch(PATH, content=b'{"tags": 1}', headers=headers)).status_code == 422
    assert (await edge.post("/v1/shapes", content=b"{}", headers=headers)).status_code == 415


async def test_a_key_is_demanded_where_repeating_would_cost(edge: httpx2.AsyncClient, staff: dict[str, str]) -> None:
    response = await edge.post(f"{PATH}/paid", json={}, headers=staff)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_required")
    assert (await edge.post(f"{PATH}/sold", headers=staff)).json() == {"keyed": False}
    assert (await edge.post(f"{PATH}/sold", headers={**staff, **KEY})).json() == {"keyed": True}


@pytest.mark.parametrize("key", ["", " ", "a\tb", "k" * 256, "é"])
async def test_a_key_is_short_and_printable(edge: httpx2.AsyncClient, staff: dict[str, str], key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode("latin-1")), (b"Authorization", staff["Authorization"].encode())]
    response = await edge.post(f"{PATH}/sold", headers=headers)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == "/header/idempotency-key"


async def test_the_same_request_has_the_same_fingerprint_however_it_is_written(
    edge: httpx2.AsyncClient, staff: dict[str, str], admin: dict[str, str]
) -> None:
    async def fingerprint(body: bytes, headers: dict[str, str], path: str = PATH) -> str:
        everything = {**headers, **KEY, "Content-Type": "application/json"}
        response = await edge.post(f"{path}/paid", content=body, headers=everything)
        return str(response.json()["fingerprint"])

    first = await fingerprint(b'{"tags": ["a"], "when": null}', staff)
    assert await fingerprint(b'{"when":null,\n"tags":["\\u0061"]}', staff) == first
    assert await fingerprint(b'{"tags": ["b"], "when": null}', staff) != first
    assert await fingerprint(b'{"tags": ["a"], "when": null}', admin) != first
    assert await fingerprint(b'{"tags": ["a"], "when": null}', staff, PATH[:-1] + "2") != first
