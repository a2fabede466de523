"""Search of open tickets: they are few, so common words are read where they stand instead of among all there ever were."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

FUNCTION = "matching_open_tickets(text[], boolean)"


def upgrade() -> None:
    # Whether to read or to look up as in matching_tickets_before.
    op.execute("""
        CREATE FUNCTION matching_open_tickets(terms text[], notes boolean) RETURNS SETOF uuid
        LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public
        SET plan_cache_mode = force_generic_plan AS $$
        DECLARE
          own CONSTANT uuid := nullif(current_setting('app.provider', true), '')::uuid;
          words tsquery[];
          wanted int;
          unwanted int;
          rarest bigint;
          opened uuid[];
        BEGIN
          SELECT asked.words, asked.wanted, asked.unwanted INTO words, wanted, unwanted
          FROM words_of_search(terms) AS asked;
          IF wanted = 0 THEN
            RETURN;
          END IF;
          SELECT min(expected_matches(word)) INTO rarest
          FROM unnest(words) WITH ORDINALITY AS t(word, place) WHERE wanted & (1 << place::int) > 0;
          opened := ARRAY(SELECT t.id FROM ticket AS t WHERE t.provider_id = own AND t.status NOT IN ('resolved', 'closed'));
          IF rarest < least(cardinality(opened) * 16,
                            (SELECT reltuples::bigint / 8 FROM pg_class WHERE oid = 'message'::regclass)) THEN
            RETURN QUERY SELECT matching_tickets_between(
              terms, notes, true, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff');
          ELSE
            RETURN QUERY SELECT said.id FROM (
                SELECT t.id, t.search FROM ticket AS t WHERE t.provider_id = own AND t.id = ANY(opened)
                UNION ALL
                SELECT m.ticket_id, m.search FROM message AS m
                WHERE m.provider_id = own AND m.ticket_id = ANY(opened)
                  AND (notes OR m.visibility = 'public') OFFSET 0) AS said
              JOIN unnest(words) WITH ORDINALITY AS asked (word, place) ON said.search @@ asked.word
              GROUP BY said.id
              HAVING bit_or(1 << asked.place::int) & (wanted | unwanted) = wanted;
          END IF;
        END $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    op.execute(f"ALTER FUNCTION {FUNCTION} OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {FUNCTION}")
