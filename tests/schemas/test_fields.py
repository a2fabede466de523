"""Field types: what they refuse the schema tells, and what they let through Postgres can store."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.base.money import Currency
from app.schemas.accounts import DomainAdd
from app.schemas.faults import faults_of
from app.schemas.fields import (
    Count,
    Email,
    JsonMap,
    Metadata,
    Minutes,
    Model,
    Number,
    ShortText,
    Slug,
    Text,
    When,
)
from app.schemas.monitoring import Domain
from app.schemas.requests import Phone, Tag
from app.schemas.webhooks import Url

TEXT = TypeAdapter(Text)
WHEN = TypeAdapter(When)
FACTS = TypeAdapter(JsonMap)


def accepted(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_text_is_accepted_exactly_when_it_can_be_stored(text: str) -> None:
    storable = not any((c < " " and c not in "\t\n\r") or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in text)
    assert accepted(TEXT, f"a{text}") == storable
    if storable:
        assert "\r" not in TEXT.validate_python(f"a{text}")


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t ", "\u00a0", "\u200b\u200d", "\ufeff", "\u2800", "\u3164 \u2003", "\r\n"]
)
def test_text_of_which_nothing_is_seen_says_nothing(text: str) -> None:
    for kind in (TEXT, TypeAdapter(ShortText)):
        assert not accepted(kind, text)
    for seen in ("¿", "🙂", "\u200fשלום", "0", "."):
        assert accepted(TEXT, text + seen)


@given(st.datetimes(timezones=st.timezones()))
def test_instants_between_1970_and_2200_become_utc_and_no_others(instant: datetime) -> None:
    offset = instant.utcoffset()
    assert offset is not None
    # An instant on the wire carries whole minutes of offset.
    fixed = instant.replace(tzinfo=timezone(timedelta(minutes=round(offset.total_seconds() / 60))))
    within = datetime(1970, 1, 1, tzinfo=UTC) <= fixed < datetime(2200, 1, 1, tzinfo=UTC)
    assert accepted(WHEN, fixed.isoformat()) == within
    if within:
        read = WHEN.validate_python(fixed.isoformat())
        assert (read, read.tzinfo) == (fixed, UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-10T10:15:00", "2026-02-10", "2026-02-10T10:15Z", "20260210T101500Z", "1770718500", 1770718500, 1.5,
        True, None, "", " 2026-02-10T10:15:00Z", "2026-02-10T25:00:00Z", "2026-02-10T10:15:00+99:00",
        "２026-02-10T10:15:00Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_of_rfc_3339_is_refused(value: object) -> None:
    assert not accepted(WHEN, value)


def test_whoever_writes_a_plus_into_an_address_is_told_how() -> None:
    with pytest.raises(ValidationError, match="its \\+ is written %2B"):
        WHEN.validate_python("2026-02-10T10:15:00 02:00")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_facts_that_pass_survive_the_way_to_json_and_back(value: Any) -> None:
    facts = {"a": value}
    if accepted(FACTS, facts):
        assert json.loads(json.dumps(facts)) == facts
        assert "\\u0000" not in json.dumps(facts)


def test_facts_are_bounded_in_depth_and_number() -> None:
    deepest: Any = {}
    for _ in range(19):
        deepest = {"a": deepest}
    assert accepted(FACTS, deepest)
    assert not accepted(FACTS, {"a": deepest})
    assert accepted(FACTS, {"a": [1] * 1998})
    assert not accepted(FACTS, {"a": [1] * 1999})


@pytest.mark.parametrize(
    "address", ["web@maple.example", "o'brien+tag@sub.maple.example", "ü@maple.example", "a@localhost"]
)
def test_an_address_is_accepted(address: str) -> None:
    assert TypeAdapter(Email).validate_python(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@b.c",
        "a@",
        "a@b@c",
        "a b@c.d",
        "<a@b.c>",
        "A <a@b.c>",
        "a@b.c\r\nBcc: d@e.f",
        "a,b@c.d",
        "a" * 65 + "@b.c",
        7,
    ],
)
def test_what_is_not_one_address_is_refused(text: object) -> None:
    assert not accepted(TypeAdapter(Email), text)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Text, {"minLength", "maxLength", "pattern"}),
        (ShortText, {"minLength", "maxLength", "pattern"}),
        (Slug, {"maxLength", "pattern"}),
        (Count, {"minimum", "maximum"}),
        (Minutes, {"minimum", "maximum"}),
        (Metadata, {"maxProperties", "patternProperties"}),
        (Email, {"format", "maxLength"}),
        (When, {"format"}),
    ],
)
def test_the_schema_tells_the_bounds(kind: Any, told: set[str]) -> None:
    assert told <= TypeAdapter(kind).json_schema().keys()


@pytest.mark.parametrize(
    "kind",
    [
        Text,
        ShortText,
        Number,
        Currency,
        Slug,
        DomainAdd.model_fields["name"].rebuild_annotation(),
        Domain,
        Phone,
        Tag,
        Url,
    ],
)
def test_whoever_breaks_a_pattern_is_told_in_words(kind: Any) -> None:
    with pytest.raises(ValidationError) as broken:
        TypeAdapter(kind).validate_python("\x01~~~~~~~")
    (fault,) = faults_of(broken.value.errors(), "\x01~~~~~~~")
    assert (fault.code, "^" in fault.message) == ("pattern", False), fault.message


def test_a_model_takes_nothing_undeclared_and_never_changes() -> None:
    class Named(Model):
        name: ShortText

    named = Named(name="a")
    with pytest.raises(ValidationError):
        Named.model_validate({"name": "a", "id": 1})
    with pytest.raises(ValidationError):
        named.name = "b"  # type: ignore[misc] # what must fail
