"""The same problem is read from text as people send it: mistyped, shouted, in anger, between logs and quotations."""

import random
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.proposal import propose
from tests.triage.tickets import Labelled, family, lexicon, proposed, tickets

LOG = "\n".join(
    f'203.0.113.{i} - - [11/Feb/2025:10:00:{i:02}] "GET /a{i}.php HTTP/1.1" 200 512 "-" "Mozilla/5.0"'
    for i in range(40)
)
TRACE = 'Traceback (most recent call last):\n  File "/srv/app/main.py", line 12, in <module>\nValueError: bad value'
BLAMED = ("It must be your maintenance.", "I think it is a virus.", "My cousin says it is the DNS.", "C'est le cache ?")
POLITE = (
    "Bonjour à toute l'équipe, merci d'avance. ",
    "Olá pessoal, tudo bem? Fico no aguardo. ",
    "Dear Sirs, hello. ",
)
ANGRY = "This is an absolute disgrace, third time this month, nobody ever answers, you bunch of idiots!!! "

Text = tuple[str, str]
"""Subject and body."""


@cache
def understood() -> Sequence[Labelled]:
    """Requests in strangers' words that are read rightly as they are."""
    asked = [ticket for name in ("others", "unseen") for ticket in tickets(name)]
    return [ticket for ticket in asked if proposed(ticket).topic and read(ticket.subject, ticket.body) == topic(ticket)]


def topic(ticket: Labelled) -> str:
    return ticket.labels[0].topic


def read(subject: str, body: str) -> str | None:
    candidates = propose(lexicon(), subject, body).candidates
    return family(candidates[0].topic) if candidates else None


def slipped(word: str, chance: random.Random) -> str:
    """With one letter too few, too many, or two swapped."""
    if len(word) < 6 or not word.isalpha() or chance.random() > 0.4:
        return word
    at = chance.randrange(1, len(word) - 1)
    return word[:at] + chance.choice(("", word[at] * 2, word[at + 1] + word[at])) + word[at + 1 :]


def mistyped(ticket: Labelled, chance: random.Random) -> Text:
    subject, body = (" ".join(slipped(word, chance) for word in s.split(" ")) for s in (ticket.subject, ticket.body))
    return subject, body


def shouted(ticket: Labelled, _: random.Random) -> Text:
    """In capitals and without any punctuation or accent."""
    bare = ("".join(c if c.isalnum() else " " for c in unaccented(s)).upper() for s in (ticket.subject, ticket.body))
    subject, body = bare
    return subject, body


def unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def between_logs(ticket: Labelled, _: random.Random) -> Text:
    return ticket.subject, f"{TRACE}\n{ticket.body}\n{LOG}"


def thirty_kilobytes(ticket: Labelled, _: random.Random) -> Text:
    return ticket.subject, "\n".join((ticket.body, *([LOG] * 8)))


def in_anger(ticket: Labelled, _: random.Random) -> Text:
    return ticket.subject, f"{ANGRY}{ticket.body} I will tell everybody, and my lawyer."


def wrongly_diagnosed(ticket: Labelled, chance: random.Random) -> Text:
    return ticket.subject, f"{ticket.body} {chance.choice(BLAMED)}"


def in_two_languages(ticket: Labelled, chance: random.Random) -> Text:
    return ticket.subject, chance.choice(POLITE) + ticket.body


def shortened(ticket: Labelled, chance: random.Random) -> Text:
    """Every fourth word is missing."""
    return ticket.subject, " ".join(word for word in ticket.body.split() if chance.random() < 0.75)


@pytest.mark.parametrize(
    ("as_sent", "least"),
    [
        *((mistyped, 0.95), (shouted, 0.97), (between_logs, 0.97), (thirty_kilobytes, 0.97)),
        *((in_anger, 0.9), (wrongly_diagnosed, 0.95), (in_two_languages, 0.95), (shortened, 0.85)),
    ],
)
def test_what_was_understood_still_is(as_sent: Callable[[Labelled, random.Random], Text], least: float) -> None:
    chance = random.Random(1)
    asked = understood()[::2]
    assert len(asked) >= 90
    assert sum(read(*as_sent(ticket, chance)) == topic(ticket) for ticket in asked) >= least * len(asked)


def test_of_two_problems_in_one_mail_both_are_candidates() -> None:
    chance = random.Random(2)
    both = 0
    for one in (asked := understood()[::4]):
        other = chance.choice([ticket for ticket in understood() if topic(ticket) != topic(one)])
        body = f"1. {one.subject}: {one.body}\n2. {other.subject}: {other.body}"
        candidates = propose(lexicon(), "two things", body).candidates
        both += {topic(one), topic(other)} <= {family(candidate.topic) for candidate in candidates}
    assert both >= 0.85 * len(asked)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("printer not printing", "desktop_network"),
        ("site caiu socorro", "website_down"),
        ("mot de passe webmail", "email_account"),
        ("cancel my hosting", "billing"),
        ("certificado ssl vencido", "ssl"),
        ("restaurer ma sauvegarde", "backup_restore"),
        ("ftp login incorrect", "ftp_files"),
    ],
)
def test_three_words_say_enough(said: str, wanted: str) -> None:
    assert read("", said) == read(said, "") == wanted


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=80), max_size=20)


@settings(max_examples=40)
@given(st.sampled_from(tickets("dev")), LINES)
def test_what_is_quoted_below_changes_nothing(ticket: Labelled, lines: list[str]) -> None:
    quoted = "\n".join(f"> {line}" for line in lines)
    replied = f"{ticket.body}\n\nOn Tue, 4 Mar 2025 at 09:12, Support wrote:\n{quoted}"
    assert (
        propose(lexicon(), ticket.subject, replied).candidates
        == propose(lexicon(), ticket.subject, ticket.body).candidates
    )


@settings(max_examples=40)
@given(st.sampled_from(tickets("dev")), st.sampled_from(["Kind regards,", "Cordialement", "Atenciosamente,", "--"]))
def test_who_signs_changes_nothing(ticket: Labelled, closing: str) -> None:
    signed = f"{ticket.body}\n\n{closing}\nJane Doe\nAcme Domains, SSL and Printers Ltd\n+1 555 0100"
    assert (
        propose(lexicon(), ticket.subject, signed).candidates
        == propose(lexicon(), ticket.subject, ticket.body).candidates
    )


def test_what_is_asked_at_the_end_of_a_single_endless_line_is_read() -> None:
    chat = "we have been with you for years and are happy " * 600
    assert read("", f"{chat} please renew the expired ssl certificate of our shop, browsers warn") == "ssl"
