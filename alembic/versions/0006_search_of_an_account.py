"""Search of an account: its own tickets are read for the words, however many others have them too."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION matching_tickets_of(account uuid, terms text[], notes boolean) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public AS $$
          WITH own AS MATERIALIZED (
            SELECT t.provider_id, t.id, t.search FROM ticket AS t
            WHERE t.provider_id = nullif(current_setting('app.provider', true), '')::uuid AND t.account_id = account),
          term AS MATERIALIZED (
            SELECT n, starts_with(said, '-') AS unwanted, asked.words
            FROM unnest(terms) WITH ORDINALITY AS t(said, n),
              LATERAL (SELECT websearch_to_tsquery('simple', wanted) || websearch_to_tsquery('english', wanted)
                || websearch_to_tsquery('french', wanted) || websearch_to_tsquery('portuguese', wanted) AS words
                FROM (SELECT ltrim(said, '-') AS wanted) AS bare) AS asked
            WHERE numnode(asked.words) > 0),
          found AS (
            SELECT n, unwanted, own.id FROM own, term WHERE own.search @@ term.words
            UNION ALL
            SELECT n, unwanted, own.id FROM own, term,
              LATERAL (SELECT search, visibility FROM message AS m
                WHERE m.provider_id = own.provider_id AND m.ticket_id = own.id OFFSET 0) AS hit
            WHERE hit.search @@ term.words AND (notes OR hit.visibility = 'public'))
          SELECT id FROM found GROUP BY id
          HAVING NOT bool_or(unwanted) AND count(DISTINCT n) = (SELECT count(*) FROM term WHERE NOT unwanted)
        $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    op.execute("ALTER FUNCTION matching_tickets_of(uuid, text[], boolean) OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute("REVOKE ALL ON FUNCTION matching_tickets_of(uuid, text[], boolean) FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION matching_tickets_of(uuid, text[], boolean) TO clausedesk_app, clausedesk_worker"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION matching_tickets_of(uuid, text[], boolean)")
