"""An account whose number differs in capitals alone is looked up by the index of 0015, below row security too."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # lower() is not leakproof, so below row security its index may not be used: as text search does, this looks for all and
    # keeps the provider's.
    op.execute("""
        CREATE FUNCTION account_alike(wanted text) RETURNS text
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
          SELECT number FROM account
          WHERE provider_id = nullif(current_setting('app.provider', true), '')::uuid AND lower(number) = lower(wanted)
          LIMIT 1
        $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    op.execute("ALTER FUNCTION account_alike(text) OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute("REVOKE ALL ON FUNCTION account_alike(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION account_alike(text) TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION account_alike(text)")
