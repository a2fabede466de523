"""Requests that say more than those of the walk: of machines and staff, who name senders, and what is no JSON."""

from collections.abc import Mapping

from tests.api.walking import Call

_SENDER = {"email": "$email"}
_BY_MACHINE = {"account": "$account", "channel": "helpdesk", "sender": _SENDER, "facts": {"topic": "access.login"}}
_SAID = {"subject": "No login", "body": "Since nine."}
_ALERT = {"status": "firing", "labels": {"alertname": "Down", "instance": "$new"}, "annotations": {}}

MORE: Mapping[str, tuple[Call, ...]] = {
    "open_ticket": (Call("submit", {**_BY_MACHINE, **_SAID}), Call("reseller", {"account": "$account", **_SAID})),
    "write_message": (Call("submit", {"sender": _SENDER, "channel": "helpdesk", "body": "Any news?"}),),
    "classify_request": (Call("submit", {**_BY_MACHINE, **_SAID}),),
    "check_authority": (Call("submit", {**_BY_MACHINE, "action": "password_recovery"}),),
    "ask_for_action": (Call("staff", {**_BY_MACHINE, "channel": "phone", "action": "password_recovery"}),),
    "add_contact": (Call("staff", {"role": "authorised", "email": "$new@mailbox.example", "sender": _SENDER}),),
    "revise_settings": (Call("admin", {"closures": [{"date": "2026-12-24", "calendars": [], "reason": "Feast."}]}),),
    "take_call": (Call("staff", {"channel": "portal", "body": "It is down.", "caller": {"name": "Thandi"}}),),
    "excuse_ticket": (Call("admin", {"metric": "first_response", "code": "workload", "note": "As agreed."}),),
    "override_ticket": (Call("admin", {"field": "department", "value": "support", "reason": "As agreed."}),),
    "report_event": (
        Call("events", {"type": "server_down", "server": "$new"}),
        Call("events", {"version": "4", "status": "firing", "alerts": [_ALERT]}),
    ),
    "offer_quote": (Call("staff", {"ticket": "$ticket", "estimated_minutes": 30}, needs=("ticket",)),),
}
"""By operation, tried in turn after the walk's own call until the field is taken."""
