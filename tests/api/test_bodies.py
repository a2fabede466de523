"""JSON bodies are read strictly, and no refusal repeats what was sent."""

import json
from contextlib import suppress

import httpx2
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.api.bodies import parse_json
from app.base.errors import Problem

CANARY = "hunter2-canary"
JSON = {"Content-Type": "application/json"}

MALFORMED: dict[str, bytes] = {
    "nothing but a brace": b"{",
    "text after the value": b'{"text": "a"} x',
    "not a number": b'{"text": NaN}',
    "infinity": b'{"text": Infinity}',
    "a number beyond doubles": b'{"number": 1e999}',
    "5,000 digits": b'{"number": ' + b"9" * 5000 + b"}",
    "half a character": b'{"text": "\\ud800"}',
    "half a character as a name": b'{"\\udc00": 1}',
    "half a character in bytes": b'{"text": "\xed\xa0\x80"}',
    "bytes that are not UTF-8": b'{"text": "\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"text": "a"}',
    "UTF-16": '{"text": "a"}'.encode("utf-16"),
    "UTF-32": '{"text": "a"}'.encode("utf-32"),
    "a name given twice": b'{"text": "a", "text": "b"}',
    "a name given twice inside": b'{"text": "a", "facts": {"x": [{"y": 1, "y": 2}]}}',
    "a bare control character": b'{"text": "a\x01"}',
    "single quotes": b"{'text': 'a'}",
    "a trailing comma": b'{"text": "a",}',
    "a comment": b'{"text": "a" /* b */}',
    "65 levels": b'{"facts": ' + b"[" * 64 + b"]" * 64 + b"}",
    "bottomless": b"[" * 19_000,
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_strict_json_is_malformed(edge: httpx2.AsyncClient, body: bytes) -> None:
    response = await edge.post("/v1/shapes", content=body, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (400, "malformed_json"), response.text
    assert response.json()["detail"]


INVALID: dict[str, tuple[str, str]] = {
    "NUL in text": ("/text", r'{"text": "hunter2-canary\u0000"}'),
    "NUL in one line": ("/line", r'{"text": "a", "line": "hunter2-canary\u0000"}'),
    "a line break in one line": ("/line", r'{"text": "a", "line": "hunter2-canary\nb"}'),
    "nothing as text": ("/text", '{"text": ""}'),
    "a number as text": ("/text", '{"text": 7}'),
    "text too long": ("/line", '{"text": "a", "line": "' + CANARY * 40 + '"}'),
    "a slug with capitals": ("/slug", '{"text": "a", "slug": "Hunter2-canary"}'),
    "an id that is none": ("/id", '{"text": "a", "id": "hunter2-canary"}'),
    "a number beyond int": ("/number", '{"text": "a", "number": 2147483648}'),
    "a number beyond bigint": ("/number", '{"text": "a", "number": 9223372036854775808}'),
    "a number beyond 64 bits": ("/number", '{"text": "a", "number": 99999999999999999999999}'),
    "true as a number": ("/number", '{"text": "a", "number": true}'),
    "digits as a number": ("/number", '{"text": "a", "number": "1"}'),
    "a negative count": ("/count", '{"text": "a", "count": -1}'),
    "a negative amount": ("/amount", '{"text": "a", "amount": "-1.00"}'),
    "an amount too fine": ("/amount", '{"text": "a", "amount": "0.00001"}'),
    "an amount too large": ("/amount", '{"text": "a", "amount": "1e1000000"}'),
    "no amount": ("/amount", '{"text": "a", "amount": "nan"}'),
    "a colour that is not offered": ("/colour", '{"text": "a", "colour": "hunter2-canary"}'),
    "no address": ("/email", '{"text": "a", "email": "hunter2-canary"}'),
    "two addresses": ("/email", '{"text": "a", "email": "a@b.example,hunter2-canary@c.example"}'),
    "a naive time": ("/inner/when", '{"text": "a", "inner": {"when": "2026-01-01T00:00:00"}}'),
    "a time before time zones end": ("/inner/when", '{"text": "a", "inner": {"when": "0001-01-01T00:00:00+14:00"}}'),
    "a time after time zones end": ("/inner/when", '{"text": "a", "inner": {"when": "9999-12-31T23:59:59-14:00"}}'),
    "a number as a time": ("/inner/when", '{"text": "a", "inner": {"when": 253402300800}}'),
    "a date as a time": ("/inner/when", '{"text": "a", "inner": {"when": "2026-01-01"}}'),
    "the 30th of February": ("/inner/when", '{"text": "a", "inner": {"when": "2026-02-30T00:00:00Z"}}'),
    "an unknown member": ("/hidden", '{"text": "a", "hidden": "hunter2-canary"}'),
    "an unknown member with a long name": ("", '{"text": "a", "' + CANARY * 9 + '": 1}'),
    "facts that are a list": ("/facts", '{"text": "a", "facts": ["hunter2-canary"]}'),
    "NUL in facts": ("/facts", r'{"text": "a", "facts": {"a": {"b": "hunter2-canary\u0000"}}}'),
    "NUL in a fact's name": ("/facts", r'{"text": "a", "facts": {"hunter2-canary\u0000": 1}}'),
    "facts too deep": ("/facts", '{"text": "a", "facts": {"a": ' + "[" * 20 + "]" * 20 + "}}"),
    "too many facts": ("/facts", '{"text": "a", "facts": {"a": [' + "1," * 2000 + "1]}}"),
    "a fact beyond exact numbers": ("/facts", '{"text": "a", "facts": {"a": 1e300}}'),
    "metadata that nests": ("/metadata/a", '{"text": "a", "metadata": {"a": {"b": "hunter2-canary"}}}'),
    "neither kind": ("/either", '{"text": "a", "either": "hunter2-canary"}'),
    "one kind gone wrong": ("/either/tags/0", '{"text": "a", "either": {"tags": [7]}}'),
    "a list": ("", '["hunter2-canary"]'),
    "a string": ("", '"hunter2-canary"'),
    "null": ("", "null"),
}


@pytest.mark.parametrize(("pointer", "body"), INVALID.values(), ids=INVALID)
async def test_what_cannot_be_used_is_pointed_at_and_never_repeated(
    edge: httpx2.AsyncClient, pointer: str, body: str
) -> None:
    response = await edge.post("/v1/shapes", content=body, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (422, "invalid"), response.text
    assert pointer in [error["pointer"] for error in response.json()["errors"]], response.text
    assert "canary" not in response.text
    assert "{" not in "".join(error["message"] for error in response.json()["errors"])


async def test_nothing_where_a_body_is_needed_is_an_object_without_members(edge: httpx2.AsyncClient) -> None:
    response = await edge.post("/v1/shapes")
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": "/text", "code": "required", "message": "This is required."}]


async def test_good_input_passes_whole(edge: httpx2.AsyncClient) -> None:
    body = {
        "text": "Línea uno\n\tdos 😀",
        "amount": "85.00",
        "count": 40.0,
        "email": "web@maple.example",
        "facts": {"users": 40, "names": ["a", {"b": None}], "share": 0.5},
        "metadata": {"Ticket no.": "7"},
        "inner": {"when": "2026-02-10T12:15:00+02:00", "tags": []},
    }
    response = await edge.post("/v1/shapes", json=body)
    assert response.status_code == 201, response.text
    assert response.json()["text"] == body["text"]
    assert response.json()["count"] == 40
    assert response.json()["facts"] == body["facts"]
    assert response.json()["inner"]["when"] == "2026-02-10T10:15:00Z"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_value_or_a_problem(body: bytes) -> None:
    with suppress(Problem):
        parse_json(body)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bool]:
    """A body, and whether one of its objects names a member twice."""
    kind = draw(st.sampled_from(["text", "list", "object", "object"]))
    if kind == "text":
        return json.dumps(draw(st.text('a":\\ ,{', max_size=6))), False
    inner = draw(st.lists(bodies(), max_size=3))
    twice = any(one for _, one in inner)
    if kind == "list":
        return f"[{','.join(text for text, _ in inner)}]", twice
    names = [draw(st.sampled_from(["a", "b", '":', ":"])) for _ in inner]
    between = draw(st.sampled_from([":", ":", ":", " :", "\n:", ": ", "\t :"]))
    members = (f"{json.dumps(name)}{between}{text}" for name, (text, _) in zip(names, inner, strict=True))
    return f"{{{','.join(members)}}}", twice or len(set(names)) < len(names)


@given(bodies())
@settings(max_examples=150)
def test_a_name_that_is_there_twice_is_noticed_wherever_it_is(body: tuple[str, bool]) -> None:
    text, twice = body
    try:
        found = parse_json(text.encode())
    except Problem:
        assert twice, text
    else:
        assert not twice, text
        assert found == json.loads(text)


@given(values)
def test_what_json_can_say_is_read_as_it_was_said(value: object) -> None:
    assert parse_json(orjson.dumps(value)) == value
