"""Search of a span of time: the newest that match are found without reading all that ever did."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ARGUMENTS = "text[], boolean, boolean, uuid, uuid"


def upgrade() -> None:
    # Built beside everybody's work, which no transaction allows; one that was interrupted leaves half an index. It comes
    # first: what was done before it would be there already when it is tried again.
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_ticket_breached")
        op.create_index(
            "ix_ticket_breached",
            "ticket",
            ["provider_id", "id"],
            postgresql_where=sa.text("breached"),
            postgresql_concurrently=True,
        )
    op.execute("""
        CREATE OR REPLACE FUNCTION expected_matches(words tsquery) RETURNS bigint
        LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
        DECLARE
          plan json;
        BEGIN
          EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM message WHERE search @@ %L::tsquery', words) INTO plan;
          RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
        END $$""")
    # It counts those of all providers, which is nobody's business.
    op.execute("REVOKE ALL ON FUNCTION expected_matches(tsquery) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION expected_matches(tsquery) TO clausedesk_worker")
    # Terms as in matching_tickets, which the version before this one asks until it is gone. Planned anew each time:
    # whether to go by the words, by the span or by the tickets found so far depends on how many there are of each.
    # What is expected to be rarest comes first, and all others are looked for in what it has found.
    op.execute("""
        CREATE OR REPLACE FUNCTION matching_tickets_between(
          terms text[], notes boolean, only_open boolean, first uuid, last uuid) RETURNS SETOF uuid
        LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public
        SET plan_cache_mode = force_custom_plan AS $$
        DECLARE
          own CONSTANT uuid := nullif(current_setting('app.provider', true), '')::uuid;
          term record;
          found uuid[];
          hits uuid[];
        BEGIN
          IF only_open THEN
            found := ARRAY(SELECT t.id FROM ticket AS t WHERE t.provider_id = own AND t.id >= first AND t.id < last
                           AND t.status NOT IN ('resolved', 'closed'));
          END IF;
          FOR term IN
            SELECT starts_with(said, '-') AS unwanted, asked.words
            FROM unnest(terms) WITH ORDINALITY AS t(said, n),
              LATERAL (SELECT websearch_to_tsquery('simple', wanted) || websearch_to_tsquery('english', wanted)
                || websearch_to_tsquery('french', wanted) || websearch_to_tsquery('portuguese', wanted) AS words
                FROM (SELECT ltrim(said, '-') AS wanted) AS bare) AS asked
            WHERE numnode(asked.words) > 0
            ORDER BY 1, CASE WHEN cardinality(terms) > 1 THEN expected_matches(asked.words) END, n
          LOOP
            hits := ARRAY(
              SELECT t.id FROM ticket AS t
              WHERE t.provider_id = own AND t.id >= first AND t.id < last AND (found IS NULL OR t.id = ANY(found))
                AND t.search @@ term.words
              UNION
              SELECT m.ticket_id FROM message AS m
              WHERE m.provider_id = own AND m.ticket_id >= first AND m.ticket_id < last
                AND (found IS NULL OR m.ticket_id = ANY(found))
                AND m.search @@ term.words AND (notes OR m.visibility = 'public'));
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
    op.execute(f"ALTER FUNCTION matching_tickets_between({ARGUMENTS}) OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute(f"REVOKE ALL ON FUNCTION matching_tickets_between({ARGUMENTS}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION matching_tickets_between({ARGUMENTS}) TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.drop_index("ix_ticket_breached", table_name="ticket")
    op.execute(f"DROP FUNCTION matching_tickets_between({ARGUMENTS})")
    op.execute("DROP FUNCTION expected_matches(tsquery)")
