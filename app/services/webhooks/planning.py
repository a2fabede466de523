"""Who is sent which event."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.base.events import INTERNAL, EventType
from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.log import Logged
from app.db.webhooks import Subscription, subscriptions
from app.schemas.deliveries import NewDelivery
from app.services.event_view import event_view
from app.services.sequencing import News

_AFTER_A_PAUSE: Final = timedelta(seconds=5)


async def plan_webhooks(connection: ScopedConnection, news: News) -> Sequence[NewDelivery]:
    subscribed = await subscriptions(connection, news.provider_id)
    return [
        NewDelivery(
            kind="webhook",
            id=uuid7(news.now),
            target={},
            payload=event_view(event, news.provider),
            event_id=event.id,
            webhook_id=webhook.id,
            not_before=webhook.paused_until + _AFTER_A_PAUSE if webhook.paused_until is not None else None,
        )
        for event in news.events
        if event.type not in INTERNAL
        for webhook in subscribed
        if wants(webhook, event)
    ]


def wants(webhook: Subscription, event: Logged) -> bool:
    """A ping goes to its own webhook, whatever that listens to."""
    if event.type == EventType.WEBHOOK_PINGED:
        return event.subject_id == webhook.id
    group = f"{event.type.partition('.')[0]}.*"
    return not webhook.event_types or event.type in webhook.event_types or group in webhook.event_types
