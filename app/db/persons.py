"""One person's data: all that is kept about somebody listed, given out together, and erased together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.base.actor import Principal
from app.db.callers import CallerRow, for_caller, kind_of, sees
from app.db.pool import Database

ERASED: Final = "[erased]"
# Whoever wrote before being listed, or from another account, is known by the address, however it was written.
_PERSON: Final = """SELECT c.*, ARRAY(SELECT role || ':' || c.id FROM unnest(ARRAY['primary_contact',
    'secondary_contact', 'authorised_contact']) AS role) AS keys
  FROM contact AS c WHERE c.provider_id = $1 AND c.id = {place}"""
_OWN_TICKET: Final = "(t.contact_id = p.id OR lower(t.requester ->> 'email') = p.email)"
_OWN_MESSAGE: Final = "((m.author_kind = 'contact' AND m.author_id = p.id) OR lower(m.author ->> 'email') = p.email)"
# What came along with their words is theirs, whichever machine handed it in for them.
_OWN_FILE: Final = f"""(f.uploaded_by = ANY(p.keys)
  OR EXISTS (SELECT FROM message AS m WHERE m.provider_id = $1 AND m.id = f.message_id AND {_OWN_MESSAGE})
  OR f.message_id IS NULL
    AND EXISTS (SELECT FROM ticket AS t WHERE t.provider_id = $1 AND t.id = f.ticket_id AND {_OWN_TICKET}))"""
_OWN_MAIL: Final = f"""(i.sender = p.email
  OR EXISTS (SELECT FROM message AS m WHERE m.provider_id = $1 AND m.id = i.message_id AND {_OWN_MESSAGE}))"""
_EXPORT: Final = f"""
WITH p AS ({_PERSON.format(place="$6")})
SELECT p.id, p.version, p.removed_at, num_nonnulls(p.email, p.login, p.name) = 0 AS erased,
  jsonb_build_object('id', p.id, 'role', p.role, 'email', p.email, 'login', p.login, 'name', p.name,
    'created_at', p.created_at, 'updated_at', p.updated_at, 'removed_at', p.removed_at) AS person,
  jsonb_build_object('id', a.id, 'number', a.number, 'name', a.holder) AS account,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'reference', t.reference, 'subject', t.subject,
      'requester', t.requester, 'facts', t.facts, 'claimed', t.claimed, 'status', t.status,
      'received_at', t.received_at) ORDER BY t.id), '[]')
   FROM ticket AS t WHERE t.provider_id = $1 AND {_OWN_TICKET}) AS tickets,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'ticket', m.ticket_id, 'body', m.body, 'author', m.author,
      'received_at', m.received_at) ORDER BY m.id), '[]')
   FROM message AS m WHERE m.provider_id = $1 AND {_OWN_MESSAGE}) AS messages,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'size', f.size,
      'created_at', f.created_at) ORDER BY f.id), '[]')
   FROM attachment AS f WHERE f.provider_id = $1 AND {_OWN_FILE}) AS attachments,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'received_at', i.received_at, 'state', i.state,
      'ticket', i.ticket_id, 'headers', i.headers) ORDER BY i.id), '[]')
   FROM inbound_mail AS i WHERE i.provider_id = $1 AND {_OWN_MAIL}) AS mails,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'purpose', s.purpose, 'state', s.state,
      'created_at', s.created_at) ORDER BY s.id), '[]')
   FROM secure_form AS s WHERE s.provider_id = $1 AND s.contact_id = p.id) AS secure_forms,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('type', e.type, 'occurred_at', e.occurred_at,
      'subject', jsonb_build_object('kind', e.subject_kind, 'id', e.subject_id)) ORDER BY e.id), '[]')
   FROM event AS e WHERE e.provider_id = $1 AND (e.subject_kind = 'contact' AND e.subject_id = p.id
     OR e.actor_kind = 'contact' AND e.actor_id = p.id::text)) AS events,
  (SELECT coalesce(array_agg(f.storage_key), '{{}}') FROM attachment AS f
   WHERE f.provider_id = $1 AND {_OWN_FILE})
  || (SELECT coalesce(array_agg(i.storage_key), '{{}}') FROM inbound_mail AS i
      WHERE i.provider_id = $1 AND {_OWN_MAIL} AND i.storage_key IS NOT NULL) AS objects
FROM p JOIN account AS a ON a.provider_id = $1 AND a.id = p.account_id WHERE {{sees}}"""
_ERASE: Final = f"""
WITH p AS ({_PERSON.format(place="$2")} AND c.version = $3 FOR UPDATE),
there AS (
  SELECT f.storage_key FROM attachment AS f, p WHERE f.provider_id = $1 AND {_OWN_FILE}
  UNION ALL SELECT i.storage_key FROM inbound_mail AS i, p
  WHERE i.provider_id = $1 AND {_OWN_MAIL} AND i.storage_key IS NOT NULL),
