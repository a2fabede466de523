"""The text of a document: each limit to the entry, and every fault with its place and words."""

import pytest

from app.policy.checks.source import MOST_BYTES, MOST_DEPTH, MOST_ENTRIES, MOST_NODES, read
from app.policy.language.faults import PolicyFault, PolicyFaults


def faults(text: str) -> list[PolicyFault]:
    with pytest.raises(PolicyFaults) as caught:
        read(text)
    return list(caught.value.faults)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_a_document_is_as_deep_as_the_limit_and_no_deeper() -> None:
    assert read(nested(MOST_DEPTH))[1].line == 1
    place = "/0" * MOST_DEPTH
    words = "The document is nested more than 40 deep.", "Flatten it."
    assert faults(nested(MOST_DEPTH + 1)) == [PolicyFault(place, 1, "too_deep", *words)]


@pytest.mark.parametrize("entry", ["  - x\n", "  k{}: x\n"])
def test_a_list_or_mapping_has_as_many_entries_as_the_limit_and_no_more(entry: str) -> None:
    entries = [entry.format(n) for n in range(MOST_ENTRIES + 1)]
    assert len(read("a:\n" + "".join(entries[:-1]))[0]["a"]) == MOST_ENTRIES
    place = f"/a/{MOST_ENTRIES}" if "-" in entry else f"/a/k{MOST_ENTRIES}"
    words = "There are more than 2500 entries here.", "Say it with fewer: a list in a condition means one of."
    assert faults("a:\n" + "".join(entries)) == [PolicyFault(place, MOST_ENTRIES + 2, "too_many_entries", *words)]


def test_a_repeated_part_counts_with_all_it_holds_each_time() -> None:
    thousand = "- &x [" + "1," * 999 + "]\n"
    text = thousand + "- *x\n" * 98 + "- 1\n" * 999
    assert MOST_NODES == 1 + 99 * 1000 + 999
    assert len(read(text)[0]) == 99 + 999
    words = "The document holds more than 100000 values.", "Say it with fewer entries; repeated parts count each time."
    assert faults(text + "- 1\n") == [PolicyFault("/1098", 1099, "too_many_values", *words)]
    assert [fault.line for fault in faults(thousand + "- *x\n" * 100)] == [100]


@pytest.mark.parametrize("filling", [" ", "é"])
def test_a_text_is_as_large_as_the_limit_and_no_larger(filling: str) -> None:
    text = "a: 1\n#" + filling * ((MOST_BYTES - 6) // len(filling.encode()))
    assert len(text.encode()) == MOST_BYTES
    assert read(text)[0] == {"a": 1}
    assert faults(f"{text} ") == [
        PolicyFault("", None, "too_large", "The document is larger than 2 MiB.", "Shorten it.")
    ]


@pytest.mark.parametrize(
    ("text", "place", "line", "code", "message", "remedy"),
    [
        ("", "", None, "empty", "There is no document in the text.", "Start with `provider:`."),
        ("a: 1\n---\nb: 2\n", "", 2, "several_documents", "The text holds more than one document.", "Keep one."),
        (
            *("a: 1\n<<: {b: 1}\n", "", 2, "merge_key"),
            *("Merging with `<<` is not part of the format.", "Write the members out."),
        ),
        ("a: 1\nb: {c: 1,\n  c: 2}\n", "/b/c", 3, "duplicate_key", "`c` stands here twice.", "Keep one of the two."),
        ('a: ["x", "\\x01"]\n', "/a/1", 1, "control_character", "A text holds a control character.", "Leave it out."),
        ('a: {"b\\x7f": 1}\n', "/a", 1, "control_character", "A name holds a control character.", "Leave it out."),
        (
            *("a:\n  ? [b]\n  : 1\n", "/a", 2, "bad_key"),
            *("A name of a member must be a plain text.", "Write a short text before `:`."),
        ),
        (
            *("a: !!set {x}\n", "/a", 1, "unknown_tag", "The tag `tag:yaml.org,2002:set` is not known."),
            "Leave the tag out; everything is text, number, true or false.",
        ),
        (
            *("a:\n  - !mine x\n", "/a/0", 2, "unknown_tag", "The tag `!mine` is not known."),
            "Leave the tag out; everything is text, number, true or false.",
        ),
        (
            *("a: 1\nb: [1, 2\nc: 3\n", "", 3, "not_yaml"),
            "The text cannot be read: did not find expected ',' or ']'.",
            "Check indentation, quotes and brackets of this line and the one before.",
        ),
        (
            *("a: \ud800\n", "", None, "control_character"),
            *("The text is not valid Unicode.", "Save it as UTF-8."),
        ),
    ],
)
def test_a_text_that_cannot_be_read_is_told_where_and_why(
    text: str, place: str, line: int | None, code: str, message: str, remedy: str
) -> None:
    assert faults(text) == [PolicyFault(place, line, code, message, remedy)]


def test_several_faults_are_told_in_the_order_of_the_text() -> None:
    found = faults("a: {b: 1, b: 2, b: 3}\nc: !mine 1\nc: 2\n")
    assert [(f.pointer, f.line, f.code) for f in found] == [
        ("/a/b", 1, "duplicate_key"),
        ("/a/b", 1, "duplicate_key"),
        ("/c", 2, "unknown_tag"),
        ("/c", 3, "duplicate_key"),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("!!str 5", "5"),
        ('"<<"', "<<"),
        ("'true'", "true"),
        ("~", None),
        ("|\n    x\n    y", "x\ny\n"),
        ("999999999999999999", 999_999_999_999_999_999),
        ("1999999999999999999", "1999999999999999999"),
        ("-0.5", -0.5),
        ("01", "01"),
        ("1.", "1."),
        ("0.1234567890123456789", "0.1234567890123456789"),
    ],
)
def test_a_value_is_what_it_looks_like(written: str, value: object) -> None:
    found = read(f"a: {written}\n")[0]["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_quoted_name_is_a_name_like_any_other() -> None:
    assert read('"<<": 1\n"true": 2\n')[0] == {"<<": 1, "true": 2}


def test_lines_are_known_down_to_the_nearest_thing_around_a_place() -> None:
    _, mark = read("a: 1\nb:\n  - c: 1\n    d: [2,\n      3]\n'1':\n  e: 4\n")
    places = {"": 1, "/b": 2, "/b/0/c": 3, "/b/0/d/1": 5, "/b/0/d/9": 4, "/b/0/x/y": 3, "/1/e": 7, "/x": 1}
    assert {place: mark.line_at(place) for place in places} == places
    steps = {(): 1, ("b", 0, "d", 1): 5, ("b", 0, "x", "y"): 3, ("b", "0"): 2, ("1", "e"): 7}
    assert {there: mark.line_of(there) for there in steps} == steps
