"""Tokens for API clients (RFC 6749, 8693): for themselves, or for the contact they speak for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.base.vocabulary import Role, Scope
from app.db.clients import ClientGrant, find_client, mark_used
from app.db.pool import Database
from app.db.subjects import find_contact
from app.tokens.issuer import issue
from app.tokens.keys import SigningKeys
from app.tokens.secrets import matches
from app.tokens.trust import TrustedIssuer

CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a name
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a name
CONTACT_TYPE = "urn:clausedesk:contact"
_CLIENT_ID = re.compile(r"([a-z][a-z0-9-]{0,62})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


class OAuthError(StrEnum):
    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


@dataclass(eq=False)
class OAuthRefused(Exception):  # noqa: N818 - an answer of the protocol
    error: OAuthError
    description: str


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """`exchanged`: it speaks for a contact, the client only acts."""

    token: str
    expires_in: int
    scopes: frozenset[Scope]
    exchanged: bool


@dataclass(frozen=True, slots=True)
class Mint:
    """All that signing a token needs besides whom it is for."""

    keys: SigningKeys
    issuer: TrustedIssuer
    ttl_seconds: int
    now: datetime


def client_id_of(provider: str, client: UUID) -> str:
    """How a client names itself: its provider is part of the name, since nothing else in the request says it."""
    return f"{provider}.{client}"


async def grant_token(
    database: Database, credentials: ClientCredentials, params: Mapping[str, str], mint: Mint
) -> IssuedToken:
    """The token that the client asks for, or OAuthRefused."""
    grant_type = params.get("grant_type")
    if grant_type is None:
        raise OAuthRefused(OAuthError.INVALID_REQUEST, "grant_type is required.")
    if grant_type not in (CLIENT_CREDENTIALS, TOKEN_EXCHANGE):
        raise OAuthRefused(OAuthError.UNSUPPORTED_GRANT_TYPE, f"Use {CLIENT_CREDENTIALS} or {TOKEN_EXCHANGE}.")
    provider, client = await _authenticated(database, credentials, mint.now)
    if grant_type == TOKEN_EXCHANGE:
        issued = await _for_a_contact(database, provider, client, params, mint)
    else:
        issued = _for_itself(provider, client, params, mint)
    await mark_used(database, client, mint.now)
    return issued


async def _authenticated(database: Database, credentials: ClientCredentials, now: datetime) -> tuple[str, ClientGrant]:
    """The client with its provider's name; the same refusal whether the name or the secret is wrong."""
    form = _CLIENT_ID.fullmatch(credentials.client_id)
    client = None if form is None else await find_client(database, form[1], UUID(form[2]), now)
    if form is None or client is None or not matches(credentials.secret, client.secret_hashes):
        raise OAuthRefused(OAuthError.INVALID_CLIENT, "There is no such client, or the secret is not its own.")
    return form[1], client


def _for_itself(provider: str, client: ClientGrant, params: Mapping[str, str], mint: Mint) -> IssuedToken:
    asked = params.get("scope", "").split()
    unknown = [word for word in asked if word not in client.scopes]
    if unknown or (asked and client.role is not Role.SERVICE):
        granted = " ".join(sorted(client.scopes)) if client.role is Role.SERVICE else ""
        raise OAuthRefused(OAuthError.INVALID_SCOPE, f"Granted to this client: {granted or 'no scope'}.")
    scopes = frozenset(map(Scope, asked)) or client.scopes
    if client.role is not Role.SERVICE:
        scopes = frozenset()
    token = issue(
        mint.keys,
        mint.issuer,
        provider=provider,
        role=client.role,
        subject=client.id,
        reseller=client.reseller,
        scopes=scopes,
        now=mint.now,
        ttl_seconds=mint.ttl_seconds,
    )
    return IssuedToken(token, mint.ttl_seconds, scopes, exchanged=False)


async def _for_a_contact(
    database: Database, provider: str, client: ClientGrant, params: Mapping[str, str], mint: Mint
) -> IssuedToken:
    """A client-area backend's word for who is logged in there; the contact's own rights, no more."""
    if client.role is not Role.SERVICE or Scope.SUBMIT not in client.scopes:
        raise OAuthRefused(OAuthError.UNAUTHORIZED_CLIENT, "Speaking for a contact needs the scope `submit`.")
    _check_exchange(params, mint.issuer)
    contact = await find_contact(database, client.provider_id, params["subject_token"], params.get("account"))
    if contact is None:
        detail = "No listed contact has this id, or this address on this account (`account`: its number or id)."
        raise OAuthRefused(OAuthError.INVALID_REQUEST, detail)
    token = issue(
        mint.keys,
        mint.issuer,
        provider=provider,
        role=contact.role,
        subject=contact.id,
        account=contact.account,
        contact=contact.id,
        acting_client=str(client.id),
        now=mint.now,
        ttl_seconds=mint.ttl_seconds,
    )
    return IssuedToken(token, mint.ttl_seconds, frozenset(), exchanged=True)


def _check_exchange(params: Mapping[str, str], issuer: TrustedIssuer) -> None:
    if "subject_token" not in params or params.get("subject_token_type") != CONTACT_TYPE:
        detail = f"subject_token (a contact's id, address or login) with subject_token_type={CONTACT_TYPE} is required."
        raise OAuthRefused(OAuthError.INVALID_REQUEST, detail)
    if params.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        raise OAuthRefused(OAuthError.INVALID_REQUEST, f"requested_token_type can only be {ACCESS_TOKEN_TYPE}.")
    if "actor_token" in params or "actor_token_type" in params or "resource" in params:
        raise OAuthRefused(OAuthError.INVALID_REQUEST, "The client itself is the actor, and this desk the only target.")
    if params.get("audience", issuer.audience) != issuer.audience:
        raise OAuthRefused(OAuthError.INVALID_REQUEST, f"The only audience is {issuer.audience}.")
    if "scope" in params:
        raise OAuthRefused(
            OAuthError.INVALID_SCOPE, "A contact's token has no scopes: the contact's row says what it may."
        )
