"""A message is read in its parts, however it was written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.triage.text import folded, plain, read, taken_apart
from app.triage.words import MOST_WORDS, stem, tokens


@pytest.mark.parametrize(
    "introduction",
    [
        "On Tue, 4 Mar 2025 at 09:12, Support wrote:",
        "Le 3 mars 2025 à 10:22, Support a écrit :",
        "Em 3 de março de 2025 10:22, Suporte escreveu:",
        "-----Original Message-----",
        "---- Mensagem original ----",
    ],
)
def test_what_is_quoted_is_not_what_is_said(introduction: str) -> None:
    told = read("Re: invoice", f"It is still wrong.\n\n{introduction}\n> Have you restarted the mail server?\n")
    assert told.said == "It is still wrong."
    assert "mail server" in told.quoted


def test_a_reply_below_the_quotation_is_found() -> None:
    told = read("", "> Which browser?\nFirefox, as I said.\n> And since when?\nSince Monday.")
    assert told.said == "Firefox, as I said.\nSince Monday."


@pytest.mark.parametrize("closing", ["Kind regards,", "Cordialement", "Atenciosamente,", "Merci d'avance", "--", "thx"])
def test_a_signature_is_cut_off(closing: str) -> None:
    told = read("", f"The printer is broken.\n\n{closing}\nJane Doe\nAcme Web Hosting Ltd")
    assert told.said == "The printer is broken."
    assert told.signature == ("Jane Doe", "Acme Web Hosting Ltd")


def test_thanks_at_the_beginning_are_no_signature() -> None:
    assert "broken" in read("", "Thanks,\nbut the site is broken.").said


def test_logs_are_told_from_words_and_folded() -> None:
    log = "\n".join(
        f"2025-02-11 11:04:{i % 60:02} app[77]: ERROR connection refused /srv/app/x.py:{i}" for i in range(500)
    )
    told = read("tool down", f"It shows this:\n{log}\nNothing was changed.")
    assert told.said == "It shows this:\nNothing was changed."
    assert len(told.logs.splitlines()) <= 12


def test_control_characters_and_look_alikes_are_gone() -> None:
    assert plain("a\x00b\u200bc\u202ed “quoted” ’s\x1b[31m") == 'abcd "quoted" \'s[31m'


def test_the_end_of_a_very_long_text_is_read() -> None:
    assert "please restore my files" in read("", "x " * 30_000 + "please restore my files").said


@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    told = read(text, text)
    assert len(told.said) <= 30_000
    assert len(list(tokens(told.said))) <= MOST_WORDS * 8


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
@example("aieou")
def test_a_stem_is_no_longer_than_its_word(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word)


@pytest.mark.parametrize(
    "kin",
    [
        ("renewal", "renewed", "renewing"),
        ("certificate", "certificado", "certificats"),
        ("migrate", "migrer", "migrar"),
    ],
)
def test_forms_of_a_word_meet(kin: tuple[str, ...]) -> None:
    assert len({stem(folded(word)) for word in kin}) == 1


_LINES = (
    *(
        "It is slow.",
        "Since 15:00 nothing",
        "On Monday we wrote:",
        "on 4 Mar 2025, Support wrote:",
        "> Which one?",
        "--",
        "—",
    ),
    *(
        "Kind regards,",
        "Merci beaucoup !",
        "thanks for nothing",
        "Sent from my phone",
        "From: me@shop.example",
        "a: b",
        "",
    ),
    *(
        "2025-03-04 09:12 up",
        "[04/mar/2025 x",
        "at 09:12:44 it broke and nobody has answered us since",
        "{",
        "</div>",
        "é" * 30,
    ),
    *(
        "Error: no",
        "select one",
        "#12 x",
        "550 5.7.1 no",
        "{}[]()<>=+*&^%$#@/|~" * 2,
        "https://shop.example/?a=1&b=2 is down",
        " x ",
    ),
)


@given(st.lists(st.sampled_from(_LINES) | st.text(max_size=40), max_size=6))
@example(["regards" + " " * 90 + "x"])
@example(["x" * 2_500])
def test_a_quick_look_tells_what_has_to_be_taken_apart(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert read("", text) == taken_apart("", plain(text))
