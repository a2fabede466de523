"""Accounts, the people listed on them, and the domains that they host."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import Response

from app.api.callers import (
    ADMINS,
    ANYBODY,
    JUDGED_STAFF,
    OWN_RESELLER,
    PEOPLE_OR_FOR_THEM,
    STAFF_OR_GATEWAY,
    SUBMITTING,
)
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import ExternalRef, PageDep
from app.api.routing import desk_router
from app.schemas.accounts import (
    Account,
    AccountCreate,
    AccountHold,
    AccountOutdate,
    AccountPatch,
    Domain,
    DomainAdd,
    DomainAdded,
)
from app.schemas.contacts import Contact, ContactAdd
from app.schemas.fields import Id, ShortText
from app.schemas.listing import Listed
from app.services import accounts, contacts, freshness, holding
from app.services.administration import accounts as administration
from app.services.administration import domains

router = desk_router("/v1/accounts", "accounts")

AccountName = Annotated[str, Path(max_length=255, description="Number or id", examples=["M1001"])]


@router.get(
    "",
    operation_id="list_accounts",
    summary="Accounts within reach of the caller",
    responses={200: {"model": Listed[Account]}},
    dependencies=ANYBODY,
)
async def list_accounts(
    errand: ErrandDep,
    page: PageDep,
    state: Annotated[Literal["active", "on_hold", "closed"] | None, Query(description="How it stands")] = None,
    external_ref: ExternalRef = None,
    reseller: Annotated[ShortText | None, Query(description="Number or id")] = None,
    hold_proposed: Annotated[bool | None, Query(description="Staff have to decide about a hold")] = None,
) -> Response:
    after = page.after(tuple[Id])
    filters = (state, external_ref, reseller, hold_proposed)
    rows = await accounts.listed(errand, after[0] if after else None, filters, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=accounts.account_view)


@router.post(
    "",
    operation_id="create_account",
    summary="Make an account",
    status_code=201,
    responses={201: {"model": Account}},
    dependencies=ADMINS,
)
async def create_account(errand: RepeatableErrand, body: AccountCreate) -> Response:
    """By administrators. Its people are listed afterwards."""
    return sent(await administration.create(errand, body))


@router.patch(
    "/{account}",
    operation_id="change_account",
    summary="Change an account",
    responses={200: {"model": Account}},
    dependencies=ADMINS,
)
async def change_account(
    errand: ErrandDep, account: AccountName, body: AccountPatch, version: DemandedVersion
) -> Response:
    """A merge patch, by administrators. Another reseller takes it into another tree."""
    view = await administration.change(errand, account, body, version)
    return answered(view, headers={"ETag": etag(view["version"])})


@router.get(
    "/{account}",
    operation_id="read_account",
    summary="One account",
    responses={200: {"model": Account}},
    dependencies=ANYBODY,
)
async def read_account(errand: ErrandDep, account: AccountName, if_none_match: IfNoneMatch = None) -> Response:
    view = await accounts.read(errand, account)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.get(
    "/{account}/contacts",
    operation_id="list_contacts",
    summary="The people listed on an account",
    responses={200: {"model": Listed[Contact]}},
    dependencies=SUBMITTING,
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
    dependencies=PEOPLE_OR_FOR_THEM,
)
async def add_contact(errand: RepeatableErrand, account: AccountName, body: ContactAdd) -> Response:
    """If the policy lets the caller, and lets one more be listed in this role under this address.

    A client area's own token says in `sender` for whom it asks.
    """
    return sent(await contacts.add(errand, account, body))


@router.get(
    "/{account}/domains",
    operation_id="list_domains",
    summary="The domains that it hosts",
    responses={200: {"model": Listed[Domain]}},
    dependencies=ANYBODY,
)
async def list_domains(errand: ErrandDep, account: AccountName, page: PageDep) -> Response:
    after = page.after(tuple[Id])
    rows = await domains.listed(errand, account, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=domains.domain_view)


@router.post(
    "/{account}/domains",
    operation_id="add_domain",
    summary="Host another domain",
    status_code=201,
    responses={201: {"model": DomainAdded}},
    dependencies=ADMINS,
)
async def add_domain(errand: RepeatableErrand, account: AccountName, body: DomainAdd) -> Response:
    """By administrators. Whose address depends on it now is flagged where the policy asks for another, not dropped."""
    return sent(await domains.add(errand, account, body.name))


@router.delete(
    "/{account}/domains/{domain}",
    operation_id="remove_domain",
    summary="Host it no longer",
    status_code=204,
    dependencies=ADMINS,
)
async def remove_domain(
    errand: ErrandDep,
    account: AccountName,
    domain: Annotated[str, Path(max_length=253, description="Name or id")],
    version: ExpectedVersion,
) -> Response:
    await domains.remove(errand, account, domain, version)
    return Response(status_code=204)


_ACCOUNT: dict[int | str, dict[str, Any]] = {200: {"model": Account}}


@router.post(
    "/{account}/hold",
    operation_id="hold_account",
    summary="Put it on hold",
    responses=_ACCOUNT,
    dependencies=JUDGED_STAFF,
)
async def hold(errand: RepeatableErrand, account: AccountName, body: AccountHold, version: ExpectedVersion) -> Response:
    """By staff, whether or not the policy proposed it: until they release it, or its reseller looks after it again."""
    return sent(await holding.move(errand, account, "hold", body.reason, version))


@router.post(
    "/{account}/release",
    operation_id="release_account",
    summary="End the hold",
    responses=_ACCOUNT,
    dependencies=JUDGED_STAFF,
)
async def release(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    """By staff. One that was only proposed is not wanted then."""
    return sent(await holding.move(errand, account, "release", None, version))


@router.post(
    "/{account}/adopt",
    operation_id="adopt_account",
    summary="Look after it again",
    responses=_ACCOUNT,
    dependencies=OWN_RESELLER,
)
async def adopt(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    """By its own reseller alone. The hold ends."""
    return sent(await holding.move(errand, account, "adopt", None, version))


@router.post(
    "/{account}/confirm-contacts",
    operation_id="confirm_contacts",
    summary="Say that the listed people are right",
    responses=_ACCOUNT,
    dependencies=SUBMITTING,
)
async def confirm_contacts(errand: RepeatableErrand, account: AccountName, version: ExpectedVersion) -> Response:
    return sent(await holding.confirm_contacts(errand, account, version))


@router.post(
    "/{account}/outdate-contacts",
    operation_id="outdate_contacts",
    summary="Say that the listed people are out of date",
    responses=_ACCOUNT,
    dependencies=STAFF_OR_GATEWAY,
)
async def outdate_contacts(
    errand: RepeatableErrand, account: AccountName, body: AccountOutdate, version: ExpectedVersion
) -> Response:
    """On proof: mail to a listed address bounced for good, or a change is known. By staff, or the mail gateway."""
    return sent(await freshness.outdate(errand, account, body.because, version))
