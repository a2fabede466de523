"""Quotes: price an estimate, for a ticket or for nothing yet."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from fastapi.responses import Response

from app.api.callers import CUSTOMERS, JUDGED_STAFF, PAYING, PRICES, STAFF_OR_BILLING, SUBMITTING
from app.api.errands import ErrandDep, KeyedErrand, RepeatableErrand, answered, sent
from app.api.etags import ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import ExternalRef, PageDep
from app.api.routing import desk_router
from app.base.vocabulary import QuoteStatus
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.schemas.quotes import ConsentGive, Decline, Payment, Quote, QuoteAsk, Refund, Settle, Waive
from app.services.quotes import agreeing, offering, paying, reading
from app.services.quotes.view import quote_view
from app.services.tickets.reading import named

router = desk_router("/v1/quotes", "quotes")

QuoteId = Annotated[Id, Path(description="Id of the quote")]


async def _filters(
    status: Annotated[QuoteStatus | None, Query(description="How it stands")] = None,
    ticket: Annotated[ShortText | None, Query(description="Id or reference")] = None,
    account: Annotated[ShortText | None, Query(description="Number or id")] = None,
    external_ref: ExternalRef = None,
) -> dict[str, Any]:
    id_, reference = named(ticket) if ticket is not None else (None, None)
    found = {"status": status, "ticket_id": id_, "reference": reference, "account": account}
    return {**found, "external_ref": external_ref}


@router.post(
    "",
    operation_id="offer_quote",
    summary="Price an estimate",
    status_code=201,
    responses={201: {"model": Quote}},
    dependencies=SUBMITTING,
)
async def offer_quote(errand: KeyedErrand, body: QuoteAsk) -> Response:
    """By the policy's fee rules, with the clauses that say so. A new price for a ticket replaces the one on offer."""
    return sent(await offering.offer(errand, body))


@router.get(
    "",
    operation_id="list_quotes",
    summary="Quotes within reach of the caller",
    responses={200: {"model": Listed[Quote]}},
    dependencies=PRICES,
)
async def list_quotes(
    errand: ErrandDep, page: PageDep, filters: Annotated[dict[str, Any], Depends(_filters)]
) -> Response:
    after = page.after(tuple[Id])
    rows = await reading.listed(errand, after[0] if after else None, filters, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=quote_view)


@router.get(
    "/{quote_id}",
    operation_id="read_quote",
    summary="One quote",
    responses={200: {"model": Quote}},
    dependencies=PRICES,
)
async def read_quote(errand: ErrandDep, quote_id: QuoteId, if_none_match: IfNoneMatch = None) -> Response:
    view, version = await reading.read(errand, quote_id)
    return unchanged(if_none_match, version) or answered(view, headers={"ETag": etag(version)})


_QUOTE: dict[int | str, dict[str, Any]] = {200: {"model": Quote}}


@router.post(
    "/{quote_id}/consent",
    operation_id="consent_to_quote",
    summary="Agree to the price",
    responses=_QUOTE,
    dependencies=CUSTOMERS,
)
async def consent(errand: KeyedErrand, quote_id: QuoteId, body: ConsentGive, version: ExpectedVersion) -> Response:
    """By one of the customer's people who may. It binds this price and its terms."""
    return sent(await agreeing.consent(errand, quote_id, body.form, version))


@router.post(
    "/{quote_id}/decline",
    operation_id="decline_quote",
    summary="Decline the price",
    responses=_QUOTE,
    dependencies=CUSTOMERS,
)
async def decline(errand: RepeatableErrand, quote_id: QuoteId, body: Decline, version: ExpectedVersion) -> Response:
    return sent(await agreeing.decline(errand, quote_id, body.reason, version))


@router.post(
    "/{quote_id}/payments",
    operation_id="record_payment",
    summary="Record a payment",
    responses=_QUOTE,
    dependencies=PAYING,
)
async def record_payment(errand: KeyedErrand, quote_id: QuoteId, body: Payment, version: ExpectedVersion) -> Response:
    """By the billing system, once for each of its references. More or less than was asked is on record."""
    return sent(await paying.pay(errand, quote_id, body, version))


@router.post(
    "/{quote_id}/refunds",
    operation_id="record_refund",
    summary="Record a refund",
    responses=_QUOTE,
    dependencies=STAFF_OR_BILLING,
)
async def record_refund(
    errand: RepeatableErrand, quote_id: QuoteId, body: Refund, version: ExpectedVersion
) -> Response:
    return sent(await paying.refund(errand, quote_id, body, version))


@router.post(
    "/{quote_id}/waive",
    operation_id="waive_quote",
    summary="Ask for no money",
    responses=_QUOTE,
    dependencies=JUDGED_STAFF,
)
async def waive(errand: RepeatableErrand, quote_id: QuoteId, body: Waive, version: ExpectedVersion) -> Response:
    """By staff. What was paid is to be given back."""
    return sent(await agreeing.waive(errand, quote_id, body.reason, version))


@router.post(
    "/{quote_id}/settle",
    operation_id="settle_quote",
    summary="Charge what it took",
    responses=_QUOTE,
    dependencies=JUDGED_STAFF,
)
async def settle(errand: RepeatableErrand, quote_id: QuoteId, body: Settle, version: ExpectedVersion) -> Response:
    """By staff. Never above what was agreed where the terms are capped."""
    return sent(await agreeing.settle(errand, quote_id, body.minutes, version))
