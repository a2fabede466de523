"""Who may do what with whose things: one line for each right, and the operations that it is needed for."""

from collections.abc import Set
from typing import Final

from tests.authorization.estate import (
    CALLERS,
    CONTACTS,
    CUSTOMER,
    MACHINES,
    OTHER_PROVIDER,
    OWN,
    OWNERSHIPS,
    SAME_ACCOUNT,
)

_ACCOUNT: Final = frozenset({OWN, SAME_ACCOUNT})
_TREE: Final = _ACCOUNT | {CUSTOMER}
_PROVIDER: Final = frozenset(OWNERSHIPS) - {OTHER_PROVIDER}
_WORDS: Final[dict[str, dict[str, Set[str]]]] = {
    "everybody": dict.fromkeys(CALLERS, frozenset(OWNERSHIPS)),
    "contacts": dict.fromkeys(CONTACTS, _ACCOUNT),
    "owners": dict.fromkeys(CONTACTS[:2], _ACCOUNT),
    "reseller": {"reseller": _TREE},
    "direct-reseller": {"reseller": _ACCOUNT},
    "staff": dict.fromkeys(("staff", "admin"), _PROVIDER),
    "admin": {"admin": _PROVIDER},
    **{machine: {machine: _PROVIDER} for machine in MACHINES},
    "machines": dict.fromkeys(MACHINES, _PROVIDER),
}
"""A word stands for callers, and for the ownerships that they reach."""
_RIGHTS: Final = {
    "everybody": """read_health read_readiness create_token read_keys read_policy read_clause read_status
        fill_secure_form""",
    "contacts reseller staff machines": "read_me list_accounts read_account list_domains",
    "contacts reseller staff submit": "list_contacts read_contact read_secure_form offer_quote",
    "contacts reseller staff submit payments": "list_quotes read_quote",
    "contacts reseller staff submit inbound events": "classify_request open_ticket upload_attachment",
    "contacts reseller staff submit inbound": "check_authority ask_for_action",
    "contacts reseller staff submit events": """list_tickets read_ticket describe_ticket write_message list_messages
        list_attachments list_events list_decisions read_clocks download_attachment""",
    "contacts reseller staff": "reopen_ticket close_ticket read_allowances",
    "contacts reseller": "consent_to_quote decline_quote",
    "owners reseller": "confirm_action",
    "owners reseller staff": "add_contact change_contact remove_contact",
    "owners reseller staff submit": "confirm_contacts",
    "direct-reseller": "adopt_account",
    "reseller staff": "list_resellers read_reseller",
    "staff": """list_policy_versions read_policy_version validate_policy read_settings ask_for_secure_form
        reveal_secure_form triage_ticket assign_ticket hand_over_ticket escalate_ticket transfer_ticket verify_ticket
        check_availability negotiate_ticket schedule_ticket excuse_ticket override_ticket start_work record_work
        resolve_ticket merge_ticket read_queue take_next report_triage report_sla
        report_goals report_fees hold_account release_account waive_quote
        settle_quote create_notice list_notices read_notice describe_notice list_recipients schedule_notice
        publish_notice resolve_notice withdraw_notice list_staff read_staff list_mail read_mail read_mail_source
        list_pages acknowledge_page list_dead_letters requeue_dead_letter""",
    "staff events": "diagnose_ticket report_event read_events",
    "staff inbound": "outdate_contacts take_call",
    "staff payments": "record_refund",
    "payments": "record_payment",
    "inbound": "receive_mail",
    "admin events": "list_webhooks read_webhook list_webhook_deliveries",
    "admin": """publish_policy revise_settings create_account change_account add_domain remove_domain create_reseller
        change_reseller deactivate_reseller activate_reseller create_staff change_staff deactivate_staff activate_staff
        export_person erase_person create_import read_import list_import_rows
        list_clients create_client read_client change_client rotate_client deactivate_client activate_client
        create_webhook change_webhook delete_webhook rotate_webhook ping_webhook redeliver""",
}
RIGHTS: Final = {operation: words.split() for words, operations in _RIGHTS.items() for operation in operations.split()}


def may(operation: str, caller: str, ownership: str) -> bool:
    """LookupError: nobody has decided yet who may do this."""
    return any(ownership in _WORDS[word].get(caller, ()) for word in RIGHTS[operation])
