"""Upkeep: tables that grow for years are tended after a week's work, and words wait less long for their place."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# A fifth of a table, as PostgreSQL has it, are months of tickets; a fiftieth are days.
BUSY = ("clock", "delivery", "event", "idempotency_key", "message", "ticket")
SHARES = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor", "autovacuum_analyze_scale_factor")
# Each search reads all rows that wait for their place in an index of words: in kB, of which 4,096 may wait otherwise.
INDEXES = ("ix_message_search", "ix_ticket_search")
WAITING = 256


def upgrade() -> None:
    for table in BUSY:
        op.execute(f"ALTER TABLE {table} SET ({', '.join(f'{share} = 0.02' for share in SHARES)})")
    for index in INDEXES:
        op.execute(f"ALTER INDEX {index} SET (gin_pending_list_limit = {WAITING})")


def downgrade() -> None:
    for index in INDEXES:
        op.execute(f"ALTER INDEX {index} RESET (gin_pending_list_limit)")
    for table in BUSY:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(SHARES)})")
