"""Mail left lying: how often it was tried to act on it, and when that is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_mail", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("inbound_mail", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("inbound_mail", "again_at")
    op.drop_column("inbound_mail", "attempts")
