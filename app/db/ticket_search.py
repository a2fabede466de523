"""Search of tickets: all that match, or the newest of them in steps back, no further than a page is full."""

from typing import Final

from app.db.callers import Kind

_FIRST: Final = "'00000000-0000-0000-0000-000000000000'::uuid"
_LAST: Final = "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"
_OF_ACCOUNT: Final = (
    f"ARRAY(SELECT matching_tickets_of_between(caller.caller_account, {{words}}, {_FIRST}, {_LAST}, false))"
)
_OF_ALL: Final = f"ARRAY(SELECT matching_tickets_between({{words}}, {{notes}}, false, {_FIRST}, {_LAST}))"
_OPEN: Final = "ARRAY(SELECT matching_open_tickets({words}, {notes}))"
_OF_ACCOUNT_BEFORE: Final = "matching_tickets_of_before(caller.caller_account, {words}, {before}, {many}, {enough})"
_OF_ALL_BEFORE: Final = "matching_tickets_before({words}, {notes}, {before}, {many})"
_MANY_AT_FIRST: Final = 256
# A step is of as many tickets as hold what is missing and a bit, going by those so far; where other filters leave less
# than match, of four times as many. Each is made when it is needed.
_STEPS: Final = f"""(WITH RECURSIVE step (first, matching, so_far, hits) AS (
      SELECT back.first, back.matching, {{start}}::bigint, cardinality(back.matching) FROM {{one}} AS back
      UNION ALL SELECT back.first, back.matching, step.so_far + size.many, step.hits + cardinality(back.matching)
      FROM step, LATERAL (SELECT CASE WHEN step.hits >= {{fetch}} THEN 4 * step.so_far ELSE
        least(4 * step.so_far, greatest(step.so_far / 4,
          (({{fetch}} - step.hits) * 5 / 4 + 4) * step.so_far / (step.hits + 1))) END AS many OFFSET 0) AS size,
        LATERAL {{further}} AS back
      WHERE step.first > {_FIRST})
    SELECT matching FROM step) AS step"""


def all_matching(kind: Kind, words: str, only_open: bool) -> str:
    """An array of ids; `words` is the place of what is looked for. `only_open`: whether others need not be found."""
    if kind is Kind.CONTACT:
        return _OF_ACCOUNT.format(words=words)
    return (_OPEN if only_open else _OF_ALL).format(words=words, notes=_notes(kind))


def steps_back(kind: Kind, words: str, before: str, fetch: int) -> str:
    """Rows `step`, each with an array `matching`, from the id at the place `before` back."""
    back = _OF_ACCOUNT_BEFORE if kind is Kind.CONTACT else _OF_ALL_BEFORE
    known = {"words": words, "notes": _notes(kind), "enough": fetch}
    one = back.format(**known, before=before, many=_MANY_AT_FIRST)
    further = back.format(**known, before="step.first", many="size.many")
    return _STEPS.format(start=_MANY_AT_FIRST, fetch=fetch, one=one, further=further)


def _notes(kind: Kind) -> str:
    """Internal notes are found by staff alone."""
    return str(kind is Kind.STAFF).lower()
