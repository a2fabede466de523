"""Strict verification: python-jose checks one signature, everything else is checked here."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jose import jws
from jose.exceptions import JWSError

from app.base.actor import Principal
from app.tokens.claims import principal_of
from app.tokens.keys import SigningKeys
from app.tokens.refusal import Reason, TokenRefused
from app.tokens.strict import decoded, json_object
from app.tokens.trust import TrustedIssuer, TrustedKey, own_keys, published_keys

MAX_LENGTH = 8192
REMEMBERED = 4096
_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_HEADER = {"alg", "typ", "kid"}
_MAX_HEADER = 512


class Verifier:
    """Turns a token into its principal, or raises TokenRefused and nothing else, whatever the text.

    What was verified once is remembered by the whole token, until the token or the trust in its key ends.
    """

    def __init__(self, issuer: TrustedIssuer, keys: SigningKeys, *, remember: int = REMEMBERED) -> None:
        self._own = own_keys(keys, issuer)
        self._published: dict[str, TrustedKey] = {}
        self._seen: OrderedDict[str, tuple[Principal, datetime]] = OrderedDict()
        self._remember = remember

    def trust(self, issuer: TrustedIssuer, document: Mapping[str, Any], *, until: datetime) -> None:
        """Accept an outside issuer's published keys, these and no others, until then."""
        self._published = published_keys(document, issuer, until)
        self._seen.clear()

    def verify(self, token: str, now: datetime) -> Principal:
        seen = self._seen.get(token)
        if seen is not None:
            if now < seen[1]:
                self._seen.move_to_end(token)
                return seen[0]
            del self._seen[token]
        trusted = self._key(token, now)
        principal = principal_of(_signed_claims(token, trusted), trusted.issuer, now)
        assert principal.expires_at is not None
        self._seen[token] = (principal, min(principal.expires_at, trusted.until))
        if len(self._seen) > self._remember:
            self._seen.popitem(last=False)
        return principal

    def _key(self, token: str, now: datetime) -> TrustedKey:
        """The one key that the header names; its algorithm and type are the key's and the issuer's to say."""
        form = _FORM.fullmatch(token) if len(token) <= MAX_LENGTH else None
        if form is None or len(form[1]) > _MAX_HEADER:
            raise TokenRefused(Reason.MALFORMED)
        try:
            header = json_object(decoded(form[1]))
            decoded(form[2])
            decoded(form[3])
        except ValueError:
            raise TokenRefused(Reason.MALFORMED) from None
        if header.keys() != _HEADER or not all(isinstance(value, str) for value in header.values()):
            raise TokenRefused(Reason.HEADER)
        kid = header["kid"]
        trusted = self._own.get(kid) or self._published.get(kid)
        if trusted is None or trusted.until <= now:
            raise TokenRefused(Reason.UNKNOWN_KEY)
        if header["alg"] != trusted.algorithm or header["typ"] not in trusted.issuer.types:
            raise TokenRefused(Reason.HEADER)
        return trusted


def _signed_claims(token: str, trusted: TrustedKey) -> Mapping[str, Any]:
    try:
        payload = jws.verify(token, trusted.key, [trusted.algorithm])
    except JWSError:
        raise TokenRefused(Reason.SIGNATURE) from None
    try:
        return json_object(payload)
    except ValueError:
        raise TokenRefused(Reason.MALFORMED) from None
