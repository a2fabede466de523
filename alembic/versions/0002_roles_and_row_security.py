"""Who may do what: the roles of the app and the worker, row security on every provider's rows, records never altered."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = ("clausedesk_app", "clausedesk_worker")

# Read and written by both roles.
ORDINARY = (
    "account",
    "api_client",
    "attachment",
    "clock",
    "contact",
    "delivery",
    "hosted_domain",
    "idempotency_key",
    "import",
    "import_row",
    "inbound_mail",
    "message",
    "notice",
    "page",
    "quote",
    "reseller",
    "secure_form",
    "staff",
    "ticket",
    "webhook",
)
# Added to, never altered.
RECORDS = ("payment", "policy_version", "settings_revision")
# Added up by the worker, read by the app.
TALLIES = ("clock_tally", "tally", "ticket_tally")
OF_A_PROVIDER = (*ORDINARY, *RECORDS, *TALLIES, "event")

# '' is what the setting becomes once it was set locally and forgotten again.
THE_PROVIDERS_OWN = "provider_id = nullif(current_setting('app.provider', true), '')::uuid"


def upgrade() -> None:
    for role in ROLES:
        op.execute(f"""
            DO $$ BEGIN
              IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} NOLOGIN NOINHERIT;
              END IF;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- made for another database just now
            END $$""")
        op.execute(f"""
            DO $$ BEGIN
              IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                GRANT {role} TO CURRENT_USER;
              END IF;
            EXCEPTION WHEN insufficient_privilege THEN
              IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN RAISE; END IF;
            END $$""")
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        op.execute(f"GRANT SELECT ON alembic_version, provider TO {role}")
        for table in ORDINARY:
            op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {role}')
        for table in (*RECORDS, "event"):
            op.execute(f'GRANT SELECT, INSERT ON "{table}" TO {role}')
    for table in TALLIES:
        op.execute(f"GRANT SELECT ON {table} TO clausedesk_app")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO clausedesk_worker")
    op.execute("GRANT INSERT, UPDATE ON provider TO clausedesk_worker")
    op.execute("GRANT UPDATE (position, seal) ON event TO clausedesk_worker")
    _secure_rows()
    _protect_records()
    _search_under_row_security()


def _secure_rows() -> None:
    for table in OF_A_PROVIDER:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f"""
            CREATE POLICY the_providers_own ON "{table}"
            USING ({THE_PROVIDERS_OWN}) WITH CHECK ({THE_PROVIDERS_OWN})""")
        op.execute(f"""
            CREATE POLICY all_providers ON "{table}" TO clausedesk_worker USING (true) WITH CHECK (true)""")


def _protect_records() -> None:
    op.execute("""
        CREATE FUNCTION never_altered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          RAISE EXCEPTION '% is never altered', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$""")
    op.execute("""
        CREATE FUNCTION event_only_sequenced() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF OLD.position IS NOT NULL
             OR to_jsonb(NEW) - 'position' - 'seal' <> to_jsonb(OLD) - 'position' - 'seal' THEN
            RAISE EXCEPTION 'event is never altered' USING ERRCODE = 'insufficient_privilege';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute("""
        CREATE TRIGGER only_sequenced BEFORE UPDATE ON event FOR EACH ROW EXECUTE FUNCTION event_only_sequenced()""")
    # Asked by a statement of its own, which sees what whoever held the lock has written.
    op.execute("""
        CREATE FUNCTION reseller_below_others() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          PERFORM pg_advisory_xact_lock(hashtextextended('reseller ' || NEW.provider_id, 0));
          IF EXISTS (
            WITH RECURSIVE above AS (
              SELECT NEW.parent_id AS id
              UNION SELECT r.parent_id FROM reseller AS r JOIN above ON r.id = above.id
              WHERE r.provider_id = NEW.provider_id)
            SELECT FROM above WHERE id = NEW.id) THEN
            RAISE EXCEPTION 'a reseller stands below itself'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_reseller_below_others';
          END IF;
          RETURN NEW;
        END $$""")
    op.execute("""
        CREATE TRIGGER below_others BEFORE UPDATE OF parent_id ON reseller FOR EACH ROW
        WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION reseller_below_others()""")
    op.execute("CREATE TRIGGER never_deleted BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION never_altered()")
    for table in RECORDS:
        op.execute(f"""
            CREATE TRIGGER never_altered BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION never_altered()""")
    for table in (*RECORDS, "event"):
        op.execute(f"""
            CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION never_altered()""")


