"""A mail that came in, as it is shown."""

from collections.abc import Mapping
from typing import Any

from app.mail.message import QUARANTINED
from app.services.tickets.view import instant


def mail_view(row: Mapping[str, Any]) -> dict[str, Any]:
    ticket = {"id": row["ticket_id"], **{name: row[name] for name in ("reference", "status", "outcome")}}
    headers = row["headers"]
    return {
        "id": row["id"],
        "state": row["state"],
        "reason": row["reason"],
        "detail": QUARANTINED.get(row["reason"] or ""),
        "sender": row["sender"],
        "authentication": row["authentication"],
        "subject": headers.get("subject"),
        "size": headers.get("size"),
        "left_out": headers.get("left_out", []),
        "ticket": ticket if row["ticket_id"] is not None else None,
        "message": row["message_id"],
        "received_at": instant(row["received_at"]),
    }
