"""Words of a message stay in its row: a search that reads messages looks into no second table for each long one."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of bytes; 2,000 otherwise, beyond which the words of some sixty written ones go elsewhere. For messages from now on.
    op.execute("ALTER TABLE message SET (toast_tuple_target = 4080)")


def downgrade() -> None:
    op.execute("ALTER TABLE message RESET (toast_tuple_target)")