-- What came since the objects were deleted has one that must go first.
guard AS (SELECT p.* FROM p WHERE NOT EXISTS (SELECT FROM there WHERE storage_key <> ALL($4::text[]))),
tickets AS (
  UPDATE ticket AS t SET requester = '{{}}', subject = '{ERASED}', claimed = '{{}}', facts = t.facts - $5::text[],
    decision = t.decision || '{{"signals": [], "topic_candidates": []}}', external_ref = NULL, metadata = '{{}}',
    -- What staff noted about them while sorting: that it was noted stays.
    state = CASE WHEN t.state ? 'triage' THEN jsonb_set(t.state, '{{triage}}', coalesce((
      SELECT jsonb_object_agg(key, CASE jsonb_typeof(value) WHEN 'string' THEN '"{ERASED}"' ELSE value END)
      FROM jsonb_each(t.state -> 'triage')), '{{}}')) ELSE t.state END,
    version = t.version + 1, updated_at = $6
  FROM guard AS p WHERE t.provider_id = $1 AND {_OWN_TICKET} RETURNING t.id),
quotes AS (
  UPDATE quote AS q SET facts = q.facts - $5::text[],
    closing = q.closing || CASE WHEN q.closing #>> '{{by,id}}' = p.id::text
                                THEN '{{"reason": "{ERASED}"}}' ELSE '{{}}' END::jsonb
  FROM guard AS p WHERE q.provider_id = $1
    AND (q.ticket_id IN (SELECT id FROM tickets) OR q.closing #>> '{{by,id}}' = p.id::text) RETURNING q.id),
messages AS (
  UPDATE message AS m SET body = '{ERASED}', author = '{{}}' FROM guard AS p
  WHERE m.provider_id = $1 AND {_OWN_MESSAGE} RETURNING m.id),
attachments AS (
  DELETE FROM attachment AS f USING guard AS p WHERE f.provider_id = $1 AND {_OWN_FILE} RETURNING f.id),
mails AS (
  UPDATE inbound_mail AS i SET sender = NULL, headers = '{{}}', message_id_header = NULL, storage_key = NULL,
    version = i.version + 1, updated_at = $6
  FROM guard AS p WHERE i.provider_id = $1 AND {_OWN_MAIL} RETURNING i.id),
-- What mail servers said may name whom they said it of.
letters AS (
  UPDATE delivery AS d SET last_error = NULL, attempt_log = '[]', updated_at = $6
  FROM guard AS p WHERE d.provider_id = $1 AND d.kind = 'mail'
    AND (d.target ->> 'contact' = p.id::text OR d.target ->> 'ticket' IN (SELECT id::text FROM tickets)) RETURNING 1),
forms AS (
  UPDATE secure_form AS s SET sealed = NULL, version = s.version + 1, updated_at = $6,
    state = CASE WHEN s.state IN ('open', 'filled') THEN 'expired' ELSE s.state END
  FROM guard AS p WHERE s.provider_id = $1 AND s.contact_id = p.id RETURNING s.id),
important AS (
  UPDATE account AS a SET vip = a.vip - p.email, version = a.version + 1, updated_at = $6
  FROM guard AS p WHERE a.provider_id = $1 AND a.id = p.account_id AND a.vip ? p.email RETURNING a.id),
answers AS (
  DELETE FROM idempotency_key AS k USING guard AS p WHERE k.provider_id = $1 AND (k.principal = ANY(p.keys)
    OR EXISTS (SELECT FROM unnest(ARRAY[p.email, p.id::text] || ARRAY(SELECT id::text FROM tickets)) AS word
               WHERE position(convert_to(word, 'UTF8') IN k.body) > 0)) RETURNING 1),
told AS (
  INSERT INTO event (provider_id, id, subject_kind, subject_id, seq, type, actor_kind, actor_id, data, request_id,
    occurred_at)
  SELECT $1, $7, 'contact', p.id, p.version + 1, $8, $9, $10,
    jsonb_build_object('account', p.account_id, 'role', p.role), $11, $6 FROM guard AS p),
person AS (
  UPDATE contact AS c SET email = NULL, login = NULL, name = NULL, flag = NULL, version = c.version + 1,
    updated_at = $6, removed_at = coalesce(c.removed_at, $6)
  FROM guard AS p WHERE c.provider_id = $1 AND c.id = p.id RETURNING c.id)
SELECT (SELECT count(*) FROM person) AS persons, (SELECT count(*) FROM tickets) AS tickets,
  (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM attachments) AS attachments,
  (SELECT count(*) FROM mails) AS mails"""


async def read_person(
    database: Database, provider_id: UUID, principal: Principal, contact: UUID
) -> tuple[CallerRow, Mapping[str, Any] | None]:
    """All that is kept about them, and the objects that belong to it; somebody removed is still there."""
    statement = _EXPORT.replace("{sees}", sees(kind_of(principal), "a.id"))
    caller, rows = await for_caller(database, provider_id, principal, statement, contact)
    return caller, rows[0] if rows else None


async def erase_person(
    database: Database,
    provider_id: UUID,
    person: Mapping[str, Any],
    facts: Sequence[str],
    event: Mapping[str, Any],
    now: datetime,
) -> Mapping[str, int] | None:
    """In one statement; how much it was. None: the person, or what belongs to them, has changed meanwhile.

    `facts`: names of facts that hold what somebody wrote or is called.
    """
    row = await database.fetchrow(
        provider_id,
        _ERASE,
        provider_id,
        person["id"],
        person["version"],
        person["objects"],
        list(facts),
        now,
        event["id"],
        event["type"],
        event["actor_kind"],
        event["actor_id"],
        event["request_id"],
    )
    assert row is not None
    counts: dict[str, int] = dict(row)
    return counts if counts.pop("persons") else None
