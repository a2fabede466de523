"""Policies: the customer's view for everybody, versions and settings for staff, publishing for admins."""

from typing import Annotated, Any

import orjson
from fastapi import Body, Depends, Path, Query
from fastapi.responses import Response

from app.api.callers import ADMINS, STAFF
from app.api.deps import Caller, DeskDep, Now
from app.api.errands import ErrandDep, Language, answered
from app.api.etags import ExpectedVersion, IfNoneMatch, as_known, etag, unchanged
from app.api.negotiation import AS_PAGES, Form, WantedForm, as_page
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.base.errors import Fault, Problem
from app.policy.compile import CompiledPolicy
from app.policy.pages import rendering
from app.schemas.fields import When
from app.schemas.listing import Listed
from app.schemas.policies import (
    ClauseShown,
    CustomersPolicy,
    FullPolicyVersion,
    PolicyPublished,
    PolicyValidated,
    PolicyVersion,
    SettingsRevise,
    SettingsRevision,
)
from app.services.policies import publishing, reading, revising
from app.services.policies.customers_view import clause_view, customers_view

router = desk_router("/v1/policies", "policies")

Provider = Annotated[str, Path(max_length=63, description="Slug of the provider", examples=["northlight"])]
At = Annotated[When | None, Query(description="As of this instant; left out: now")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="Of the version")]
_AS_JSON = 'The document itself, or `{"source": "…"}` with its YAML text'
DocumentBody = Annotated[dict[str, Any], Body(description=_AS_JSON, examples=[{"source": "provider: northlight\n…"}])]

# The customer's view: the same for everybody who asks for the same form and language.
_SHARED = {"Cache-Control": "public, max-age=60", "Vary": "Accept, Accept-Language"}


async def _own_provider(provider: Provider, caller: Caller) -> None:
    """Other providers' documents are not even there."""
    if provider != caller.provider:
        raise Problem("not_found")


_staff = [Depends(_own_provider), *STAFF]
_admin = [Depends(_own_provider), *ADMINS]


async def _policy(desk: DeskDep, provider: Provider, now: Now, at: At = None) -> CompiledPolicy:
    provider_id = await desk.policies.provider_id(provider)
    if provider_id is None:
        raise Problem("not_found")
    return await desk.policies.policy_at(provider_id, at or now)


Policy = Annotated[CompiledPolicy, Depends(_policy)]


@router.get(
    "/{provider}",
    operation_id="read_policy",
    summary="The policy as a customer reads it",
    responses={200: {"model": CustomersPolicy, "content": AS_PAGES}},
)
async def read_policy(
    policy: Policy,
    form: WantedForm,
    language: Language,
    now: Now,
    at: At = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Clauses, hours, priorities and promises, prices and coverage, in the language of `Accept-Language`."""
    if form is Form.JSON:
        shown = answered(customers_view(policy, language or policy.document.locale, at or now))
    else:
        shown = as_page(rendering.page(policy.document, language), form, {})
    return as_known(shown, if_none_match, _SHARED)


@router.get(
    "/{provider}/clauses/{clause}",
    operation_id="read_clause",
    summary="One clause in plain words",
    responses={200: {"model": ClauseShown, "content": AS_PAGES}},
)
async def read_clause(
    policy: Policy,
    form: WantedForm,
    language: Language,
    clause: Annotated[str, Path(max_length=20, description="Its id in the policy", examples=["NTH-12"])],
    if_none_match: IfNoneMatch = None,
) -> Response:
    view = clause_view(policy, clause, language or policy.document.locale)
    if form is Form.JSON:
        return as_known(answered(view), if_none_match, _SHARED)
    return as_known(as_page(rendering.clause_page(policy.document, clause, language), form, {}), if_none_match, _SHARED)


@router.get(
    "/{provider}/versions",
    operation_id="list_policy_versions",
    summary="Every published version, the newest first",
    dependencies=_staff,
    responses={200: {"model": Listed[PolicyVersion]}},
)
async def list_versions(errand: ErrandDep, page: PageDep) -> Response:
    after = page.after(tuple[int])
    rows = await reading.versions(errand, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["number"],), view=reading.version_view)


@router.get(
    "/{provider}/versions/{number}",
    operation_id="read_policy_version",
    summary="One version in full",
    dependencies=_staff,
    responses={200: {"model": FullPolicyVersion}},
)
async def read_version(errand: ErrandDep, number: Number, if_none_match: IfNoneMatch = None) -> Response:
    return as_known(answered(await reading.version(errand, number)), if_none_match, {})


@router.post(
    "/{provider}/versions",
    operation_id="publish_policy",
    summary="Publish the next version",
    status_code=201,
    dependencies=_admin,
    responses={
        201: {"model": PolicyPublished},
        200: {"model": PolicyPublished, "description": "The newest says the same; nothing new is stored"},
    },
)
async def publish_policy(
    errand: ErrandDep,
    document: DocumentBody,
    effective_from: Annotated[When | None, Query(description="Now or later; left out: as the document says")] = None,
) -> Response:
    """It never changes again. One that says the same as the newest is not stored anew (200)."""
    published = await publishing.publish(errand, _text(document), effective_from)
    return answered(publishing.published_view(published), 201 if published.new else 200)


@router.post(
    "/{provider}/validate",
    operation_id="validate_policy",
    summary="All that is wrong with a draft",
    dependencies=_staff,
    responses={200: {"model": PolicyValidated}},
)
async def validate_policy(errand: ErrandDep, document: DocumentBody) -> Response:
    """Nothing is stored. Pointers lead into the document."""
    judged = await publishing.validate(errand, _text(document))
    errors = [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in judged.faults]
    return answered({"valid": not errors, "errors": errors, "warnings": publishing.told(judged.warnings)})


@router.get(
    "/{provider}/settings",
    operation_id="read_settings",
    summary="The operator's settings",
    dependencies=_staff,
    responses={200: {"model": SettingsRevision}},
)
async def read_settings(errand: ErrandDep, if_none_match: IfNoneMatch = None, at: At = None) -> Response:
    settings = await revising.settings_at(errand, at or errand.now)
    number = settings["revision"]
    return unchanged(if_none_match, number) or answered(settings, headers={"ETag": etag(number)})


@router.put(
    "/{provider}/settings",
    operation_id="revise_settings",
    summary="Settle assumptions, holidays, closures and the like anew",
    dependencies=_admin,
    responses={200: {"model": SettingsRevision}},
)
async def revise_settings(errand: ErrandDep, body: SettingsRevise, expected: ExpectedVersion) -> Response:
    """A new dated revision; earlier ones stay as they were."""
    document = body.model_dump(mode="json", exclude={"effective_from"}, exclude_none=True)
    settings = await revising.revise(errand, document, body.effective_from, expected)
    return answered(settings, headers={"ETag": etag(settings["revision"])})


def _text(document: dict[str, Any]) -> str:
    if document.keys() != {"source"}:
        return orjson.dumps(document).decode()
    if not isinstance(document["source"], str):
        raise Problem("invalid", errors=[Fault("/source", "type", "This must be a string.")])
    return document["source"]
