"""Accounts, and the people listed on them."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.schemas.contacts import Account, AccountHold, Contact, ContactAdd
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.services import accounts, contacts, holding

router = desk_router("/v1/accounts", "accounts")

AccountName = Annotated[str, Path(max_length=255, description="Number or id", examples=["M1001"])]


@router.get(
    "",
    operation_id="list_accounts",
    summary="Accounts within reach of the caller",
    responses={200: {"model": Listed[Account]}},
)
async def list_accounts(
    errand: ErrandDep,
    page: PageDep,
    state: Literal["active", "on_hold", "closed"] | None = None,
    external_ref: ShortText | None = None,
    reseller: Annotated[ShortText | None, Query(description="Number or id")] = None,
) -> Response:
    after = page.after(tuple[Id])
    rows = await accounts.listed(errand, after[0] if after else None, (state, external_ref, reseller), page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=accounts.account_view)


@router.get("/{account}", operation_id="read_account", summary="One account", responses={200: {"model": Account}})
async def read_account(errand: ErrandDep, account: AccountName, if_none_match: IfNoneMatch = None) -> Response:
    view = await accounts.read(errand, account)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.get(
    "/{account}/contacts",
    operation_id="list_contacts",
    summary="The people listed on an account",
    responses={200: {"model": Listed[Contact]}},
)
async def list_contacts(errand: ErrandDep, account: AccountName, page: PageDep) -> Response:
    after = page.after(tuple[Id])
    rows = await contacts.listed(errand, account, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=contacts.contact_view)


@router.post(
    "/{account}/contacts",
    operation_id="add_contact",
    summary="List another person",
    status_code=201,
    responses={201: {"model": Contact}},
)
async def add_contact(errand: RepeatableErrand, account: AccountName, body: ContactAdd) -> Response:
    """If the policy lets the caller, and lets one more be listed in this role under this address."""
    return sent(await contacts.add(errand, account, body))


_ACCOUNT: dict[int | str, dict[str, Any]] = {200: {"model": Account}}


@router.post("/{account}/hold", operation_id="hold_account", summary="Put it on hold", responses=_ACCOUNT)
async def hold(errand: RepeatableErrand, account: AccountName, body: AccountHold, version: ExpectedVersion) -> Response:
    """By staff: until they release it, or its reseller looks after it again."""
    return sent(await holding.move(errand, account, "hold", body.reason, version))


@router.post("/{account}/release", operation_id="release_account", summary="End the hold", responses=_ACCOUNT)
async def release(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    return sent(await holding.move(errand, account, "release", None, version))


@router.post("/{account}/adopt", operation_id="adopt_account", summary="Look after it again", responses=_ACCOUNT)
async def adopt(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    """By its own reseller alone. The hold ends."""
    return sent(await holding.move(errand, account, "adopt", None, version))


@router.post(
    "/{account}/confirm-contacts",
    operation_id="confirm_contacts",
    summary="Say that the listed people are right",
    responses=_ACCOUNT,
)
async def confirm_contacts(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    return sent(await holding.confirm_contacts(errand, account, version))
