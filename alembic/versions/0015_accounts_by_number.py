"""Accounts by their numbers whatever the capitals: another that differs in nothing else is found before it is made."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not unique: those that differ in capitals alone and are there already stay.
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_account_alike")
        columns = ["provider_id", sa.text("lower(number)")]
        op.create_index("ix_account_alike", "account", columns, postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_account_alike", table_name="account")
