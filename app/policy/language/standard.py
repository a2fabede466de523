"""What every policy may name without declaring it: metrics, and the values that the engine derives."""

from app.base.vocabulary import Asserter, Coverage, Outcome, TicketStatus

ANSWERS = frozenset({"first_response", "next_reply", "level_response"})
"""Metrics that a person's answer meets."""
METRICS = ANSWERS | {"resolve", "repair", "turnaround"}

STANDINGS = frozenset(
    """
    primary secondary authorised registered portal_user customer reseller reseller_customer staff system unverified
    unlisted
    """.split()  # noqa: SIM905 - read as a table
)
"""Beside them, the contact roles of the document."""

TICKET_EVENTS = frozenset(
    """
    triaged assigned handed_over escalated transferred diagnosed verified negotiated scheduled excused overridden quoted
    agreed declined payment waived work_started work_recorded settled resolved reopened closed
    replied customer_wrote customer_reply
    """.split()  # noqa: SIM905 - read as a table
) | frozenset(status.value for status in TicketStatus)
"""What happens to a ticket, its statuses included: clocks start and stop by these, ages count from them."""

EVENTS = frozenset(
    """
    hosted_domain_added monitor_down monitor_up target_met plugin_scan security_scan panel_update urgent_panel_update
    abuse_report reseller_customer_contact breached elapsed
    """.split()  # noqa: SIM905 - read as a table
)
"""What rules of the stage `event` can be about."""

STATUSES = frozenset(status.value for status in TicketStatus)

DERIVED: dict[str, str] = {
    "topic": "topic",
    "language": "text",
    "product": "text",
    "product_variant": "text",
    "market": "text",
    "account": "text",
    "sender.standing": "text",
    "sender.email": "text",
    "sender.mail_auth": "text",
    "sender.authenticated": "bool",
    "staff.level": "int",
    "staff.supervisor": "bool",
    "not_own_customer": "bool",
    "share_affected": "decimal",
    "topic.given": "topic",  # as it was given, before it was filed under another
    "topic_source": "text",
    "account.active": "bool",
    "account.contact_info_current": "bool",
    "account.state": "text",
    "account.reseller": "text",
    "account_state": "text",
    "product_available": "bool",
    "channel": "text",
    "channel.open": "bool",
    "channel.official": "bool",
    "menu_option": "int",
    "received_at": "instant",
    "now": "instant",
    "work.start": "instant",
    "work.end": "instant",
    "expected_level": "int",
    "estimated_minutes": "int",
    "incident": "text",
    "incident.open": "bool",
    "emergency.valid": "bool",
    "contract.serves": "bool",
    "contract.overtime": "text",
    "contract": "bool",
    "transition": "text",
    "event": "text",
    "domain": "text",
    "plugin": "text",
    "mail_gateway": "text",
    "content": "text",
    "count": "int",
    "delay_code": "text",
    "notice": "text",
    "dry_run": "bool",
    "department": "text",
    "priority": "text",
    "level": "int",
    "coverage": "text",
    "action": "text",
    "outcome": "text",
    "reason": "text",
    "status": "text",
    "metric": "text",
    "gate": "text",
    "identity_verified": "bool",
    "verification_method": "text",
    "resolved": "instant",
    "closed": "instant",
    "paid": "money",
    "consented": "money",
    "timezone": "text",
    "currency": "text",
    "since": "text",
    "after": "duration",
    "calendar": "text",
}
"""Values that the engine itself knows, with their types; nobody asserts them."""

STATED: dict[str, str] = {
    "topic": "topic",
    "language": "text",
    "product": "text",
    "product_variant": "text",
    "account_username": "text",
    "confirmed": "bool",
    "staff_decision": "text",
    "similar_to": "topic",
    "timezone": "text",
    "currency": "text",
    "awaits_customer": "bool",  # said along with an answer that asks something back
    "work_from": "instant",
    "work_to": "instant",
}
"""Facts that the engine itself asks for: they can be stated whether or not a document declares them."""

CLOSED: dict[str, frozenset[str]] = {
    "coverage": frozenset(status.value for status in Coverage),
    "outcome": frozenset(outcome.value for outcome in Outcome),
    "status": STATUSES,
}
"""Derived values out of a closed list that no document extends."""

STATED_BY: dict[str, frozenset[Asserter]] = {
    "product": frozenset({Asserter.STAFF, Asserter.CONTRACT, Asserter.SYSTEM}),  # of several of one's own: whoever asks
    "product_variant": frozenset({Asserter.STAFF, Asserter.CONTRACT, Asserter.SYSTEM}),
    "staff_decision": frozenset({Asserter.STAFF}),
    "similar_to": frozenset({Asserter.STAFF}),
    "awaits_customer": frozenset({Asserter.STAFF}),
    "account_username": frozenset({Asserter.CUSTOMER, Asserter.RESELLER, Asserter.STAFF, Asserter.TEXT}),
}
"""Who may state these where the document does not say; the others: whoever asks, and staff."""

HELPED_BEFORE = "prior_assists"
"""How often the account was helped with the same matter; stated by nobody, it is counted."""

CLAIMED = "claimed_"
"""Before the name of a fact: what somebody said who may not say it."""
