"""States that must not be are refused by the database itself."""

import asyncio
from collections.abc import Awaitable
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from app.db.commands import Command, carry_out
from app.db.pool import Database
from app.db.tables.messages import Message
from app.db.tables.providers import Provider
from app.db.tables.quotes import Payment, Quote
from tests import factories


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        await attempt
    return str(refusal.value.constraint_name)


async def test_a_reference_names_one_ticket_of_its_provider(
    owner: asyncpg.Connection, provider: Provider, other_provider: Provider
) -> None:
    ticket = await factories.ticket(owner, provider.id)
    again = factories.ticket(owner, provider.id, reference=ticket.reference)
    assert await refused(again) == "uq_ticket_provider_id_reference"
    await factories.ticket(owner, other_provider.id, reference=ticket.reference)


async def test_an_external_reference_names_one_ticket_and_many_may_have_none(
    owner: asyncpg.Connection, provider: Provider
) -> None:
    for _ in range(2):
        await factories.ticket(owner, provider.id)
    await factories.ticket(owner, provider.id, external_ref="A-1")
    assert await refused(factories.ticket(owner, provider.id, external_ref="A-1")) == "uq_ticket_external_ref"


async def test_two_who_come_at_once_do_not_both_get_the_last_slot_of_a_role(
    database: Database, owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id)

    async def list_one() -> None:
        async with database.read(provider.id) as connection:
            await factories.contact(connection, account, slot=1)

    answers = await asyncio.gather(*(list_one() for _ in range(4)), return_exceptions=True)
    assert len([answer for answer in answers if answer is None]) == 1
    await owner.execute("UPDATE contact SET removed_at = now()")
    await list_one()


async def test_an_address_is_listed_once_per_account_and_in_lower_case(
    owner: asyncpg.Connection, provider: Provider
) -> None:
    account = await factories.account(owner, provider.id)
    await factories.contact(owner, account, email="ann@maple.example")
    assert await refused(factories.contact(owner, account, email="ann@maple.example")) == "uq_contact_email"
    assert await refused(factories.contact(owner, account, email="Bob@maple.example")) == "ck_contact_email_lower_case"
    other = await factories.account(owner, provider.id)
    await factories.contact(owner, other, email="ann@maple.example")


async def test_a_listed_person_can_be_told_apart(owner: asyncpg.Connection, provider: Provider) -> None:
    account = await factories.account(owner, provider.id)
    assert await refused(factories.contact(owner, account, email=None)) == "ck_contact_identifiable"


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "lost"), ("outcome", "maybe"), ("coverage", ""), ("work_gate", "ajar"), ("level", -1)],
)
async def test_a_ticket_is_only_what_the_vocabulary_knows(
    owner: asyncpg.Connection, provider: Provider, column: str, value: Any
) -> None:
    assert await refused(factories.ticket(owner, provider.id, **{column: value})) == f"ck_ticket_{column}"


def quote(provider: Provider, **given: Any) -> Quote:
    known = {"provider_id": provider.id, "id": factories.new_id(), "edition": 1, "status": "offered"}
    known |= {"currency": "CAD", "terms": "capped", "policy_version": 1, "settings_revision": 0, "total": "85.00"}
    known |= {"requested_by": "staff:1", "created_at": factories.NOW, "updated_at": factories.NOW}
    return Quote.model_validate(known | given)


@pytest.mark.parametrize("column", ["total", "paid", "prepay_minimum", "settled_total"])
async def test_money_is_never_negative_and_always_a_number(
    owner: asyncpg.Connection, provider: Provider, column: str
) -> None:
    for wrong in (Decimal("-0.01"), Decimal("NaN")):
        row = quote(provider)
        setattr(row, column, wrong)
        assert await refused(factories.insert(owner, row)) == "ck_quote_amounts"


async def test_no_more_goes_back_than_came(owner: asyncpg.Connection, provider: Provider) -> None:
    row = quote(provider, paid="10", refunded="10.01")
    assert await refused(factories.insert(owner, row)) == "ck_quote_refunded"


async def test_there_is_no_agreed_quote_without_a_consent(owner: asyncpg.Connection, provider: Provider) -> None:
    assert await refused(factories.insert(owner, quote(provider, status="consented"))) == "ck_quote_consent"
    await factories.insert(owner, quote(provider, status="consented", consent={"by": "contact:1"}))


async def test_a_ticket_has_one_price_on_offer(owner: asyncpg.Connection, provider: Provider) -> None:
    ticket = await factories.ticket(owner, provider.id)
    await factories.insert(owner, quote(provider, ticket_id=ticket.id))
    second = quote(provider, ticket_id=ticket.id, edition=2)
    assert await refused(factories.insert(owner, second)) == "uq_quote_on_offer"


async def test_one_payment_counts_once(owner: asyncpg.Connection, provider: Provider) -> None:
    offered = await factories.insert(owner, quote(provider))
    known = {"provider_id": provider.id, "quote_id": offered.id, "kind": "payment", "reference": "INV-1"}
    known |= {"amount": "85.00", "currency": "CAD", "recorded_by": "service:1"}
    known |= {"paid_at": factories.NOW, "created_at": factories.NOW}
    await factories.insert(owner, Payment.model_validate(known | {"id": factories.new_id()}))
    again = Payment.model_validate(known | {"id": factories.new_id()})
    assert await refused(factories.insert(owner, again)) == "uq_payment_provider_id_kind_reference"


FOUND_BY = """
SELECT search <> '' AND search = search_of_ticket(reference, external_ref, subject, language) FROM ticket
UNION ALL SELECT search <> '' AND search = search_of_message(body, language) FROM message"""


@pytest.mark.parametrize("language", ["en-GB", "fr", None])
async def test_what_search_finds_is_the_same_whoever_writes_a_row_and_follows_it(
    database: Database, owner: asyncpg.Connection, provider: Provider, language: str | None
) -> None:
    async def all_found() -> list[bool]:
        return [row[0] for row in await owner.fetch(FOUND_BY)]

    ticket = await factories.ticket(owner, provider.id, subject="Les chevaux are running", language=language)
    known = {"provider_id": provider.id, "id": factories.new_id(), "ticket_id": ticket.id, "visibility": "public"}
    known |= {"author_kind": "contact", "author": {}, "channel": "helpdesk", "body": "Elles couraient"}
    known |= {"received_at": factories.NOW, "created_at": factories.NOW, "language": language}
    message = await factories.insert(owner, Message.model_validate(known))
    rows = {
        table: await owner.fetchval(f"SELECT to_jsonb(t) - 'search' FROM {table} AS t WHERE id = $1", row.id)
        for table, row in (("ticket", ticket), ("message", message))
    }
    new = {"id": factories.new_id(), "ticket_id": ticket.id, "reference": "TST-2"}
    inserts = {table: [{name: new.get(name, value) for name, value in row.items()}] for table, row in rows.items()}
    await carry_out(database, provider.id, Command(inserts), factories.NOW)
    assert await all_found() == [True] * 4
    before = await owner.fetchval("SELECT search FROM ticket WHERE id = $1", ticket.id)
    await owner.execute("UPDATE ticket SET subject = 'Nothing works', external_ref = reference")
    await owner.execute("UPDATE message SET body = 'Erased', language = 'pt'")
    assert await all_found() == [True] * 4
    assert await owner.fetchval("SELECT search FROM ticket WHERE id = $1", ticket.id) != before
