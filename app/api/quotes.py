"""Quotes: price an estimate, for a ticket or for nothing yet."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from fastapi.responses import Response

from app.api.errands import ErrandDep, KeyedErrand, answered, sent
from app.api.etags import IfNoneMatch, etag, unchanged
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.base.vocabulary import QuoteStatus
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.schemas.quotes import Quote, QuoteAsk
from app.services import quotes
from app.services.tickets.reading import named

router = desk_router("/v1/quotes", "quotes")

QuoteId = Annotated[Id, Path(description="Id of the quote")]


async def _filters(
    status: QuoteStatus | None = None,
    ticket: Annotated[ShortText | None, Query(description="Id or reference")] = None,
    account: Annotated[ShortText | None, Query(description="Number or id")] = None,
    external_ref: ShortText | None = None,
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
)
async def offer_quote(errand: KeyedErrand, body: QuoteAsk) -> Response:
    """By the policy's fee rules, with the clauses that say so. A new price for a ticket replaces the one on offer."""
    return sent(await quotes.offer(errand, body))


@router.get(
    "",
    operation_id="list_quotes",
    summary="Quotes within reach of the caller",
    responses={200: {"model": Listed[Quote]}},
)
async def list_quotes(
    errand: ErrandDep, page: PageDep, filters: Annotated[dict[str, Any], Depends(_filters)]
) -> Response:
    after = page.after(tuple[Id])
    rows = await quotes.listed(errand, after[0] if after else None, filters, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=quotes.quote_view)


@router.get("/{quote}", operation_id="read_quote", summary="One quote", responses={200: {"model": Quote}})
async def read_quote(errand: ErrandDep, quote: QuoteId, if_none_match: IfNoneMatch = None) -> Response:
    view, version = await quotes.read(errand, quote)
    return unchanged(if_none_match, version) or answered(view, headers={"ETag": etag(version)})
