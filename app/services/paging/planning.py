"""Who is called out because of events, and when a call has been answered or is over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.connections import ScopedConnection
from app.db.log import Logged
from app.db.pages import NewPage, acknowledge, going_on, log_page, on_call, raise_page, reference_of, resolve
from app.schemas.deliveries import NewDelivery
from app.services.paging.calls import last_calls, next_calls, on_call_for
from app.services.sequencing import News

_ANSWERS: Final = frozenset(
    {
        *(EventType.TICKET_ASSIGNED, EventType.TICKET_HANDED_OVER, EventType.TICKET_TRIAGED, EventType.TICKET_REPLIED),
        *(EventType.TICKET_WORK_STARTED, EventType.TICKET_DIAGNOSED, EventType.TICKET_NOTED),
    }
)
"""By which somebody of the desk shows that they are at it."""
_NOTICE_ENDS: Final = frozenset({EventType.NOTICE_RESOLVED, EventType.NOTICE_WITHDRAWN})
_ENDS: Final = _NOTICE_ENDS | {EventType.TICKET_RESOLVED, EventType.TICKET_CLOSED, EventType.TICKET_MERGED}
_STAFF: Final = frozenset({"staff", "admin"})
_UP: Final = "monitor_up"


@dataclass(frozen=True, slots=True)
class PagePlanner:
    """`patience`: how long a call waits for an answer."""

    patience: timedelta

    async def __call__(self, connection: ScopedConnection, news: News) -> Sequence[NewDelivery]:
        subjects, servers = await going_on(connection, news.provider_id)
        found: list[NewDelivery] = []
        for event in news.events:
            over = event.type in _ENDS or _came_up(event)
            for effect in () if over else _page_effects(event):
                found += await self._raised(connection, news, event, effect)
                subjects.add(event.subject_id)
            actor = (event.actor_kind, event.actor_id)
            by = ":".join(part for part in actor if part is not None)
            if over and (event.subject_id in subjects or _server(event) in servers):
                for page in await resolve(connection, news.provider_id, event.subject_id, _server(event), by, news.now):
                    found += last_calls(page, "resolve", news.provider, news.now)
                    kind = EventType.PAGE_RESOLVED
                    await log_page(connection, page, uuid7(news.now), kind, actor, {}, news.now)
            elif event.type in _ANSWERS and event.actor_kind in _STAFF and event.subject_id in subjects:
                for page in await acknowledge(connection, news.provider_id, event.subject_id, None, by, news.now):
                    found += last_calls(page, "acknowledge", news.provider, news.now)
                    kind = EventType.PAGE_ACKNOWLEDGED
                    await log_page(connection, page, uuid7(news.now), kind, actor, {}, news.now)
        return found

    async def _raised(
        self, connection: ScopedConnection, news: News, event: Logged, effect: Mapping[str, Any]
    ) -> list[NewDelivery]:
        audience = str(effect.get("audience") or "standby")
        department = (event.decision or {}).get("department")
        page = NewPage(
            id=uuid7(news.now),
            event_id=event.id,
            subject=(event.subject_kind, event.subject_id),
            server=_server(event),
            audience=audience,
            on_call=on_call_for(audience, department, await on_call(connection, news.provider_id, news.now)),
            all_at_once=bool(effect.get("multiple")),
            summary=await _summary(connection, news, event),
            raised_at=event.occurred_at,
        )
        row = await raise_page(connection, news.provider_id, page, news.now, self.patience)
        if row is None:
            return []
        told = {"audience": audience, "on_call": len(page.on_call), "event": str(event.id)}
        await log_page(connection, row, uuid7(news.now), EventType.PAGE_RAISED, ("system", None), told, news.now)
        return list(next_calls(row, news.provider, news.now))


def _page_effects(event: Logged) -> Iterator[Mapping[str, Any]]:
    text = event.texts[1]
    if text is None or '"page"' not in text:
        return
    effects = (event.decision or {}).get("effects") or ()
    yield from (effect for effect in effects if effect.get("type") == "page")


def _came_up(event: Logged) -> bool:
    return event.type == EventType.MONITORING_NOTICED and event.data.get("type") == _UP


def _server(event: Logged) -> str | None:
    """Which one a report is about, or an incident."""
    about = event.type == EventType.MONITORING_NOTICED
    about |= event.type in _NOTICE_ENDS and event.data.get("kind") == "incident"
    return event.data.get("server") if about else None


async def _summary(connection: ScopedConnection, news: News, event: Logged) -> str:
    """What it is about, without a word of anybody's own."""
    if event.subject_kind == "ticket":
        reference = await reference_of(connection, news.provider_id, event.subject_id)
        priority = (event.decision or {}).get("priority")
        return f"{news.provider}: ticket {reference}" + (f", priority {priority}" if priority else "")
    about = event.data.get("type") or event.type
    server = _server(event)
    return f"{news.provider}: {about}" + (f" {server}" if server else "")
