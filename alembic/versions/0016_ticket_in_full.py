"""A ticket in full: what rules ask about one and around it comes along with a reading only where it may be asked."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As `account_in_full`: read as whoever calls it, and made ready only where it is called.
    op.execute("""
        CREATE FUNCTION ticket_in_full(provider uuid, ticket uuid) RETURNS json
        LANGUAGE plpgsql STABLE STRICT AS $$
        BEGIN
          RETURN (SELECT json_build_object(
            'id', t.id, 'received_at', t.received_at, 'channel', t.channel, 'requester', t.requester,
            'facts', t.facts, 'claimed', t.claimed, 'estimated_minutes', t.estimated_minutes, 'status', t.status,
            'outcome', t.outcome, 'reason', t.reason, 'work_gate', t.work_gate, 'department', t.department,
            'level', t.level, 'assignee_id', t.assignee_id, 'merged_into', t.merged_into, 'incident', t.incident,
            'resolved_at', t.resolved_at, 'closed_at', t.closed_at, 'state', t.state,
            'account_number', (SELECT a.number FROM account AS a
              WHERE a.provider_id = t.provider_id AND a.id = t.account_id),
            'account', account_in_full(t.provider_id, t.account_id)::text,
            'incidents', (SELECT coalesce(jsonb_agg(n.server), '[]') FROM notice AS n
              WHERE n.provider_id = t.provider_id AND n.kind = 'incident' AND n.state = 'open'
                AND n.server IS NOT NULL))
          FROM ticket AS t WHERE t.provider_id = provider AND t.id = ticket);
        END $$""")
    op.execute("REVOKE ALL ON FUNCTION ticket_in_full(uuid, uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION ticket_in_full(uuid, uuid) TO clausedesk_app, clausedesk_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION ticket_in_full(uuid, uuid)")
