"""The conventions of the API, each as a question to one operation: a complaint, or None where it is kept."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from structlog.testing import capture_logs

from app.base.vocabulary import Scope
from tests.api.walking import Operation, Walk, with_canaries

Holds = Callable[[Walk, Operation], Awaitable[str | None]]
Applies = Callable[[Operation], bool]
CANARY = "canary-of-ann@leak.example"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "",
    "cache-control": "",
    "strict-transport-security": "max-age=",
}
_INSTANT = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?"')


@dataclass(frozen=True)
class Convention:
    name: str
    applies: Applies
    holds: Holds


CONVENTIONS: dict[str, Convention] = {}


def convention(applies: Applies = lambda _: True) -> Callable[[Holds], Holds]:
    def kept(holds: Holds) -> Holds:
        CONVENTIONS[holds.__name__] = Convention(holds.__name__, applies, holds)
        return holds

    return kept


def _header(name: str) -> Applies:
    return lambda operation: name in operation.parameters["header"]


def _names_things(operation: Operation) -> bool:
    return bool(operation.parameters["path"])


def _changes_one(operation: Operation) -> bool:
    """What is made below a thing, such as a message of a ticket, does not rest on that thing's version."""
    makes = operation.method == "POST" and "GET" in operation.methods
    return not operation.reads and _names_things(operation) and not makes


def _differs(answer: httpx2.Response, status: int, code: str | None = None) -> str | None:
    """What is wrong with it as a problem of this status and code."""
    if answer.status_code != status:
        return f"answered {answer.status_code} instead of {status}: {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return f"a problem as {answer.headers.get('content-type')}"
    problem = answer.json()
    if not {"type", "title", "status", "detail", "code", "request_id"} <= problem.keys():
        return f"a problem with {sorted(problem)} only"
    if problem["status"] != status or problem["type"].rpartition("/")[2] != problem["code"]:
        return f"a problem at odds with itself: {problem}"
    return None if code in (None, problem["code"]) else f"{problem['code']} instead of {code}"


def _points_at(answer: httpx2.Response, pointer: str) -> str | None:
    wrong = _differs(answer, 422, "invalid")
    if wrong is None and pointer not in [fault["pointer"] for fault in answer.json().get("errors", ())]:
        return f"does not point at {pointer}: {answer.text[:300]}"
    return wrong


