"""Who is calling: our own tokens at once, an outside issuer's by the keys it publishes."""

from datetime import datetime

from app.base.actor import Principal
from app.base.errors import CannotStart
from app.base.settings import Settings
from app.clients.jwks import JwksCache, PublishedKeys
from app.tokens.keys import SigningKeys
from app.tokens.refusal import Reason, TokenRefused
from app.tokens.trust import ACCESS_TOKEN, MAX_LIFE_SECONDS, TrustedIssuer
from app.tokens.verifier import Verifier


class Callers:
    """Identifies callers by their tokens; what they may do is decided with their row."""

    def __init__(self, settings: Settings, keys: SigningKeys) -> None:
        self._verifier = Verifier(own_issuer(settings), keys)
        self._outside: TrustedIssuer | None = None
        self._jwks: JwksCache | None = None
        self._trusted: PublishedKeys | None = None
        if settings.outside_issuer:
            self._outside = outside_issuer(settings)
            in_development = settings.environment == "development"
            url, proxy = settings.outside_jwks_url, settings.outbound_proxy
            self._jwks = JwksCache(url, allow_http=in_development, proxy=proxy)

    async def identify(self, token: str, now: datetime) -> Principal:
        """The token's principal, or TokenRefused. Waits only for keys that are not known yet or no longer fresh."""
        try:
            return self._verifier.verify(token, now)
        except TokenRefused as refusal:
            if refusal.reason is not Reason.UNKNOWN_KEY or self._outside is None or self._jwks is None:
                raise
        published = await self._jwks.renewed(now)
        if published is not None and published is not self._trusted:
            self._trusted = published
            self._verifier.trust(self._outside, published.document, until=published.until)
        return self._verifier.verify(token, now)


def own_issuer(settings: Settings) -> TrustedIssuer:
    """In development tokens may live for a day, as `clausedesk token --ttl` makes them."""
    longest = MAX_LIFE_SECONDS if settings.environment == "development" else settings.token_ttl_seconds
    return TrustedIssuer(settings.token_issuer, settings.token_audience, max_life_seconds=longest)


def outside_issuer(settings: Settings) -> TrustedIssuer:
    if settings.outside_issuer == settings.token_issuer:
        raise CannotStart("The outside issuer has our own name; change CLAUSEDESK_TOKEN_ISSUER.")
    return TrustedIssuer(
        settings.outside_issuer,
        settings.token_audience,
        types=frozenset({ACCESS_TOKEN, "JWT"}),
        claims=settings.outside_claims,
    )
