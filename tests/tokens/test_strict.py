"""Canonical base64url and JSON that means one thing only, as laws over any bytes."""

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tokens.strict import decoded, encoded, json_object

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(st.binary(max_size=80))
def test_bytes_come_back_as_they_were_written(value: bytes) -> None:
    assert decoded(encoded(value)) == value
    assert encoded(value) == base64.urlsafe_b64encode(value).decode().replace("=", "")


@given(st.text(ALPHABET, max_size=20))
def test_no_bytes_have_two_ways_to_be_written(segment: str) -> None:
    try:
        value = decoded(segment)
    except ValueError:
        return
    assert encoded(value) == segment


@given(st.dictionaries(st.text(), JSON))
def test_an_object_is_read_as_the_standard_library_reads_it(value: dict[str, Any]) -> None:
    assert json_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_other_bytes_are_a_value_error(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(json_object(data), dict)


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"x":{"a":1,"a":2}}', '{"a":NaN}', '{"a":-Infinity}', "[]", "1", ""]
)
def test_what_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the promise
        json_object(text.encode())
