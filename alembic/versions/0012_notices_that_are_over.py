"""Notices that are over: the public page reads those of the last days alone, whatever a provider ever announced."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_notice_over")
        op.create_index(
            "ix_notice_over",
            "notice",
            ["provider_id", "ends_at"],
            postgresql_where=sa.text("state = 'resolved'"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index("ix_notice_over", table_name="notice")
