"""Tokens for machines, in the words of RFC 6749 and 8693, and the keys by which tokens are verified."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.api.deps import DeskDep, Now
from app.api.routing import desk_router
from app.services.callers import own_issuer
from app.services.oauth import (
    ACCESS_TOKEN_TYPE,
    CLIENT_CREDENTIALS,
    CONTACT_TYPE,
    TOKEN_EXCHANGE,
    ClientCredentials,
    Mint,
    OAuthError,
    OAuthRefused,
    grant_token,
)

router = desk_router("", "tokens")

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_MOST_FIELDS = 32
_LONGEST = {"client_id": 100, "client_secret": 255, "scope": 255, "subject_token": 255, "account": 255}
"""Characters; what we do not know is passed over, however long it is."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _text(name: str, **told: str) -> dict[str, Any]:
    return {"type": "string", "maxLength": _LONGEST[name], **told}


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": [CLIENT_CREDENTIALS, TOKEN_EXCHANGE]},
                        "client_id": _text("client_id", description="Unless sent by HTTP Basic"),
                        "client_secret": _text("client_secret", format="password"),
                        "scope": _text("scope", description="Some of the client's own, separated by spaces"),
                        "subject_token": _text("subject_token", description="A contact's id, e-mail address or login"),
                        "subject_token_type": {"type": "string", "enum": [CONTACT_TYPE]},
                        "account": _text("account", description="Number or id; needed with an address or login"),
                    },
                }
            }
        },
    },
    "security": [{"basic": []}, {}],
}
_ANSWER: dict[str, Any] = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds"},
        "scope": {"type": "string"},
        "issued_token_type": {"type": "string"},
    },
}
_REFUSAL: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "enum": [*OAuthError, "temporarily_unavailable"]},
        "error_description": {"type": "string"},
    },
}


def _described(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


@router.post(
    "/v1/oauth/token",
    operation_id="create_token",
    summary="Get a token",
    response_class=JSONResponse,
    openapi_extra=_FORM,
    responses={
        200: _described("The token", _ANSWER),
        400: _described("Refused", _REFUSAL),
        401: _described("The client is not known, or the secret is not its own", _REFUSAL),
    },
)
async def create_token(request: Request, desk: DeskDep, now: Now) -> Response:
    """For the client itself (`client_credentials`), or for the contact who is logged in at its client area."""
    settings = desk.settings
    mint = Mint(desk.keys, own_issuer(settings), settings.token_ttl_seconds, now)
    try:
        params = _form(await request.body())
        issued = await grant_token(desk.database, _credentials(request, params), params, mint)
    except OAuthRefused as refused:
        return _refusal(refused)
    answer: dict[str, Any] = {"access_token": issued.token, "token_type": "Bearer", "expires_in": issued.expires_in}
    if issued.scopes:
        answer["scope"] = " ".join(sorted(issued.scopes))
    if issued.exchanged:
        answer["issued_token_type"] = ACCESS_TOKEN_TYPE
    return JSONResponse(answer, headers=_NO_STORE)


@router.get(
    "/.well-known/jwks.json",
    operation_id="read_keys",
    summary="Keys by which our tokens are verified",
    response_class=Response,
    responses={200: {"content": {"application/jwk-set+json": {"schema": {"type": "object"}}}}},
)
async def read_keys(desk: DeskDep) -> Response:
    headers = {"Cache-Control": "public, max-age=600"}
    return JSONResponse(desk.keys.document, headers=headers, media_type="application/jwk-set+json")


def _refusal(refused: OAuthRefused) -> Response:
    body = {"error": refused.error, "error_description": refused.description}
    if refused.error is OAuthError.INVALID_CLIENT:
        return JSONResponse(body, 401, {**_NO_STORE, "WWW-Authenticate": 'Basic realm="clausedesk", charset="UTF-8"'})
    return JSONResponse(body, 400, _NO_STORE)


def _invalid(description: str) -> OAuthRefused:
    return OAuthRefused(OAuthError.INVALID_REQUEST, description)


def _form(body: bytes) -> dict[str, str]:
    """The form's fields; one given twice or not in UTF-8 is refused, one without a value counts as left out."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise _invalid("The body is not a form (application/x-www-form-urlencoded, UTF-8).") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise _invalid("A parameter is given twice.")
    if any(_CONTROL.search(value) for _, value in pairs):
        raise _invalid("A value has control characters.")
    for name, value in pairs:
        if len(value) > _LONGEST.get(name, len(value)):
            raise _invalid(f"{name} has more than {_LONGEST[name]} characters.")
    return {name: value for name, value in pairs if value}


def _credentials(request: Request, params: Mapping[str, str]) -> ClientCredentials:
    """By HTTP Basic or in the form, not both."""
    given = request.headers.getlist("authorization")
    if not given:
        if "client_id" not in params or "client_secret" not in params:
            raise OAuthRefused(
                OAuthError.INVALID_CLIENT, "Send the client's id and secret by HTTP Basic or in the form."
            )
        return ClientCredentials(params["client_id"], params["client_secret"])
    basic = _basic(given[0]) if len(given) == 1 else None
    if basic is None:
        raise OAuthRefused(OAuthError.INVALID_CLIENT, "The Authorization header is not HTTP Basic with id and secret.")
    if "client_secret" in params or params.get("client_id", basic.client_id) != basic.client_id:
        raise _invalid("Send the credentials once, by HTTP Basic or in the form.")
    return basic


def _basic(header: str) -> ClientCredentials | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return ClientCredentials(unquote_plus(name), unquote_plus(secret)) if colon else None
