"""Topics are proposed from real text, the same everywhere, and never for a price that grows."""

import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.triage.lexicon import Lexicon
from app.triage.proposal import SURE_ENOUGH, Proposal, propose
from tests.triage.sameness import digests, kept
from tests.triage.tickets import family, lexicon, tickets


def proposed(subject: str, body: str = "") -> Proposal:
    return propose(lexicon(), subject, body)


def first(subject: str, body: str = "") -> str | None:
    candidates = proposed(subject, body).candidates
    return family(candidates[0].topic) if candidates else None


@pytest.mark.parametrize(
    ("subject", "body", "wanted", "language"),
    [
        ("certificate", "Our certificate has expired and browsers warn the visitors.", "ssl", "en"),
        ("imprimante", "Bonjour, l'imprimante du bureau n'imprime plus depuis hier.", "desktop_network", "fr"),
        ("nota fiscal", "Bom dia, a nota fiscal deste mês veio com o valor errado, podem corrigir?", "billing", "pt"),
    ],
)
def test_each_language_is_known_and_understood(subject: str, body: str, wanted: str, language: str) -> None:
    proposal = proposed(subject, body)
    assert family(proposal.candidates[0].topic) == wanted
    assert proposal.language == language


@pytest.mark.parametrize(
    ("subject", "body", "wanted"),
    [
        ("my certifcate exipred", "the certifcate of our shop exipred and the borwser warns", "ssl"),
        ("pleas restroe my files from backpu", "i delted the foldr by mistake", "backup_restore"),
        ("invioce wrong", "the invioce shows a wrong amonut and i was chargd twice", "billing"),
    ],
)
def test_typos_are_forgiven(subject: str, body: str, wanted: str) -> None:
    assert first(subject, body) == wanted


def test_punctuation_and_case_do_not_matter() -> None:
    said = "My mailbox is full, and people tell me that their mail bounces: quota exceeded!"
    bare = "MY MAILBOX IS FULL AND PEOPLE TELL ME THAT THEIR MAIL BOUNCES QUOTA EXCEEDED"
    assert proposed("", said).candidates[0].topic == proposed("", bare).candidates[0].topic


def test_a_pasted_log_does_not_drown_the_question() -> None:
    log = "\n".join(f'10.0.0.{i} - - [11/Feb/2025:10:00:{i:02}] "GET /a.php HTTP/1.1" 200 512' for i in range(50))
    assert first("printer", f"The office printer does not print any more.\n{log}") == "desktop_network"


def test_a_quoted_answer_does_not_decide() -> None:
    body = "My invoice is still wrong, VAT is missing.\n\nOn Monday, Support wrote:\n> Please reset the FTP password."
    assert first("Re: ticket", body) == "billing"


def test_of_several_problems_each_is_among_the_candidates() -> None:
    body = "1. Please send a quote for 5 licences.\n2. The office printer does not print."
    families = {family(candidate.topic) for candidate in proposed("two things", body).candidates}
    assert {"sales_quote", "desktop_network"} <= families


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("Hello, notre certificat SSL is expired depuis hier, please renew it, merci", "ssl"),
        ("Oi team, the impressora do escritório is not printing, pode ajudar?", "desktop_network"),
        (
            "This is a disgrace!!! Third time!! My mailbox is full AGAIN and nobody can write to me, you idiots",
            "email_account",
        ),
        ("Your backups must have eaten it: the certificate of our shop has expired and browsers warn people", "ssl"),
        ("my mailbox is full my mailbox is full it says quota exceeded regards bob", "email_account"),
    ],
)
def test_mixed_languages_anger_and_wrong_diagnoses_are_read_through(body: str, wanted: str) -> None:
    assert first("", body) == wanted


def test_three_words_are_enough() -> None:
    assert first("domain renewal price") == "domain_registration"


def test_a_candidate_shows_the_words_that_led_to_it() -> None:
    candidate = proposed("", "Our certificate expired this morning.").candidates[0]
    assert "certificate" in candidate.because


def test_nothing_said_proposes_nothing() -> None:
    for text in ("", "   \n", "???", "\x00\x01", "12345", "xyzzy quux"):
        proposal = proposed("", text)
        assert proposal.topic is None


