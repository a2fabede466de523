"""Tallies of fees: what prices were put and what became of them, added up by day, and how far they have been counted."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# '' is what the setting becomes once it was set locally and forgotten again.
THE_PROVIDERS_OWN = "provider_id = nullif(current_setting('app.provider', true), '')::uuid"
COUNTS = ("quotes", "consents", "declined", "expired")
AMOUNTS = ("quoted", "consented", "waived", "settled", "paid", "refunded")


def upgrade() -> None:
    # Beside how far tickets have been counted: the version before this one counts those alone, and may still do so.
    op.add_column("tally", sa.Column("fees_position", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("tally", sa.Column("fees_zone", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("tally", sa.Column("fees_stale", sa.ARRAY(sa.Date()), server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "fee_tally",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        *(sa.Column(name, sa.Numeric(), nullable=False) for name in AMOUNTS),
        sa.CheckConstraint(
            "quotes >= 0 AND consents >= 0 AND declined >= 0 AND expired >= 0",
            name=op.f("ck_fee_tally_never_negative"),
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name="fk_fee_tally_provider_id"),
        sa.PrimaryKeyConstraint("provider_id", "day", "place", name="pk_fee_tally"),
    )
    op.execute("GRANT SELECT ON fee_tally TO clausedesk_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON fee_tally TO clausedesk_worker")
    op.execute("ALTER TABLE fee_tally ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE fee_tally FORCE ROW LEVEL SECURITY")
    op.execute(f"""
        CREATE POLICY the_providers_own ON fee_tally
        USING ({THE_PROVIDERS_OWN}) WITH CHECK ({THE_PROVIDERS_OWN})""")
    op.execute("CREATE POLICY all_providers ON fee_tally TO clausedesk_worker USING (true) WITH CHECK (true)")


def downgrade() -> None:
    op.drop_table("fee_tally")
    for column in ("fees_stale", "fees_zone", "fees_position"):
        op.drop_column("tally", column)
