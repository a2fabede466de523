"""A call goes out, and when the first one of a page has arrived that is kept: it is the time to page."""

from datetime import datetime
from uuid import UUID

import orjson

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.clients.outbound import NotSent, Outbound
from app.db.connections import ScopedConnection
from app.db.pages import arrived, log_page, on_call, read_page
from app.db.pool import Database
from app.schemas.deliveries import Attempt, Claimed
from app.services.paging.calls import on_call_for

_BAD_REQUEST = 400


class PageSender:
    """Sends deliveries of the kind `page`."""

    def __init__(self, database: Database, outbound: Outbound, url: str) -> None:
        self._database = database
        self._outbound = outbound
        self._url = url

    async def __call__(self, claimed: Claimed, now: datetime) -> Attempt:
        page = UUID(claimed.target["page"])
        calls = claimed.payload["event_action"] == "trigger"
        if calls:
            row = await read_page(self._database, claimed.provider_id, page)
            if row is None or row["state"] == "resolved":
                return Attempt(delivered=True, error="it was over before it could be sent")
        address = claimed.target["address"] or await self._whoever(claimed, now)
        if address is None:
            return Attempt(delivered=False, error=f"nobody is on call for {claimed.target['audience']}", gone=True)
        url, routing_key = _route(address, self._url)
        body = orjson.dumps({"routing_key": routing_key, **claimed.payload})
        try:
            answered = await self._outbound.post(url, body, {"Content-Type": "application/json"})
        except NotSent as reason:
            return Attempt(delivered=False, error=str(reason))
        if not 200 <= answered.status < 300:
            refused = answered.status == _BAD_REQUEST
            return Attempt(
                delivered=False, status=answered.status, error=f"it answered {answered.status}", gone=refused
            )
        if calls:
            await self._arrived(claimed.provider_id, page, now)
        return Attempt(delivered=True, status=answered.status)

    async def _whoever(self, claimed: Claimed, now: datetime) -> str | None:
        """Nobody was on call when it was raised; perhaps somebody is by now."""
        async with self._database.read(claimed.provider_id) as connection:
            known = await on_call(connection, claimed.provider_id, now)
        return next(iter(on_call_for(claimed.target["audience"], None, known)), None)

    async def _arrived(self, provider_id: UUID, page: UUID, now: datetime) -> None:
        async def keep(connection: ScopedConnection) -> None:
            row = await arrived(connection, provider_id, page, now)
            if row is not None:
                told = {"time_to_page_seconds": round(max(0.0, (now - row["raised_at"]).total_seconds()), 3)}
                await log_page(connection, row, uuid7(now), EventType.PAGE_DELIVERED, ("system", None), told, now)

        await self._database.atomically(provider_id, keep)


def _route(address: str, usual: str) -> tuple[str, str]:
    """URL and routing key. An address is a routing key of the usual place, or the URL of another one, `#` its key."""
    if not address.startswith(("https://", "http://")):
        return usual, address
    url, _, key = address.partition("#")
    return url, key
