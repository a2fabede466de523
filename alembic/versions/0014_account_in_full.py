"""An account in full: what decisions ask about one is looked up where it is wanted, and costs nothing elsewhere."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A part of a statement is made ready each time, whether it is needed or not; a function only where it is called.
    # Read as whoever calls it, so that row security holds.
    op.execute("""
        CREATE FUNCTION account_in_full(provider uuid, account uuid) RETURNS jsonb
        LANGUAGE plpgsql STABLE STRICT AS $$
        BEGIN
          RETURN (SELECT jsonb_build_object(
            'id', a.id, 'version', a.version, 'number', a.number, 'holder', a.holder, 'state', a.state,
            'product', a.product, 'products', a.products, 'product_variant', a.product_variant, 'market', a.market,
            'market_catalogue', a.market_catalogue, 'server', a.server, 'active', a.active,
            'contact_info_current', a.contact_info_current, 'is_reseller', a.is_reseller,
            'users_total', a.users_total, 'abuse_count', a.abuse_count, 'hold_proposed_at', a.hold_proposed_at,
            'vip', a.vip, 'contract', a.contract, 'facts', a.facts, 'reseller_id', a.reseller_id, 'since', a.since,
            'drawings', (
              SELECT coalesce(jsonb_agg(entry.data ORDER BY entry.seq), '[]') FROM event AS entry
              WHERE entry.provider_id = a.provider_id AND entry.subject_kind = 'account' AND entry.subject_id = a.id
                AND entry.type = 'account.allowance_drawn'),
            'consents', (
              SELECT coalesce(jsonb_agg(entry.data ORDER BY entry.seq), '[]') FROM event AS entry
              WHERE entry.provider_id = a.provider_id AND entry.subject_kind = 'account' AND entry.subject_id = a.id
                AND entry.type = 'account.tariff_agreed'),
            'reseller', (
              SELECT jsonb_build_object('number', r.number, 'name', r.name, 'account', own.number)
              FROM reseller AS r LEFT JOIN account AS own ON own.provider_id = r.provider_id AND own.id = r.account_id
              WHERE r.provider_id = a.provider_id AND r.id = a.reseller_id),
            'contacts', (
              SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', c.id, 'version', c.version, 'role', c.role, 'email', c.email, 'login', c.login, 'name', c.name,
                'flag', c.flag, 'slot', c.slot) ORDER BY c.id), '[]')
              FROM contact AS c
              WHERE c.provider_id = a.provider_id AND c.account_id = a.id AND c.removed_at IS NULL),
            'hosted_domains', (
              SELECT coalesce(jsonb_agg(d.name ORDER BY d.id), '[]') FROM hosted_domain AS d
              WHERE d.provider_id = a.provider_id AND d.account_id = a.id))
          FROM account AS a WHERE a.provider_id = provider AND a.id = account);
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION account_in_full(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION account_in_full(uuid, uuid) TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION account_in_full(uuid, uuid)")
