"""Search back within an account: its newest tickets are read one by one, and none beyond those that fill the page."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FUNCTION = "matching_tickets_of_before(uuid, text[], uuid, bigint, int)"


def upgrade() -> None:
    # Public words alone: those who see one account see no notes. Where there are enough among a few, it ends with the last
    # of them; among many it is planned each time whether to read them or to look up the words.
    op.execute("""
        CREATE FUNCTION matching_tickets_of_before(
          account uuid, terms text[], before uuid, many bigint, enough int, OUT first uuid, OUT matching uuid[])
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public
        SET plan_cache_mode = force_generic_plan AS $$
        DECLARE
          own CONSTANT uuid := nullif(current_setting('app.provider', true), '')::uuid;
          words tsquery[];
          wanted int;
        BEGIN
          SELECT asked.words, asked.wanted INTO words, wanted FROM words_of_search(terms) AS asked;
          first := '00000000-0000-0000-0000-000000000000';
          matching := '{}';
          IF wanted = 0 THEN
            RETURN;
          END IF;
          IF many <= 256 THEN
            matching := ARRAY(
              SELECT t.id FROM (
                SELECT t.id, t.search FROM ticket AS t
                WHERE t.provider_id = own AND t.account_id = account AND t.id < before
                ORDER BY t.id DESC LIMIT many) AS t
              WHERE NOT EXISTS (
                SELECT FROM unnest(words) WITH ORDINALITY AS asked (word, place)
                WHERE (wanted & (1 << asked.place::int) > 0) <> (t.search @@ asked.word OR EXISTS (
                  SELECT FROM (SELECT m.search, m.visibility FROM message AS m
                    WHERE m.provider_id = own AND m.ticket_id = t.id OFFSET 0) AS m
                  WHERE m.search @@ asked.word AND m.visibility = 'public')))
              ORDER BY t.id DESC LIMIT enough);
          END IF;
          first := coalesce(matching[enough], (
            SELECT t.id FROM ticket AS t WHERE t.provider_id = own AND t.account_id = account AND t.id < before
            ORDER BY t.id DESC OFFSET many - 1 LIMIT 1), first);
          IF many > 256 THEN
            matching := ARRAY(SELECT matching_tickets_of_between(account, terms, first, before, false));
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
