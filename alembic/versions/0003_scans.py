"""Scans: when the last one of each kind and product was, kept beside the tallies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    scans = sa.Column("scans", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("tally", scans)


def downgrade() -> None:
    op.drop_column("tally", "scans")
