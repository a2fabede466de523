"""Marks in our own mail: they find the ticket, and nobody makes them up."""

import random
import string
from uuid import UUID

import pytest

from app.base.identifiers import new_reference, uuid7
from app.mail.tokens import (
    Keys,
    message_id,
    own_mail,
    references_in,
    reply_address,
    ticket_of_reply,
    unsubscribe_token,
    unsubscribed_by,
)
from tests.factories import NOW

PROVIDER, OTHER = UUID(int=1), UUID(int=2)
KEYS = Keys(PROVIDER, (b"new", b"old"))
TICKET, DELIVERY = uuid7(NOW), uuid7(NOW)
JANE = "jane@maple.example"
ADDRESS = reply_address(KEYS, "support@desk.example", TICKET, JANE)


def test_an_answer_finds_its_ticket() -> None:
    assert ticket_of_reply(KEYS, ["other@desk.example", ADDRESS], JANE) == TICKET


def test_case_does_not_matter() -> None:
    assert ticket_of_reply(KEYS, [ADDRESS.upper()], "Jane@Maple.example") == TICKET


def test_the_address_fits_into_mail() -> None:
    assert len(ADDRESS.partition("@")[0]) <= 64


def test_only_the_one_for_whom_it_was_made_may_use_it() -> None:
    assert ticket_of_reply(KEYS, [ADDRESS], "evil@evil.example") is None


def test_another_provider_does_not_know_it() -> None:
    assert ticket_of_reply(Keys(OTHER, KEYS.secrets), [ADDRESS], JANE) is None
    assert own_mail(Keys(OTHER, KEYS.secrets), [message_id(KEYS, DELIVERY, TICKET, "desk.example")]) is None


def test_an_older_key_is_still_known_and_a_foreign_one_is_not() -> None:
    old = reply_address(Keys(PROVIDER, (b"old",)), "support@desk.example", TICKET, JANE)
    foreign = reply_address(Keys(PROVIDER, (b"foreign",)), "support@desk.example", TICKET, JANE)
    assert ticket_of_reply(KEYS, [old], JANE) == TICKET
    assert ticket_of_reply(KEYS, [foreign], JANE) is None


def test_a_message_id_names_the_delivery_and_its_ticket() -> None:
    ours = own_mail(KEYS, ["<x@y.example>", message_id(KEYS, DELIVERY, TICKET, "desk.example")])
    assert ours is not None
    assert (ours.delivery, ours.ticket) == (DELIVERY, TICKET)


def test_a_message_id_may_be_about_no_ticket() -> None:
    ours = own_mail(KEYS, [message_id(KEYS, DELIVERY, None, "desk.example")])
    assert ours is not None
    assert ours.ticket is None


def test_a_link_declines_announcements_for_the_one_it_was_made_for() -> None:
    token = unsubscribe_token(KEYS, DELIVERY)
    assert unsubscribed_by(KEYS, token.upper()) == DELIVERY
    assert unsubscribed_by(Keys(PROVIDER, (b"newest", b"new")), token) == DELIVERY
    assert unsubscribed_by(Keys(OTHER, KEYS.secrets), token) is None
    for wrong in (token[:-1], f"{token}a", unsubscribe_token(KEYS, TICKET)[:26] + token[26:], "", "é" * 42):
        assert unsubscribed_by(KEYS, wrong) is None


@pytest.mark.parametrize("guesses", [2_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_nobody_guesses_a_mark(guesses: int) -> None:
    chance = random.Random(guesses)
    letters = string.ascii_lowercase + "234567"
    local, _, domain = ADDRESS.partition("@")
    identifier = message_id(KEYS, DELIVERY, TICKET, "desk.example")
    for _ in range(guesses):
        mac = "".join(chance.choices(letters, k=16))
        assert ticket_of_reply(KEYS, [f"{local[:-16]}{mac}@{domain}"], JANE) is None
        assert own_mail(KEYS, [identifier.replace(identifier[-30:-14], mac)]) is None


def test_references_are_found_by_their_check_character() -> None:
    reference = new_reference("NTH")
    wrong = reference[:-1] + ("0" if reference[-1] != "0" else "1")
    assert references_in(f"Re: [{reference}] down") == (reference,)
    assert references_in(f"Re: {reference.lower()} down") == (reference,)
    assert references_in(f"Re: [{wrong}] down") == ()
    assert references_in("Checkout is dead") == ()
