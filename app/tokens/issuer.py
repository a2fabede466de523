"""Issuing: a short-lived ES256 token that says who the caller is and nothing about what the policy allows."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from jose import jws

from app.base.identifiers import uuid7
from app.base.vocabulary import Role, Scope
from app.tokens.keys import ALGORITHM, SigningKeys
from app.tokens.trust import ACCESS_TOKEN, TrustedIssuer


def issue(
    keys: SigningKeys,
    issuer: TrustedIssuer,
    *,
    provider: str,
    role: Role,
    subject: UUID | str,
    now: datetime,
    ttl_seconds: int,
    account: UUID | None = None,
    contact: UUID | None = None,
    reseller: UUID | None = None,
    acting_client: str | None = None,
    scopes: Collection[Scope] = (),
) -> str:
    """A token signed by the first key, as its issuer's own verifier accepts it."""
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer.name,
        "aud": issuer.audience,
        "sub": str(subject),
        "iat": issued_at,
        "exp": issued_at + ttl_seconds,
        "jti": str(uuid7(now)),
        "provider": provider,
        "role": role.value,
    }
    for name, row in (("account", account), ("contact", contact), ("reseller", reseller)):
        if row is not None:
            claims[name] = str(row)
    if acting_client is not None:
        claims["act"] = {"sub": acting_client}
    if scopes:
        claims["scope"] = " ".join(sorted(scopes))
    key = keys.keys[0]
    assert key.signs is not None
    return jws.sign(claims, key.signs, headers={"typ": ACCESS_TOKEN, "kid": key.kid}, algorithm=ALGORITHM)