# ── who calls ────────────────────────────────────────────────────────────────
@convention(lambda operation: not operation.public)
async def callers_say_who_they_are(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for forged in ({}, {"Authorization": "Bearer e30.e30.AAAA"}):
        answer = await walk.send(operation, arranged, who="nobody", headers=forged)
        wrong = _differs(answer, 401, "unauthenticated")
        if wrong is not None:
            return wrong
        if not answer.headers.get("www-authenticate", "").startswith("Bearer"):
            return "WWW-Authenticate does not say how"
    return None


def _who(caller: str) -> str:
    """As the document names a caller of the walk."""
    if caller in tuple(Scope):
        return f"service:{caller}"
    return "primary_contact" if caller == "primary" else caller


@convention(lambda operation: not operation.public)
async def only_the_callers_that_are_told_may(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    told = set(operation.told.get("x-callers", ()))
    for caller in arranged.callers:
        if _who(caller) in told or _who(caller).partition(":")[0] in told:
            continue
        answer = await walk.send(operation, arranged, who=caller, headers=walk.key(operation))
        wrong = _differs(answer, 403)
        if wrong is not None:
            return f"{caller}: {wrong}"
    return None if told else "the document does not tell who"


# ── what is asked ────────────────────────────────────────────────────────────
@convention()
async def unknown_parameters_are_refused(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation), query="?nonsense=1")
    return _differs(answer, 400, "unknown_parameter")


@convention()
async def other_methods_are_refused_by_name(walk: Walk, operation: Operation) -> str | None:
    other = next(m for m in ("DELETE", "PUT", "PATCH", "POST", "GET") if m not in operation.methods)
    answer = await walk.send(operation, await walk.standing(operation), method=other)
    allowed = answer.headers.get("allow", "").split(", ")
    wrong = _differs(answer, 405, "method_not_allowed")
    return wrong or (None if operation.methods <= set(allowed) else f"Allow is {allowed}")


@convention(_names_things)
async def what_is_not_there_is_not_found(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for name, parameter in operation.parameters["path"].items():
        kind = parameter["schema"]
        unknown = "2147483647" if kind.get("type") == "integer" else str(uuid4())[: kind.get("maxLength", 99)]
        answer = await walk.send(operation, arranged, names={name: unknown}, headers=walk.key(operation))
        wrong = _differs(answer, 404, "not_found")
        if wrong is not None:
            return f"{name}: {wrong}"
    return None


@convention(lambda operation: operation.media_type is not None)
async def bodies_have_a_known_media_type(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    answer = await walk.send(operation, arranged, headers=walk.key(operation) | {"Content-Type": "image/png"})
    wrong = _differs(answer, 415, "unsupported_media_type")
    told = (operation.media_type or "") in answer.headers.get("accept", "")
    return wrong or (None if told else "Accept does not tell which")


@convention(lambda operation: operation.takes_json)
async def bodies_that_are_no_json_are_told_where(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation), content=b'{"a": ', headers=walk.key(operation))
    return _differs(answer, 400, "malformed_json")


@convention(lambda operation: operation.takes_json)
async def faults_of_a_body_are_pointed_at(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    unknown = await walk.send(operation, arranged, content=b'{"nonsense": 1}', headers=walk.key(operation))
    listed = await walk.send(operation, arranged, content=b"[]", headers=walk.key(operation))
    return _points_at(unknown, "/nonsense") or _differs(listed, 422, "invalid")


# ── lists ────────────────────────────────────────────────────────────────────
@convention(lambda operation: "limit" in operation.parameters["query"])
async def pages_have_1_to_100_entries(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for limit in ("0", "101", "-1", "x"):
        wrong = _points_at(await walk.send(operation, arranged, query=f"?limit={limit}"), "/query/limit")
        if wrong is not None:
            return f"limit={limit}: {wrong}"
    whole = await walk.send(operation, arranged, query="?limit=100")
    return None if whole.status_code == 200 else f"limit=100: {whole.status_code}"


@convention(lambda operation: operation.lists)
async def lists_lead_from_page_to_page(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    whole = (await walk.send(operation, arranged, query="?limit=3")).json()
    if set(whole) != {"data", "next_cursor"}:
        return f"a page has {sorted(whole)}"
    if len(whole["data"]) < 2:
        return "there is too little to have a second page"
    seen: list[Any] = []
    query = "?limit=1"
    for _ in whole["data"]:
        answer = await walk.send(operation, arranged, query=query)
        page = answer.json()
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        if link is None:
            return "a page with a successor has no Link to it"
        query = f"?{urlsplit(link[1]).query}"
        if parse_qs(query[1:]) != {"limit": ["1"], "cursor": [page["next_cursor"]]}:
            return f"the Link leads to {query}"
    if page["next_cursor"] is None and "link" in answer.headers:
        return "the last page has a Link to another"
    return None if seen == whole["data"] else "the pages are not the list"


@convention(lambda operation: operation.lists)
async def a_cursor_fits_one_list_alone(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    cursor = (await walk.send(operation, arranged, query="?limit=1")).json().get("next_cursor")
    others = [name for name in operation.parameters["query"] if name not in ("limit", "cursor", "wait_seconds")]
    asked = [f"?cursor={cursor}x", "?cursor=bm9uc2Vuc2U"]
    asked += [f"?cursor={cursor}&{name}={_value(operation.parameters['query'][name]['schema'])}" for name in others]
    for query in asked:
        wrong = _differs(await walk.send(operation, arranged, query=query), 400, "invalid_cursor")
        if wrong is not None:
            return f"{query}: {wrong}"
    return None


def _value(schema: dict[str, Any]) -> str:
    """Something that the filter takes."""
    kind = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    if "$ref" in kind:
        return ENUMS[kind["$ref"].rpartition("/")[2]]
    if "enum" in kind:
        return str(kind["enum"][-1])
    plain = {"boolean": "true", "integer": "1"}.get(kind.get("type", ""), str(uuid4()))
    return "2026-01-01T00:00:00Z" if kind.get("format") == "date-time" else plain


COMPONENTS: dict[str, Any] = {}
ENUMS: dict[str, str] = {}
"""The last value of each enumeration of the document; filled in before the walk."""


# ── repeating ────────────────────────────────────────────────────────────────
@convention(lambda operation: operation.method == "POST")
async def every_post_takes_an_idempotency_key(_: Walk, operation: Operation) -> str | None:
    return None if "idempotency-key" in operation.parameters["header"] else "it takes none"


SECRETS = frozenset(
    {"ask_for_secure_form", "reveal_secure_form", "create_client", "rotate_client", "create_webhook", "rotate_webhook"}
)
"""Their answers show a secret, which is kept nowhere."""


@convention(lambda operation: operation.id in SECRETS)
async def an_answer_with_a_secret_is_given_once(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.fresh(operation)
    key = walk.key(operation)
    first = await walk.send(operation, arranged, headers=key)
    if not first.is_success:
        return f"did not succeed: {first.status_code} {first.text[:200]}"
    return _differs(await walk.send(operation, arranged, headers=key), 409, "conflict")


@convention(lambda operation: _header("idempotency-key")(operation) and operation.id not in SECRETS)
async def a_request_that_comes_again_is_answered_the_same(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.fresh(operation)
    key = walk.key(operation)
    first = await walk.send(operation, arranged, headers=key)
    again = await walk.send(operation, arranged, headers=key)
    if not first.is_success:
        return f"did not succeed: {first.status_code} {first.text[:200]}"
    if again.headers.get("idempotent-replayed") != "true" or again.status_code != first.status_code:
        return f"was answered {again.status_code} anew: {again.text[:200]}"
    kept = [(name, first.headers.get(name), again.headers.get(name)) for name in ("etag", "location", "content-type")]
    differing = [one for one in kept if one[1] != one[2]]
    return f"differs in {differing}" if differing or first.content != again.content else None


@convention(lambda operation: _header("idempotency-key")(operation) and operation.takes_json)
async def a_key_stands_for_one_request(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.fresh(operation)
    key = walk.key(operation)
    await walk.send(operation, arranged, headers=key)
    answer = await walk.send(operation, arranged, headers=key, change=True)
    return _differs(answer, 422, "idempotency_key_reused")


@convention(lambda operation: operation.parameters["header"].get("idempotency-key", {}).get("required", False))
async def what_costs_is_not_done_without_a_key(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation))
    return _differs(answer, 400, "idempotency_key_required")


# ── versions ─────────────────────────────────────────────────────────────────
@convention(lambda operation: operation.reads and operation.path.endswith("}"))
async def what_is_known_already_is_not_sent_again(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    tag = (await walk.send(operation, arranged)).headers.get("etag")
    if tag is None:
        return "it has no ETag"
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = await walk.send(operation, arranged, headers={"If-None-Match": known})
        if answer.status_code != 304 or answer.content or answer.headers.get("etag") != tag:
            return f"{known}: answered {answer.status_code}"
    other = await walk.send(operation, arranged, headers={"If-None-Match": '"0"'})
    return None if other.status_code == 200 else f"another tag: {other.status_code}"


@convention(_changes_one)
async def a_change_rests_on_the_version_that_was_read(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    headers = walk.key(operation) | {"If-Match": '"987654"'}
    return _differs(await walk.send(operation, arranged, headers=headers), 412, "precondition_failed")


@convention(lambda operation: operation.method == "PATCH")
async def a_patch_names_its_version(walk: Walk, operation: Operation) -> str | None:
    return _differs(await walk.send(operation, await walk.standing(operation)), 428, "precondition_required")


# ── every answer ─────────────────────────────────────────────────────────────
@convention()
async def every_answer_has_the_id_of_its_request(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    given = operation.id
    answer = await walk.answered(operation)
    refused = await walk.send(operation, arranged, query="?nonsense=1", headers={"X-Request-Id": given})
    made = await walk.send(operation, arranged, query="?nonsense=1", headers={"X-Request-Id": "a b"})
    ids = [one.headers.get("x-request-id") for one in (answer, refused, made)]
    if ids[:2] != [given, given] or ids[2] in (None, "a b"):
        return f"the ids are {ids}"
    return None


@convention(lambda operation: not operation.public)
async def every_answer_tells_how_often_one_may_ask(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.answered(operation)
    offered, left = answer.headers.get("ratelimit-policy", ""), answer.headers.get("ratelimit", "")
    if not re.fullmatch(r'"principal";q=\d+;w=60, "provider";q=\d+;w=60', offered):
        return f"RateLimit-Policy is {offered!r}"
    told = re.fullmatch(r'"principal";r=\d+;t=\d+, "provider";r=\d+;t=\d+', left)
    return None if told else f"RateLimit is {left!r}"


@convention()
async def answers_are_as_the_document_tells(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.answered(operation)
    told = operation.told["responses"].get(str(answer.status_code))
    if told is None:
        return f"it does not tell of {answer.status_code}"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    content = told.get("content", {})
    if not content:
        return f"it does not tell of {answer.text[:100]}" if answer.content else None
    if kind not in content and "application/octet-stream" not in content:
        return f"it does not tell of {kind}"
    schema = content.get(kind, {}).get("schema")
    if schema is None or "json" not in kind:
        return None
    fault = best_match(Draft202012Validator(schema | {"components": COMPONENTS}).iter_errors(answer.json()))
    return None if fault is None else f"{fault.json_path}: {fault.message[:200]}"


@convention()
async def a_trace_goes_on(walk: Walk, operation: Operation) -> str | None:
    with capture_logs() as log:
        headers = walk.key(operation) | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        await walk.send(operation, await walk.standing(operation), query="?nonsense=1", headers=headers)
    return None if TRACE in [line.get("trace_id") for line in log] else "the log does not have the trace"


@convention()
async def its_log_lines_repeat_nothing_that_a_caller_said(walk: Walk, operation: Operation) -> str | None:
    """Personal data, tokens and secrets, whatever field or name they stand in, and whether it succeeds or not."""
    await walk.answered(operation)
    lines, said = walk.logged[operation.id]
    standing = await walk.standing(operation)
    with capture_logs() as log:
        body = json.dumps(with_canaries(walk.body(operation, standing), CANARY)).encode()
        names = dict.fromkeys(operation.parameters["path"], CANARY)
        content = body if operation.takes_json else None
        await walk.send(operation, standing, content=content, names=names, headers=walk.key(operation))
        await walk.send(operation, standing, content=content, headers=walk.key(operation))
        await walk.send(operation, standing, query=f"?{CANARY}={CANARY}")
    lines += repr(log)
    if "request" not in lines:
        return "nothing was logged"
    spilled = [text for text in (CANARY, *said) if text in lines]
    return f"the log repeats {spilled}" if spilled else None


@convention()
async def every_answer_has_headers_that_protect_it(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.answered(operation)
    refused = await walk.send(operation, await walk.standing(operation), query="?nonsense=1")
    if not answer.is_success:
        return f"did not succeed: {answer.status_code} {answer.text[:200]}"
    for one in (answer, refused):
        missing = [name for name, start in SECURITY.items() if not one.headers.get(name, " ").startswith(start)]
        if missing:
            return f"{one.status_code} lacks {missing}"
    private = operation.public or "public" not in answer.headers["cache-control"]
    return None if private else "what a caller alone may see is kept by caches"


@convention(lambda operation: operation.good != "204")
async def instants_are_in_utc(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.answered(operation)
    if "json" not in answer.headers.get("content-type", ""):
        return None if answer.is_success and answer.headers.get("content-type") != "text/plain" else "it is no JSON"
    local = [match[0] for match in _INSTANT.finditer(answer.text) if match[1] != "Z"]
    return f"not in UTC: {local[:3]}" if local else None
