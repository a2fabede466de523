"""Notices as they are shown."""

from collections.abc import Mapping
from typing import Any

from app.db.notices import COLUMNS
from app.services.tickets.view import instant

_INSTANTS = frozenset({"starts_at", "ends_at", "published_at", "created_at", "updated_at"})


def notice_view(row: Mapping[str, Any]) -> dict[str, Any]:
    view = {name: instant(row[name]) if name in _INSTANTS else row[name] for name in COLUMNS}
    return {**view, "audience": {name: row["audience"].get(name, []) for name in ("accounts", "servers", "products")}}
