"""Search back in time, so many tickets at once: common words are read where they stand, rare ones are looked up."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FUNCTIONS = ("words_of_search(text[])", "matching_tickets_before(text[], boolean, uuid, bigint)")


def upgrade() -> None:
    # Terms as in matching_tickets_between: in any of the languages that have stems, each stem asked for once. Bits say
    # which of the words must occur, and which must not. Those that hold no word ask for nothing.
    op.execute("""
        CREATE FUNCTION words_of_search(terms text[], OUT words tsquery[], OUT wanted int, OUT unwanted int)
        LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
          SELECT array_agg(term.words ORDER BY term.place),
            coalesce(bit_or(1 << term.place) FILTER (WHERE NOT term.out), 0),
            coalesce(bit_or(1 << term.place) FILTER (WHERE term.out), 0)
          FROM (SELECT starts_with(said, '-') AS out, asked.words, row_number() OVER (ORDER BY n)::int AS place
            FROM unnest(terms) WITH ORDINALITY AS t(said, n), LATERAL (
              SELECT string_agg(DISTINCT '(' || stems::text || ')', ' | ')::tsquery AS words
              FROM unnest(ARRAY['simple', 'english', 'french', 'portuguese']::regconfig[]) AS language,
                LATERAL (SELECT websearch_to_tsquery(language, ltrim(said, '-')) AS stems OFFSET 0) AS of_language
              WHERE numnode(stems) > 0) AS asked
            WHERE asked.words IS NOT NULL) AS term
        $$""")
    # The bitmap of a common word holds all tickets that ever named it: to read a few thousand costs less, and as much
    # however many there are. What is so rare that all of it is soon read is looked up once, whatever its age. Where many
    # tickets end is not counted but told by how long the last few thousand took to come.
    op.execute("""
        CREATE FUNCTION matching_tickets_before(
          terms text[], notes boolean, before uuid, many bigint, OUT first uuid, OUT matching uuid[])
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
        SET plan_cache_mode = force_generic_plan AS $$
        DECLARE
          own CONSTANT uuid := nullif(current_setting('app.provider', true), '')::uuid;
          sample CONSTANT bigint := least(many, 4096);
          words tsquery[];
          wanted int;
          unwanted int;
          rarest bigint;
          by_words boolean := false;
          newest bigint;
          began bigint;
        BEGIN
          SELECT asked.words, asked.wanted, asked.unwanted INTO words, wanted, unwanted
          FROM words_of_search(terms) AS asked;
          first := '00000000-0000-0000-0000-000000000000';
          matching := '{}';
          IF wanted = 0 THEN
            RETURN;
          END IF;
          IF many > 1000 THEN
            SELECT min(expected_matches(word)) INTO rarest
            FROM unnest(words) WITH ORDINALITY AS t(word, place) WHERE wanted & (1 << place::int) > 0;
            by_words := rarest < least(
              many * 16, (SELECT reltuples::bigint / 8 FROM pg_class WHERE oid = 'message'::regclass));
          END IF;
          IF NOT by_words OR rarest * cardinality(words) > 10000 THEN
            first := coalesce((SELECT t.id FROM ticket AS t WHERE t.provider_id = own AND t.id < before
                               ORDER BY t.id DESC OFFSET sample - 1 LIMIT 1), first);
          END IF;
          IF many > sample AND first > '00000000-0000-0000-0000-000000000000' THEN
            newest := (SELECT ('x' || translate(left(t.id::text, 13), '-', ''))::bit(48)::bigint FROM ticket AS t
                       WHERE t.provider_id = own AND t.id < before ORDER BY t.id DESC LIMIT 1);
            began := newest - (newest - ('x' || translate(left(first::text, 13), '-', ''))::bit(48)::bigint)
              * many / sample;
            first := least(first, rpad(lpad(to_hex(greatest(began, 0)), 12, '0'), 32, '0')::uuid);
          END IF;
          IF by_words THEN
            matching := ARRAY(SELECT matching_tickets_between(terms, notes, false, first, before));
          ELSE
            matching := ARRAY(
              SELECT said.id FROM (
                SELECT t.id, t.search FROM ticket AS t WHERE t.provider_id = own AND t.id >= first AND t.id < before
                UNION ALL
                SELECT m.ticket_id, m.search FROM message AS m
                WHERE m.provider_id = own AND m.ticket_id >= first AND m.ticket_id < before
                  AND (notes OR m.visibility = 'public') OFFSET 0) AS said
              JOIN unnest(words) WITH ORDINALITY AS asked (word, place) ON said.search @@ asked.word
              GROUP BY said.id
              HAVING bit_or(1 << asked.place::int) & (wanted | unwanted) = wanted);
          END IF;
        END $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    for function in FUNCTIONS:
        op.execute(f"ALTER FUNCTION {function} OWNER TO clausedesk_worker")
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO clausedesk_worker")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS[-1]} TO clausedesk_app")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")


def downgrade() -> None:
    for function in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {function}")
