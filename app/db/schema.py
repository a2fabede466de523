"""All tables together: what migrations are compared with."""

from app.db import columns
from app.db.tables import (  # noqa: F401 - importing a table declares it
    accounts,
    clients,
    clocks,
    contacts,
    events,
    idempotency,
    imports,
    inbound,
    messages,
    notices,
    pages,
    policies,
    providers,
    quotes,
    resellers,
    secure_forms,
    staff,
    tallies,
    tickets,
    webhooks,
)

metadata = columns.metadata
