"""What a message says of its sender and its error, for intake alone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.triage.extraction import Extracted, extract
from app.triage.text import read

RECEIVED = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")


def found(body: str, *, usernames: tuple[str, ...] = (), domains: tuple[str, ...] = ()) -> Extracted:
    return extract(read("", body), received_at=RECEIVED, zone=TORONTO, usernames=usernames, domains=domains)


@pytest.mark.parametrize(
    ("body", "first", "last"),
    [
        ("The site is down.\n\nRegards,\nJane Doe", "Jane", "Doe"),
        ("Le site est en panne.\n\nCordialement,\nMarie-Ève de la Tour", "Marie-Ève", "de la Tour"),
        ("O site caiu.\n\nAtt,\nJoão da Silva\nDiretor", "João", "da Silva"),
        ("Hi, Peter here, the site is down.", "Peter", None),
        ("My name is Anna Berg. The site is down.", "Anna", "Berg"),
        ("Bom dia. Aqui é o Carlos, o site caiu.", "Carlos", None),
        ("Bonjour, je m'appelle Luc Roy. Le site est tombé.", "Luc", "Roy"),
        ("Nothing here works.", None, None),
        ("This is not good.", None, None),
        ("Thanks,\nthe support team", None, None),
    ],
)
def test_a_name_is_taken_from_where_people_sign(body: str, first: str | None, last: str | None) -> None:
    assert (found(body).get("first_name"), found(body).get("last_name")) == (first, last)


@pytest.mark.parametrize(
    ("body", "first", "last", "username"),
    [
        ("First name: Jane\nLast name: Doe\nUsername: acmeco\nFTP fails.", "Jane", "Doe", "acmeco"),
        ("FTP fails.\n\n* Name: Jane Doe\n* User name = jane", "Jane", "Doe", "jane"),
        ("first name : jane\nsurname : o'hara", "jane", "o'hara", None),
        ("Prénom : Marie-Ève\nNom : de la Tour\nIdentifiant : tour77", "Marie-Ève", "de la Tour", "tour77"),
        ("Nom complet : Luc Roy\nNom d'utilisateur : lroy", "Luc", "Roy", "lroy"),
        ("Nome: João\nSobrenome: da Silva\nUsuário: joao.silva", "João", "da Silva", "joao.silva"),
        ("Nome completo: Ana Souza\nNome de usuário: ana", "Ana", "Souza", "ana"),
        ("**First name:** Jane\n**Last name:** Doe", "Jane", "Doe", None),
        ("Username:\nFirst name:\nLast name:", None, None, None),
        ("Error name: timeout\nAccount: suspended\nName: x86_64 build 7", None, None, None),
        ("> First name: Jane\nThe site is down.", None, None, None),
    ],
)
def test_lines_of_a_form_are_read(body: str, first: str | None, last: str | None, username: str | None) -> None:
    got = found(body)
    assert (got.get("first_name"), got.get("last_name"), got.get("account_username")) == (first, last, username)


def test_of_an_account_that_is_known_no_other_name_is_believed() -> None:
    assert found("Username: somebody", usernames=("acmeco",)).get("account_username") is None


@pytest.mark.parametrize(
    ("body", "known", "account"),
    [
        ("Please look at acme01.", ("acme01", "acme02"), "acme01"),
        ("acme01 and acme02 are both slow", ("acme01", "acme02"), None),
        ("account acme01", ("other",), None),
        ("my account: web1234 is slow", (), "web1234"),
        ("mon compte est lent", (), None),
        ("minha conta cli_77 caiu", (), "cli_77"),
        ("Office account 365", (), None),
    ],
)
def test_an_account_is_named_or_it_is_not(body: str, known: tuple[str, ...], account: str | None) -> None:
    assert found(body, usernames=known).get("account_username") == account


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ('It says "Access denied for this user" all day.', "Access denied for this user"),
        ("I see ERR_CONNECTION_REFUSED.", "ERR_CONNECTION_REFUSED"),
        ("550 5.1.1 User unknown", "550 5.1.1 User unknown"),
        ('He said "have a nice day" to me.', None),
        ("It is slow.", None),
    ],
)
def test_the_words_of_a_machine_are_an_error(body: str, error: str | None) -> None:
    assert found(body).get("error_message") == error


@pytest.mark.parametrize(
    ("body", "when"),
    [
        ("down since 9:30 this morning", datetime(2026, 3, 10, 13, 30, tzinfo=UTC)),
        ("it broke yesterday at 4 pm", datetime(2026, 3, 9, 20, 0, tzinfo=UTC)),
        ("en panne depuis 8h ce matin", datetime(2026, 3, 10, 12, 0, tzinfo=UTC)),
        ("caiu há 2 horas", datetime(2026, 3, 10, 13, 0, tzinfo=UTC)),
        ("since 2026-03-09 10:15 nothing works", datetime(2026, 3, 9, 14, 15, tzinfo=UTC)),
        ("it stops at 23:00", datetime(2026, 3, 10, 3, 0, tzinfo=UTC)),
        ("since 2026-99-99 10:15", None),
        ("since 2027-01-01 10:00", None),
        ("it is slow", None),
    ],
)
def test_the_time_is_read_on_the_senders_clock(body: str, when: datetime | None) -> None:
    assert found(body).get("occurred_at") == when


def test_only_a_domain_that_is_the_accounts_or_called_one_is_taken() -> None:
    assert found("shop.example is down", domains=("shop.example",)).get("hosted_domain") == "shop.example"
    assert found("index.php and gmail.com").get("hosted_domain") is None
    assert found("our domain bakery.example is gone").get("hosted_domain") == "bakery.example"


def test_a_description_has_to_say_something() -> None:
    assert not found("it is broken").get("description")
    assert found("Since the update the order page stays empty after the customer has pressed the button.").get(
        "description"
    )


def test_only_what_was_found_is_asserted() -> None:
    assert found("help") == {}


@given(st.text(max_size=1_500))
def test_any_text_is_read_without_harm(text: str) -> None:
    at = found(text).get("occurred_at")
    assert at is None or at <= RECEIVED
