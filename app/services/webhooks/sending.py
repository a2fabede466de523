"""A webhook is called: signed as Standard Webhooks has it, and left alone for a while when it keeps failing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from standardwebhooks.webhooks import Webhook as Signer

from app.base.clock import Clock
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.clients.outbound import Answered, NotSent, Outbound
from app.db.pool import Database
from app.db.webhooks import switch_off, went_ill, went_well
from app.schemas.deliveries import Attempt, Claimed, Endpoint
from app.sealing.envelope import unseal
from app.sealing.keys import SealingKeys

FAILURES_BEFORE_A_PAUSE: Final = 5
PAUSES: Final = (timedelta(seconds=30), timedelta(minutes=10))
GONE: Final = 410
_LONGEST_WISH: Final = 86_400


class WebhookSender:
    """Sends deliveries of the kind `webhook`."""

    def __init__(self, database: Database, outbound: Outbound, keys: SealingKeys, clock: Clock) -> None:
        self._database = database
        self._outbound = outbound
        self._keys = keys
        self._clock = clock

    async def __call__(self, claimed: Claimed, now: datetime) -> Attempt:
        assert claimed.webhook_id is not None
        endpoint = claimed.endpoint
        if endpoint is None:
            return Attempt(delivered=False, error="the webhook is switched off", gone=True)
        body = orjson.dumps(claimed.payload)
        signing = secrets_of(self._keys, claimed.provider_id, claimed.webhook_id, endpoint, now)
        headers = {"Content-Type": "application/json", "User-Agent": "Clausedesk-Webhooks"}
        try:
            answered = await self._outbound.post(
                endpoint.url, body, headers | signed(str(claimed.event_id), body, now, signing)
            )
        except NotSent as reason:
            return await self._failed(claimed, claimed.webhook_id, Attempt(delivered=False, error=str(reason)))
        return await self._answered(claimed, claimed.webhook_id, answered, endpoint.failures)

    async def _answered(self, claimed: Claimed, webhook: UUID, answered: Answered, failures: int) -> Attempt:
        if 200 <= answered.status < 300:
            if failures:
                await went_well(self._database, claimed.provider_id, webhook)
            return Attempt(delivered=True, status=answered.status)
        error = f"it answered {answered.status}"
        if answered.status == GONE:
            now = self._clock()
            told = (uuid7(now), str(EventType.WEBHOOK_DISABLED))
            await switch_off(self._database, claimed.provider_id, webhook, error, now, told)
            return Attempt(delivered=False, status=GONE, error=error, gone=True)
        wish = _seconds(answered.retry_after)
        failed = Attempt(delivered=False, status=answered.status, error=error, retry_after=wish)
        return await self._failed(claimed, webhook, failed)

    async def _failed(self, claimed: Claimed, webhook: UUID, attempt: Attempt) -> Attempt:
        now = self._clock()
        until = await went_ill(
            self._database, claimed.provider_id, webhook, now, after=FAILURES_BEFORE_A_PAUSE, pauses=PAUSES
        )
        wait = max(attempt.retry_after or timedelta(0), until - now if until is not None else timedelta(0))
        return Attempt(delivered=False, status=attempt.status, error=attempt.error, retry_after=wait)


def secret_place(provider_id: UUID, webhook: UUID) -> str:
    """The context that a webhook's secret is sealed for."""
    return f"{provider_id}|webhook|{webhook}"


def secrets_of(keys: SealingKeys, provider_id: UUID, webhook: UUID, endpoint: Endpoint, now: datetime) -> Sequence[str]:
    """The present secret, and the one before it while that is still good."""
    sealed = [endpoint.secret]
    if endpoint.previous_secret is not None and endpoint.previous_expires_at is not None:
        sealed += [endpoint.previous_secret] if endpoint.previous_expires_at > now else []
    return [unseal(keys, one, secret_place(provider_id, webhook)).decode("ascii") for one in sealed]


def signed(message: str, body: bytes, now: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of Standard Webhooks. `message` is the same at each attempt; `now` is in UTC."""
    signatures = (Signer(secret).sign(message, now, body.decode()) for secret in secrets)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _seconds(text: str | None) -> timedelta | None:
    """Of `Retry-After`, where it is a number; a wish of more than a day is not heard in full."""
    if text is None or not text.isascii() or not text.isdigit():
        return None
    return timedelta(seconds=min(int(text[:9]), _LONGEST_WISH))
