"""What changed between two versions is said in words, and for whom."""

import pytest

from app.policy.language.document import Document
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.policy.pages.difference import Change, difference
from tests.policy.documents import LIBRARY, SMALL
from tests.policy.test_strangers import TEXTS


def changes(old: str, new: str) -> list[Change]:
    return difference(load(old, LIBRARY).document, load(new, LIBRARY).document)


def test_nothing_changed_between_a_version_and_itself() -> None:
    assert changes(SMALL, SMALL) == []


@pytest.mark.parametrize(
    ("was", "now", "sentence", "whom"),
    [
        (
            "we like what we do".capitalize(),
            "We love what we do",
            "Clause SMA-4 changes from: We like what we do; to: We love what we do.",
            "everybody",
        ),
        (
            'open: {mon-fri: [["09:00", "17:00"]]}',
            'open: {mon-sat: [["09:00", "12:00"], ["13:00", "17:00"]]}',
            "Calendar office changes from: Mon–Fri 09:00–17:00; closed on public holidays (CA-QC); "
            "to: Mon–Sat 09:00–12:00, 13:00–17:00; closed on public holidays (CA-QC).",
            "everybody",
        ),
        (
            "max: PT1H\n",
            "max: PT2H\n",
            "Target changes from: first answer within 1 h (promised), when the priority is high; "
            "to: first answer within 2 h (promised), when the priority is high.",
            "when the priority is high",
        ),
        (
            'kind: hourly, amount: "85.00"',
            'kind: hourly, amount: "90.00"',
            "Fee hourly changes from: 85.00 EUR per 1 h; to: 90.00 EUR per 1 h.",
            "everybody",
        ),
        (
            "topics: [code], status: billable, fee: hourly",
            "topics: [code], status: not_supported, strict: true",
            "Coverage changes from: code: charged (Work by the hour), always; "
            "to: code: not supported, without exception, always.",
            "requests about code",
        ),
        (
            "when: {topic: web.offline}",
            "when: {topic: web.offline, cause: provider}",
            "Rule changes from: priority high in stage priority, when the topic is Site does not answer; "
            "to: priority high in stage priority, when the topic is Site does not answer and the cause is ours.",
            "when the topic is Site does not answer and the cause is ours",
        ),
        ("tz: Europe/Paris\nc", "tz: Europe/Rome\nc", "tz: “Europe/Paris” becomes “Europe/Rome”.", "everybody"),
    ],
)
def test_a_change_is_one_sentence(was: str, now: str, sentence: str, whom: str) -> None:
    assert was in SMALL
    assert [(c.sentence, c.whom) for c in changes(SMALL, SMALL.replace(was, now))] == [(sentence, whom)]


def test_what_is_new_and_what_is_gone_is_said() -> None:
    entry = "  - {id: panel, topics: [panel], status: self_service}\n"
    longer = SMALL.replace("rules:\n", entry + "rules:\n")
    assert [(c.what, c.sentence) for c in changes(SMALL, longer)] == [
        ("added", "Coverage new: control panel: you can do it yourself, always.")
    ]
    assert [(c.what, c.name) for c in changes(longer, SMALL)] == [("removed", "panel")]


def test_an_entry_that_only_moved_is_not_new() -> None:
    lines = SMALL.splitlines(keepends=True)
    mail = next(i for i, line in enumerate(lines) if "{id: mail" in line)
    lines[mail], lines[mail + 1] = lines[mail + 1], lines[mail]
    assert [c.what for c in changes(SMALL, "".join(lines))] == ["moved"]


def test_entries_without_ids_are_known_by_their_condition() -> None:
    default = "  - {stage: priority, then: [{do: priority, priority: low}]}\n"
    changed = SMALL.replace(default, default.replace("priority: low", "priority: high"))
    assert [(c.what, c.name) for c in changes(SMALL, changed)] == [("changed", "priority: always")]


def test_a_change_that_words_do_not_show_names_the_members() -> None:
    changed = SMALL.replace("mail_in: true", "mail_in: false")
    (change,) = changes(SMALL, changed)
    assert change.sentence == "Channel mail changes in mail_in: E-mail; help@small.example; hours office."


# ── nothing goes unsaid ──────────────────────────────────────────────────────
FJORDNETT = load(TEXTS["fjordnett"], library()).document
KIRINODE = load(TEXTS["kirinode"], library()).document
LIBRARY_SLUGS = ("plutus", "tsc", "brs")
SAID_OTHERWISE = {"provider", "prefix", "published", "effective_from", "catalogue"}
"""Whose policy it is, since when, and what it builds on; topics and facts of the catalogue are compared one by one."""


EVERY = [load(text, library()).document for text in (*TEXTS.values(), *filter(None, map(policy_text, LIBRARY_SLUGS)))]


@pytest.mark.parametrize("field", sorted({*Document.model_fields} - SAID_OTHERWISE))
def test_whatever_a_document_states_is_compared(field: str) -> None:
    """Each thing that some policy states and that is taken away, but for an end that none of them has yet."""
    pairs = [(document, without(document, field)) for document in EVERY]
    stated = [(was, now) for was, now in pairs if getattr(was, field) != getattr(now, field)]
    assert any(difference(was, now) for was, now in stated) or (field == "effective_until" and not stated)


def without(document: Document, field: str) -> Document:
    """The document without what it says there."""
    info, value = Document.model_fields[field], getattr(document, field)
    if isinstance(value, str):
        empty: object = "other"
    else:
        empty = {} if info.is_required() else info.get_default(call_default_factory=True)
    return document.model_copy(update={field: empty})


def told(was: str, now: str) -> list[str]:
    text = TEXTS["fjordnett"]
    assert was in text
    return [c.sentence for c in difference(FJORDNETT, load(text.replace(was, now), library()).document)]


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        ("silver: {\"*\": PT4H}", "silver: {\"*\": PT3H}",
         "Target changes from: first answer within 4 h of “vakt”, 4 % for each started 1 h of delay; at most 20 % a "
         "month, when plan is silver; to: first answer within 3 h of “vakt”, 4 % for each started 1 h of delay; at "
         "most 20 % a month, when plan is silver."),
        ("2026-05-17, ", "", "Holidays NO gone: 2026-05-17."),
        ("2028-05-17, ", "2028-05-17, 2028-05-18, ", "Holidays NO new: 2028-05-18."),
        ("in_progress: 2", "in_progress: 3",
         "queue: order priority, customer_wrote, received_at, override_requires reason, in_progress 2 becomes order "
         "priority, customer_wrote, received_at, override_requires reason, in_progress 3."),
    ],
)  # fmt: skip
def test_tables_holidays_and_the_queue_are_told_in_their_own_words(was: str, now: str, sentence: str) -> None:
    assert sentence in told(was, now)


def test_credits_for_misses_are_told() -> None:
    text = TEXTS["kirinode"].replace('at_least: 5, credit: "0.15"', 'at_least: 6, credit: "0.15"')
    (change,) = difference(KIRINODE, load(text, library()).document)
    assert change.sentence == (
        "Credits changes from: first answer: 5 % from 3 misses; 15 % from 5 misses a month; "
        "to: first answer: 5 % from 3 misses; 15 % from 6 misses a month."
    )
