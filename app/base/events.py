"""Every type of event: one list, what each subject can have happen to it, in the past tense."""

from enum import StrEnum


class EventType(StrEnum):
    TICKET_OPENED = "ticket.opened"
    TICKET_MERGED = "ticket.merged"
    TICKET_JOINED = "ticket.joined"
    """Another request about the same matter was merged into this ticket."""
    TICKET_DESCRIBED = "ticket.described"
    TICKET_REPLIED = "ticket.replied"
    TICKET_NOTED = "ticket.noted"
    """Staff wrote an internal note."""
    TICKET_QUOTED = "ticket.quoted"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CONFIRMED = "account.confirmed"
    """Its contact data is known to be up to date."""
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_REMOVED = "contact.removed"
    QUOTE_OFFERED = "quote.offered"
    QUOTE_SUPERSEDED = "quote.superseded"
    POLICY_PUBLISHED = "policy.published"
    SETTINGS_REVISED = "settings.revised"
    CLIENT_CREATED = "client.created"
    CLIENT_ROTATED = "client.rotated"
    """An API client got a new secret."""


INTERNAL = frozenset({EventType.TICKET_NOTED})
"""Shown to staff alone, and never sent anywhere."""
