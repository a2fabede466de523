"""`clausedesk migrate`: the schema that this code needs."""

import asyncio

from app.base.settings import read_settings
from app.cli.database import migrate_given
from app.cli.progress import progress
from app.db.own import own_database
from app.db.revision import HEAD


def migrate() -> None:
    """Bring the database of DATABASE_URL to the schema that this version needs, with the login of
    MIGRATION_DATABASE_URL where it is set. Without either: the database in CLAUSEDESK_DATA_DIR."""
    settings = read_settings()
    if settings.database_url or settings.migration_database_url:
        with progress("Migrating") as watching:
            asyncio.run(migrate_given(settings, watching))
    else:
        with progress("Migrating") as watching, own_database(settings.data_dir, watching):
            pass
    print(f"The database is at revision {HEAD}.")