def _search_under_row_security() -> None:
    """Text search may not use its index below row security, so this function looks for all and keeps the provider's.

    Each term is a word, or a phrase in quotes; one that begins with - must not occur. Tickets that have all of them
    between their own words and their messages; in internal notes only where `notes` says so.
    """
    op.execute("""
        CREATE FUNCTION matching_tickets(terms text[], notes boolean) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, public AS $$
          WITH provider AS (SELECT nullif(current_setting('app.provider', true), '')::uuid AS id),
          term AS MATERIALIZED (
            SELECT n, starts_with(said, '-') AS unwanted, asked.words
            FROM unnest(terms) WITH ORDINALITY AS t(said, n),
              LATERAL (SELECT websearch_to_tsquery('simple', wanted) || websearch_to_tsquery('english', wanted)
                || websearch_to_tsquery('french', wanted) || websearch_to_tsquery('portuguese', wanted) AS words
                FROM (SELECT ltrim(said, '-') AS wanted) AS bare) AS asked
            WHERE numnode(asked.words) > 0),
          found AS (
            -- OFFSET 0: the words narrow it down before the provider does, so that the index of words is used.
            SELECT n, unwanted, hit.id FROM term,
              LATERAL (SELECT id, provider_id FROM ticket WHERE search @@ term.words OFFSET 0) AS hit
            WHERE hit.provider_id = (SELECT id FROM provider)
            UNION ALL
            SELECT n, unwanted, hit.ticket_id FROM term,
              LATERAL (SELECT ticket_id, provider_id, visibility FROM message WHERE search @@ term.words OFFSET 0) AS hit
            WHERE hit.provider_id = (SELECT id FROM provider) AND (notes OR hit.visibility = 'public'))
          SELECT id FROM found GROUP BY id
          HAVING NOT bool_or(unwanted) AND count(DISTINCT n) = (SELECT count(*) FROM term WHERE NOT unwanted)
        $$""")
    # A new owner must be allowed to create in the schema, at that moment.
    op.execute("GRANT CREATE ON SCHEMA public TO clausedesk_worker")
    op.execute("ALTER FUNCTION matching_tickets(text[], boolean) OWNER TO clausedesk_worker")
    op.execute("REVOKE CREATE ON SCHEMA public FROM clausedesk_worker")
    op.execute("REVOKE ALL ON FUNCTION matching_tickets(text[], boolean) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION matching_tickets(text[], boolean) TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION matching_tickets(text[], boolean)")
    for table in (*RECORDS, "event"):
        op.execute(f"DROP TRIGGER never_emptied ON {table}")
    for table in RECORDS:
        op.execute(f"DROP TRIGGER never_altered ON {table}")
    op.execute("DROP TRIGGER never_deleted ON event")
    op.execute("DROP TRIGGER only_sequenced ON event")
    op.execute("DROP TRIGGER below_others ON reseller")
    op.execute("DROP FUNCTION reseller_below_others()")
    op.execute("DROP FUNCTION event_only_sequenced()")
    op.execute("DROP FUNCTION never_altered()")
    for table in OF_A_PROVIDER:
        op.execute(f'DROP POLICY all_providers ON "{table}"')
        op.execute(f'DROP POLICY the_providers_own ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    op.execute("REVOKE UPDATE (position, seal) ON event FROM clausedesk_worker")
    for role in ROLES:
        op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        op.execute(f"REVOKE ALL ON SCHEMA public FROM {role}")
        op.execute(f"""
            DO $$ BEGIN DROP ROLE {role};
            EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN NULL; -- others still use it
            END $$""")
