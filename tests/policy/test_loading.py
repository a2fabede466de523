"""A policy's text becomes a document, or every fault is told at once with its place, in plain words."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policy.checks.source import read
from app.policy.language.faults import PolicyFault, PolicyFaults
from app.policy.loading import LoadedPolicy, check, load
from tests.policy.documents import LIBRARY, SMALL


def loaded(text: str) -> LoadedPolicy:
    return load(text, LIBRARY)


def faults(text: str) -> tuple[PolicyFault, ...]:
    with pytest.raises(PolicyFaults) as caught:
        load(text, LIBRARY)
    return caught.value.faults


def test_a_sound_document_loads() -> None:
    policy = loaded(SMALL)
    assert policy.document.provider == "small"
    assert policy.document.fees["hourly"].amount is not None


def test_topics_and_facts_of_the_catalogue_stand_under_the_documents_own() -> None:
    own = "topics:\n  email.error: {level: 2}\n  email.pigeon: {names: Pigeons}\n"
    document = loaded(SMALL + own).document
    assert document.topics["email.error"].level == 2
    assert document.topics["email.error"].phrases  # what the document does not say is the catalogue's
    assert "email.pigeon" in document.topics
    assert "web.offline" in document.topics
    assert document.facts["share_affected"].asserted_by == ("staff", "customer")
    assert document.facts["down"].type == "bool"


def test_holiday_sets_of_the_library_come_with_the_document() -> None:
    assert len(loaded(SMALL).document.holidays["CA-QC"]) > 50


def test_every_set_comes_along_where_the_operator_may_choose_one() -> None:
    assert set(loaded(SMALL).document.holidays) == set(LIBRARY.holidays)
    only_one = SMALL.replace("accepts: {type: holiday_set, at: [/calendars/office/holidays]}", "overridable: true")
    assert set(loaded(only_one).document.holidays) == {"CA-QC"}


def test_a_holiday_set_of_the_document_replaces_the_librarys() -> None:
    document = loaded(SMALL + "holidays: {CA-QC: [2026-01-01]}\n").document
    assert [str(day) for day in document.holidays["CA-QC"]] == ["2026-01-01"]


def test_what_was_expanded_is_json_and_loads_to_the_same() -> None:
    policy = loaded(SMALL)
    assert check(json.loads(json.dumps(policy.raw))) == policy.document


def test_json_is_as_good_as_yaml() -> None:
    as_json = json.dumps(read(SMALL)[0] | {"name": "Smile \U0001f600 Hosting"}, indent=2)
    assert "\\ud83d" in as_json
    policy = loaded(as_json)
    assert policy.document.name == "Smile \U0001f600 Hosting"
    assert policy.document.clauses == loaded(SMALL).document.clauses


def test_a_fault_of_a_json_document_has_its_line_too() -> None:
    as_json = json.dumps(read(SMALL)[0] | {"curency": "EUR"}, indent=2)
    line = next(n for n, text in enumerate(as_json.splitlines(), 1) if "curency" in text)
    assert [(f.line, f.pointer, f.remedy) for f in faults(as_json)] == [(line, "/curency", "Did you mean `currency`?")]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("08:30", "08:30"),
        ("2026-01-01", "2026-01-01"),
        ("0123", "0123"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+27", "+27"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("12", 12),
        ("-3", -3),
        ("0.5", 0.5),
        ("'12'", "12"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_plain_values_are_read_as_people_mean_them(written: str, value: object) -> None:
    found = read(f"a: {written}")[0]["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_repeated_part_may_be_written_once() -> None:
    assert read("a: &x {b: 1}\nc: *x\n")[0] == {"a": {"b": 1}, "c": {"b": 1}}


def test_a_repeated_part_has_the_line_of_the_name_it_stands_under() -> None:
    _, mark = read("a: &x {b: 1}\nc:\n  - 1\n  - *x\nd: *x\n")
    assert [mark.line_at(pointer) for pointer in ("", "/a", "/c", "/c/1", "/d", "/d/b")] == [1, 1, 2, 1, 5, 1]


@pytest.mark.parametrize(
    ("written", "line", "pointer", "name"),
    [
        ("a: &x b\n*x : 1\n", 2, "", "x"),  # a name of a member is written out
        ("a: &x b\nc: {*x : 1}\n", 2, "/c", "x"),
        ("a: 1\nc: *x\n", 2, "/c", "x"),
        ("a: &x [*x]\n", 1, "/a/0", "x"),
        ("*x\n", 1, "", "x"),
    ],
)
def test_a_repeated_part_that_is_not_there_is_told_with_its_place(
    written: str, line: int, pointer: str, name: str
) -> None:
    words = f"`*{name}` stands for nothing that is complete here."
    with pytest.raises(PolicyFaults) as caught:
        read(written)
    assert caught.value.faults == (PolicyFault(pointer, line, "bad_alias", words, "Write it out."),)


def test_faults_of_shape_and_of_sense_come_in_one_answer_in_the_order_of_the_text() -> None:
    broken = SMALL.replace("currency: EUR", "currency: EUX").replace("kind: hourly", "kind: hourli")
    found = faults(broken.replace("topic: web.offline", "topic: web.ofline"))
    assert [fault.code for fault in found] == ["unknown_currency", "unknown_value", "unknown_topic"]
    assert [fault.line for fault in found] == sorted(fault.line or 0 for fault in found)
    assert [fault.remedy for fault in found][1:] == ["Did you mean `hourly`?", "Did you mean `web.offline`?"]


def test_a_fault_reads_as_a_sentence() -> None:
    fault = faults(SMALL.replace("Europe/Paris\ncurrency", "Europe/Pari\ncurrency"))[0]
    assert str(fault) == ("line 5, /tz: There is no zone `Europe/Pari`. Use an IANA name such as `Europe/Paris`.")


def rules(count: int, when: str = "{topic: email.error}") -> str:
    rule = f"stage: effects, when: {when}, then: [{{do: priority, priority: low}}], clauses: [SMA-1]"
    return SMALL + "".join(f"  - {{id: r{i}, {rule}}}\n" for i in range(count))


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines)


HOSTILE = {
    "ten thousand rules": rules(10_000),
    "two thousand faulty rules": rules(2_400, "{topic: emial, cuase: provider}"),
    "a bomb of anchors": bomb(),
    "a deep nest": SMALL + "rules2: " + "[" * 100_000,
    "a flat list": "a: [" + "1, " * 600_000 + "1]",
    "three megabytes": SMALL + "#" * 3_000_000,
    "a condition without end": rules(1, "{any: [" + "{topic: emial}, " * 2_400 + "{}]}"),
    "a very long word": SMALL + "x: " + "a" * 2_000_000,
    "many anchors": "\n".join(f"k{i}: &a{i} {{a: 1}}" for i in range(2_400)) + "\nz: [" + "*a1, " * 2_400 + "1]",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_within_a_second_in_one_answer(text: str) -> None:
    start = time.process_time()
    found = faults(text)
    assert time.process_time() - start < 1
    assert 1 <= len(found) <= 501


def test_two_thousand_rules_load_within_a_second() -> None:
    text = rules(2_400)
    start = time.process_time()
    assert len(loaded(text).document.rules) == 2_403
    assert time.process_time() - start < 1


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_has_faults(text: str) -> None:
    with pytest.raises(PolicyFaults) as caught:
        load(text, LIBRARY)
    assert all(fault.message and fault.remedy for fault in caught.value.faults)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0, 1) | st.sampled_from(["", "x", "PT1H", "email", "*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "do", "when", "id", "any", "not", "of", "EUR", "-1"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, object]:
    """The small document with one place replaced by anything."""
    document = json.loads(json.dumps(read(SMALL)[0]))
    value, places = document, draw(st.integers(1, 5))
    for _ in range(places):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if not isinstance(value[key], dict | list) or draw(st.booleans()):
            value[key] = draw(VALUES)
            break
        value = value[key]
    return dict(document)


@given(spoiled())
def test_whatever_is_spoiled_the_answer_is_a_document_or_faults(document: dict[str, object]) -> None:
    try:
        load(json.dumps(document), LIBRARY)
    except PolicyFaults as found:
        assert all(fault.line and fault.message and fault.remedy for fault in found.faults)  # noqa: PT017 - that it is sound is no fault
