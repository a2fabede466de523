"""A ticket as it is shown, in JSON as the wire has it: nothing of it is read here, and Postgres writes it faster."""

from typing import Final

ACCOUNT: Final = "json_build_object('id', t.account_id, 'number', a.number, 'name', a.holder)"
RESELLER: Final = "json_build_object('id', t.reseller_id, 'number', r.number, 'name', r.name)"
ASSIGNEE: Final = "json_build_object('id', t.assignee_id, 'name', s.name)"


def _instant(column: str) -> str:
    """As everywhere on the wire: UTC, six digits of a fraction or none."""
    return f"""replace(to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')"""


def _instants(table: str, *columns: str) -> str:
    return ", ".join(f"{_instant(f'{table}.{column}')} AS {column}" for column in columns)


def shown(account: str, reseller: str, assignee: str) -> str:
    """An expression for the ticket `t` as lists show it, with these for those whom it names; $1 is the provider."""
    return f"""(SELECT row_to_json(shown)::text FROM (SELECT
    t.id, t.reference, t.status, t.outcome, t.reason, t.priority, t.department, t.level, t.topic, t.topic_source,
    t.coverage, t.work_gate, t.fee, t.schedule, t.standing, t.channel, t.language, t.subject, t.facts, t.claimed,
    t.policy_version, t.settings_revision, t.estimated_minutes, t.worked_minutes, t.merged_into, t.follow_up_of,
    t.incident, t.breached, t.resolution, t.external_ref, t.metadata, t.version,
    {_instants("t", "received_at", "decided_at", "resolved_at", "closed_at", "created_at", "updated_at")},
    {_instant("t.next_due_at")} AS due_at,
    CASE WHEN t.account_id IS NOT NULL THEN {account} END AS account,
    CASE WHEN t.reseller_id IS NOT NULL THEN {reseller} END AS reseller,
    json_build_object('contact', t.contact_id, 'name', t.requester -> 'name', 'email', t.requester -> 'email',
      'user', t.requester -> 'user', 'phone', t.requester -> 'phone') AS requester,
    CASE WHEN t.assignee_id IS NOT NULL THEN {assignee} END AS assignee,
    coalesce((SELECT json_agg(line) FROM (
      SELECT c.metric, c.cycle, c.state, c.kind, c.calendar, c.strength, c.liability, c.excused_by,
        {_instants("c", "started_at", "earliest_at", "due_at", "stopped_at")}
      FROM clock AS c WHERE c.provider_id = $1 AND c.ticket_id = t.id ORDER BY c.metric, c.cycle) AS line), '[]'
    ) AS clocks) AS shown)"""
