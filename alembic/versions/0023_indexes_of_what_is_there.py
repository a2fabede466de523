"""Indexes of what is there: a new ticket has no reseller and no assignee, a new event no position yet."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Instead of which index: the new one, its table, its columns, and the one that may be missing.
INDEXES = {
    "ix_ticket_reseller": ("ix_ticket_of_reseller", "ticket", ["provider_id", "reseller_id", "id"], "reseller_id"),
    "ix_ticket_assignee": ("ix_ticket_of_assignee", "ticket", ["provider_id", "assignee_id", "id"], "assignee_id"),
    "uq_event_position": ("uq_event_placed", "event", ["provider_id", "position"], "position"),
}


def upgrade() -> None:
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index.
    with op.get_context().autocommit_block():
        for old, (name, table, columns, there) in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.create_index(
                *(name, table, columns),
                unique=name.startswith("uq_"),
                postgresql_where=sa.text(f"{there} IS NOT NULL"),
                postgresql_concurrently=True,
            )
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}")


def downgrade() -> None:
    for old, (name, table, columns, _) in INDEXES.items():
        op.create_index(old, table, columns, unique=old.startswith("uq_"))
        op.drop_index(name, table_name=table)
