"""Tickets of an account: those that are open, and how often it was helped with a topic, found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('resolved', 'closed')"
HELPED = "status IN ('resolved', 'closed') AND outcome = 'accepted' AND merged_into IS NULL"


def upgrade() -> None:
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index.
    with op.get_context().autocommit_block():
        for name, third, where in (("ix_ticket_open", "id", OPEN), ("ix_ticket_helped", "topic", HELPED)):
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            columns = ["provider_id", "account_id", third]
            op.create_index(name, "ticket", columns, postgresql_where=sa.text(where), postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_ticket_helped", table_name="ticket")
    op.drop_index("ix_ticket_open", table_name="ticket")
