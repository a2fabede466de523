"""Where each kind of what callers say may stand. Logs, spans and metrics are in no row: nothing of theirs may."""

import re
from collections.abc import Mapping

from tests.canaries.fields import NAMES, PERSONAL, SECRET, WORDS

_ANSWERS = r"idempotency_key\.body"
"""What the asker was answered, kept for them alone for a day."""
_SAID_ON_A_TICKET = r"ticket\.(subject|facts|claimed|requester|state|resolution|search)|message\.(body|author|search)"

ALLOWED: Mapping[str, re.Pattern[str]] = {
    kind: re.compile("|".join(f"(?:{place})" for place in places))
    for kind, places in {
        # Shown once to whom it is for, sealed at rest.
        SECRET: (r"nowhere",),
        # Rows that are erased with the person; an account's holder is the provider's customer.
        PERSONAL: (
            r"account\.(holder|vip|facts)",
            r"contact\.(email|login|name)",
            r"staff\.(email|name)",
            r"import\.content",  # until its rows are worked off
            r"inbound_mail\.(sender|headers|message_id_header)",
            r"attachment\.name",
            r"quote\.facts",
            _SAID_ON_A_TICKET,
            _ANSWERS,
            r"mails",
        ),
        WORDS: (
            r"account\.held_reason",
            r"inbound_mail\.headers",
            r"notice\.(title|body)",
            r"payment\.reason",
            r"quote\.(facts|closing)",
            r"settings_revision\.(settings|document|changes)",
            r"attachments",
            _SAID_ON_A_TICKET,
            _ANSWERS,
            r"mails",
        ),
        # Numbers, references and names of things: events may tell them, and so may webhooks.
        NAMES: (r"[a-z_]+\.[a-z_]+", r"webhooks", r"mails", r"problems"),
    }.items()
}


def out_of_place(kind: str, places: set[str]) -> set[str]:
    """Those of the places in which something of this kind must not stand."""
    return {place for place in places if not ALLOWED[kind].fullmatch(place)}
