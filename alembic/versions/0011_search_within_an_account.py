"""Search within an account by spans: its newest tickets that match are found without reading all that it ever had."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ARGUMENTS = "uuid, text[], uuid, uuid, boolean"


def upgrade() -> None:
    # Terms as in matching_tickets_of, which the version before this one asks until it is gone. Public words alone: those
    # who see one account see no notes. A few tickets are read; among many it is planned each time whether to read them or
    # to look up the words.
    op.execute("""
        CREATE FUNCTION matching_tickets_of_between(
          account uuid, terms text[], first uuid, last uuid, few boolean) RETURNS SETOF uuid
        LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public
        SET plan_cache_mode = force_generic_plan AS $$
        DECLARE
          own CONSTANT uuid := nullif(current_setting('app.provider', true), '')::uuid;
          term record;
          found uuid[];
          hits uuid[];
        BEGIN
          FOR term IN
            SELECT starts_with(said, '-') AS unwanted, asked.words
            FROM unnest(terms) WITH ORDINALITY AS t(said, n),
              LATERAL (SELECT websearch_to_tsquery('simple', wanted) || websearch_to_tsquery('english', wanted)
                || websearch_to_tsquery('french', wanted) || websearch_to_tsquery('portuguese', wanted) AS words
                FROM (SELECT ltrim(said, '-') AS wanted) AS bare) AS asked
            WHERE numnode(asked.words) > 0
            ORDER BY 1, n
          LOOP
            IF few THEN
              hits := ARRAY(
                SELECT t.id FROM (
                  SELECT t.id, t.search FROM ticket AS t
                  WHERE t.provider_id = own AND t.account_id = account AND t.id >= first AND t.id < last OFFSET 0) AS t
                WHERE (found IS NULL OR t.id = ANY(found)) AND (t.search @@ term.words OR EXISTS (
                  SELECT FROM (SELECT m.search, m.visibility FROM message AS m
                    WHERE m.provider_id = own AND m.ticket_id = t.id OFFSET 0) AS m
                  WHERE m.search @@ term.words AND m.visibility = 'public')));
            ELSE
              EXECUTE $many$
                SELECT array_agg(id) FROM (
                  SELECT t.id FROM ticket AS t
                  WHERE t.provider_id = $1 AND t.account_id = $2 AND t.id >= $3 AND t.id < $4
                    AND ($5 IS NULL OR t.id = ANY($5)) AND t.search @@ $6
                  UNION
                  SELECT t.id FROM ticket AS t JOIN message AS m ON m.provider_id = $1 AND m.ticket_id = t.id
                  WHERE t.provider_id = $1 AND t.account_id = $2 AND t.id >= $3 AND t.id < $4
                    AND ($5 IS NULL OR t.id = ANY($5)) AND m.search @@ $6 AND m.visibility = 'public') AS hit $many$
              INTO hits USING own, account, first, last, found, term.words;
              hits := coalesce(hits, '{}');
            END IF;
            IF term.unwanted THEN
              found := ARRAY(SELECT unnest(found) EXCEPT SELECT unnest(hits));
            ELSE
              found := hits;
            END IF;
            EXIT WHEN found = '{}';
          END LOOP;
          RETURN QUERY SELECT unnest(found);
        END $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    op.execute(f"ALTER FUNCTION matching_tickets_of_between({ARGUMENTS}) OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute(f"REVOKE ALL ON FUNCTION matching_tickets_of_between({ARGUMENTS}) FROM PUBLIC")
    op.execute(
        f"GRANT EXECUTE ON FUNCTION matching_tickets_of_between({ARGUMENTS}) TO clausedesk_app, clausedesk_worker"
    )


def downgrade() -> None:
    op.execute(f"DROP FUNCTION matching_tickets_of_between({ARGUMENTS})")
