"""An account as text: what decisions ask about one is written once, as it is read, without building JSONB of it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

JSONB, TEXT = "account_in_full(t.provider_id, t.account_id)::text", "account_as_text(t.provider_id, t.account_id)"


def upgrade() -> None:
    # As `account_in_full`, which the version before this one asks until it is gone. Read as whoever calls it, so that row
    # security holds. Arrays take half of what aggregates take.
    op.execute("""
        CREATE FUNCTION account_as_text(provider uuid, account uuid) RETURNS text
        LANGUAGE plpgsql STABLE STRICT AS $$
        BEGIN
          RETURN (SELECT json_build_object(
            'id', a.id, 'version', a.version, 'number', a.number, 'holder', a.holder, 'state', a.state,
            'product', a.product, 'products', a.products, 'product_variant', a.product_variant, 'market', a.market,
            'market_catalogue', a.market_catalogue, 'server', a.server, 'active', a.active,
            'contact_info_current', a.contact_info_current, 'is_reseller', a.is_reseller,
            'users_total', a.users_total, 'abuse_count', a.abuse_count, 'hold_proposed_at', a.hold_proposed_at,
            'vip', a.vip, 'contract', a.contract, 'facts', a.facts, 'reseller_id', a.reseller_id, 'since', a.since,
            'drawings', array_to_json(ARRAY(
              SELECT entry.data FROM event AS entry
              WHERE entry.provider_id = a.provider_id AND entry.subject_kind = 'account' AND entry.subject_id = a.id
                AND entry.type = 'account.allowance_drawn' ORDER BY entry.seq)),
            'consents', array_to_json(ARRAY(
              SELECT entry.data FROM event AS entry
              WHERE entry.provider_id = a.provider_id AND entry.subject_kind = 'account' AND entry.subject_id = a.id
                AND entry.type = 'account.tariff_agreed' ORDER BY entry.seq)),
            'reseller', CASE WHEN a.reseller_id IS NOT NULL THEN (
              SELECT json_build_object('number', r.number, 'name', r.name, 'account', own.number)
              FROM reseller AS r LEFT JOIN account AS own ON own.provider_id = r.provider_id AND own.id = r.account_id
              WHERE r.provider_id = a.provider_id AND r.id = a.reseller_id) END,
            'contacts', array_to_json(ARRAY(
              SELECT json_build_object(
                'id', c.id, 'version', c.version, 'role', c.role, 'email', c.email, 'login', c.login, 'name', c.name,
                'flag', c.flag, 'slot', c.slot)
              FROM contact AS c
              WHERE c.provider_id = a.provider_id AND c.account_id = a.id AND c.removed_at IS NULL ORDER BY c.id)),
            'hosted_domains', array_to_json(ARRAY(
              SELECT d.name FROM hosted_domain AS d
              WHERE d.provider_id = a.provider_id AND d.account_id = a.id ORDER BY d.id)))::text
          FROM account AS a WHERE a.provider_id = provider AND a.id = account);
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION account_as_text(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION account_as_text(uuid, uuid) TO clausedesk_app, clausedesk_worker")
    _within_a_ticket(JSONB, TEXT)


def downgrade() -> None:
    _within_a_ticket(TEXT, JSONB)
    op.execute("DROP FUNCTION account_as_text(uuid, uuid)")


def _within_a_ticket(before: str, after: str) -> None:
    """`ticket_in_full` as it is, but for how it tells of the account."""
    op.execute(f"""
        DO $$ BEGIN
          EXECUTE replace(pg_get_functiondef('ticket_in_full(uuid, uuid)'::regprocedure), '{before}', '{after}');
        END $$""")
