"""All tables together: what migrations are compared with."""

from app.db import columns
from app.db.tables import (
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

# Importing a table declares it; naming the modules keeps the imports from looking unused.
MODULES = (
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