@pytest.mark.parametrize(
    "vague",
    [
        *("It still does not work.", "any news??", "Hello? Is anybody there?", "as discussed on the phone"),
        *("thank you, that worked", "see attachment", "Our coffee machine leaks", "My dog ate the remote of the tv"),
        *("Ça ne marche toujours pas", "Des nouvelles ?", "merci, c'est bon", "continua sem funcionar", "me liga"),
        *("Quanto custa um quilo de arroz?", "URGENT URGENT URGENT", "lorem ipsum dolor sit amet"),
    ],
)
def test_one_word_that_sounds_like_a_topic_does_not_make_it_one(vague: str) -> None:
    proposal = proposed("", vague)
    assert proposal.topic is None
    assert proposal.candidates


def test_confidences_are_chances_and_fall() -> None:
    for ticket in tickets("own")[:150]:
        shown = [candidate.confidence for candidate in proposed(ticket.subject, ticket.body).candidates]
        assert all(0 <= c <= 1 for c in shown)
        assert sum(shown) <= 1.02
        assert shown[1:] == sorted(shown[1:], reverse=True)


def test_what_is_not_sure_goes_to_staff() -> None:
    for ticket in tickets("own")[:150]:
        proposal = proposed(ticket.subject, ticket.body)
        assert (proposal.topic is None) == (proposal.candidates[0].confidence < SURE_ENOUGH)


def test_the_given_language_is_kept() -> None:
    assert propose(lexicon(), "server down", "", language="fr").language == "fr"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=2_000), st.text(max_size=2_000))
def test_any_text_gets_an_answer(subject: str, body: str) -> None:
    assert proposed(subject, body) == proposed(subject, body)


def test_the_answer_is_the_same_on_every_machine_and_python_and_under_any_hash_seed() -> None:
    assert sys.flags.hash_randomization, "each run has another seed"
    assert digests() == kept(), "run `make lexicon`, if triage is meant to answer something else now"


def test_an_operators_own_topic_is_learned_in_his_language() -> None:
    topic = SimpleNamespace(
        names="Kaffeemaschine", descriptions="Der Kaffee läuft nicht.", phrases={"de": ["kein Kaffee"]}
    )
    other = SimpleNamespace(names="Drucker", descriptions="Der Drucker druckt nicht.", phrases={"de": ["Papierstau"]})
    own = Lexicon.build({"office.coffee": topic, "office.printer": other})
    assert propose(own, "", "Hilfe, es gibt keinen Kaffee").candidates[0].topic == "office.coffee"


def test_a_lexicon_without_topics_proposes_nothing() -> None:
    assert propose(Lexicon.build({}), "site down", "help").candidates == ()


class Counting(dict[str, tuple[tuple[int, float], ...]]):
    """Weights that count how often they are asked."""

    asked = 0

    def get(self, *args: object) -> object:  # type: ignore[override] # it counts only
        self.asked += 1
        return super().get(*args)  # type: ignore[call-overload] # it counts only


def looked_up(body: str) -> int:
    known = lexicon()
    counting = Counting(known.weights)
    propose(replace(known, weights=counting), "", body)
    return counting.asked


def test_the_work_grows_with_the_text_and_then_stops() -> None:
    words = sorted({word for ticket in tickets("own") for word in ticket.body.split()})
    short, long, huge = (" ".join((words * 40)[:size]) for size in (200, 400, 60_000))
    assert looked_up(long) <= 3 * looked_up(short)
    assert looked_up(huge) <= looked_up(" ".join((words * 40)[:1_200])) * 3


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 30_000,
        "a." * 15_000,
        "@" * 30_000,
        "a@" * 15_000,
        "1." * 15_000,
        "=" * 30_000,
        "> " * 15_000,
        "From: " * 5_000,
        "'a" * 15_000,
        "$ 1,1" * 6_000,
        "http://" * 4_300,
        "A b " * 7_500,
        ("e\u0301" * 15_000),
        "\n" * 30_000,
        "de da do " * 3_300,
        "site caiu fora do ar " * 1_500,
    ],
)
def test_hostile_text_costs_no_more_than_a_few_ordinary_tickets(hostile: str, ordinary: float) -> None:
    before = time.process_time()
    proposed(hostile[:400], hostile)
    assert time.process_time() - before < 100 * ordinary


@pytest.fixture(scope="module")
def ordinary() -> float:
    """Processor seconds for ten tickets of usual size."""
    asked = tickets("own")[:200]
    lexicon()
    before = time.process_time()
    for ticket in asked:
        proposed(ticket.subject, ticket.body)
    return (time.process_time() - before) / 20


def test_an_ordinary_ticket_is_a_few_hundred_look_ups() -> None:
    counts = sorted(looked_up(ticket.body) for ticket in tickets("own")[:100])
    assert counts[50] < 200
    assert counts[-1] < 600
