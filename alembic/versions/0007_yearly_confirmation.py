"""Yearly confirmation: when it was last said that nobody has confirmed an account's contact data for a year."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CONFIRMED = "coalesce(contact_info_confirmed_at, created_at)"
UNTOLD = f"confirmation_due_told_at IS NULL OR confirmation_due_told_at < {CONFIRMED}"


def upgrade() -> None:
    # What comes before the index is there already when this is tried again.
    told = sa.Column("confirmation_due_told_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("account", told, if_not_exists=True)
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_account_unconfirmed")
        columns, where = [sa.text(CONFIRMED)], sa.text(UNTOLD)
        op.create_index(
            "ix_account_unconfirmed", "account", columns, postgresql_where=where, postgresql_concurrently=True
        )


def downgrade() -> None:
    op.drop_index("ix_account_unconfirmed", table_name="account")
    op.drop_column("account", "confirmation_due_told_at")
