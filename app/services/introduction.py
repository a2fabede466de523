"""Who is calling, and what they may do."""

from collections.abc import Mapping
from typing import Any

from app.base.vocabulary import Role, Scope
from app.db.callers import CallerRow, Kind, whoami
from app.services.errands import Errand

_REQUESTS = ("classify", "open_tickets", "read_tickets", "write_messages", "request_quotes", "request_actions")
_OF_SCOPE: dict[Scope, tuple[str, ...]] = {
    Scope.SUBMIT: _REQUESTS,
    Scope.INBOUND: ("classify", "open_tickets", "request_actions", "take_calls"),
    Scope.EVENTS: ("classify", "open_tickets", "report_events"),
    Scope.PAYMENTS: ("read_quotes", "record_payments"),
}
_STAFF = (
    *_REQUESTS,
    *("work_tickets", "read_accounts", "change_contacts", "read_policies", "take_calls", "report_events"),
    *("write_notices", "request_secure_forms"),
)
_ADMIN = ("publish_policies", "revise_settings", "administer")


async def introduce(errand: Errand) -> dict[str, Any]:
    """The caller's own row, their provider, and the kinds of things open to them; policies may still refuse."""
    caller, row = await whoami(errand.database, errand.provider_id, errand.principal)
    return {
        "kind": caller.kind,
        "id": caller.id,
        "role": caller.role,
        "name": caller.name,
        "email": caller.email,
        "login": caller.login if caller.kind is Kind.CONTACT else None,
        "listed_as": caller.listed_as,
        "provider": {"slug": row["slug"], "name": row["provider_name"]},
        "account": _named(row, "account"),
        "reseller": _named(row, "reseller"),
        "level": caller.level,
        "departments": caller.departments,
        "supervisor": caller.supervisor,
        "scopes": sorted(caller.scopes),
        "may": _may(caller),
        "expires_at": errand.principal.expires_at,
    }


def _named(row: Mapping[str, Any], what: str) -> dict[str, Any] | None:
    if row[f"{what}_id"] is None:
        return None
    return {name: row[f"{what}_{name}"] for name in ("id", "number", "name")}


def _may(caller: CallerRow) -> list[str]:
    match caller.kind:
        case Kind.CONTACT | Kind.RESELLER:
            words: tuple[str, ...] = (*_REQUESTS, "read_accounts", "change_contacts")
        case Kind.STAFF:
            words = _STAFF + (_ADMIN if caller.role is Role.ADMIN else ())
        case Kind.SERVICE:
            words = tuple(word for scope in sorted(caller.scopes) for word in _OF_SCOPE[scope])
    return list(dict.fromkeys(words))
