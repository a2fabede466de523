"""The public status of a provider: what is down, what is planned, what has been. Nothing of any customer."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.db.notices import public_notices
from app.db.pool import Database
from app.policy.pages.phrases import LANGUAGES, phrase
from app.policy.pages.rendering import Block, Heading, Page, Paragraph, Table
from app.services.tickets.view import instant

_INSTANTS = ("starts_at", "ends_at", "updated_at")
_PLAIN = ("id", "kind", "state", "title", "body", "server")


async def public_status(database: Database, provider_id: UUID, now: datetime, days: int) -> dict[str, Any]:
    """With the history of so many days. It holds instants, so that it stays the same until something happens."""
    row = await public_notices(database, provider_id, now, now - timedelta(days=days))
    if row is None:
        raise Problem("not_found")
    return status_view(row["slug"], row["name"], row["notices"], now, days)


def status_view(
    provider: str, name: str, notices: Sequence[Mapping[str, Any]], now: datetime, days: int
) -> dict[str, Any]:
    shown = [_shown(notice) for notice in notices]
    past = [n for n in shown if _is_over(n, now)]
    incidents = [n for n in shown if n not in past and n["kind"] == "incident" and n["state"] == "open"]
    planned = [n for n in shown if n not in past and n["kind"] == "maintenance"]
    under_way = any(n["starts_at"] is not None and _read(n["starts_at"]) <= now for n in planned)
    since = now - timedelta(days=days)
    return {
        "provider": provider,
        "name": name,
        "state": "incident" if incidents else "maintenance" if under_way else "operational",
        "incidents": incidents,
        "maintenance": sorted(planned, key=lambda n: str(n["starts_at"] or "")),
        "history": sorted(
            (n for n in past if _read(n["ends_at"]) >= since), key=lambda n: str(n["ends_at"]), reverse=True
        ),
    }


def _shown(notice: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: notice[name] for name in _PLAIN}, **{name: instant(notice[name]) for name in _INSTANTS}}


def _is_over(notice: Mapping[str, Any], now: datetime) -> bool:
    """Resolved, or maintenance whose end has come; an incident lasts until somebody says so."""
    if notice["ends_at"] is None:
        return False
    return bool(notice["state"] == "resolved" or (notice["kind"] == "maintenance" and _read(notice["ends_at"]) <= now))


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ── as a page ────────────────────────────────────────────────────────────────
def status_page(view: Mapping[str, Any], language: str | None) -> Page:
    chosen = language if language is not None and language.split("-", 1)[0] in LANGUAGES else LANGUAGES[0]
    title = f"{view['name']}: {phrase('status_page', chosen)}"
    return Page(title, chosen, (Heading(1, title), *_blocks(view, chosen)))


def _blocks(view: Mapping[str, Any], language: str) -> Iterator[Block]:
    yield Paragraph(phrase(f"state {view['state']}", language))
    for section in ("incidents", "maintenance"):
        if view[section]:
            yield Heading(2, phrase(f"status_{section}", language))
        for notice in view[section]:
            yield Heading(3, notice["title"], str(notice["id"]))
            yield Paragraph(_when(notice))
            yield Paragraph(notice["body"])
    if view["history"]:
        yield Heading(2, phrase("status_history", language))
        head = tuple(phrase(key, language) for key in ("status_what", "status_from", "status_until"))
        yield Table(head, tuple((n["title"], _minute(n["starts_at"]), _minute(n["ends_at"])) for n in view["history"]))


def _when(notice: Mapping[str, Any]) -> str:
    """From when until when, and which server."""
    span = " – ".join(_minute(notice[name]) for name in ("starts_at", "ends_at") if notice[name] is not None)
    return " · ".join(part for part in (span, notice["server"]) if part)


def _minute(text: str | None) -> str:
    return "" if text is None else f"{_read(text):%Y-%m-%d %H:%M} UTC"
