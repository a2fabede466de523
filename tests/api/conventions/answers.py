"""What every answer has, whatever it says."""

import json
import re
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from structlog.testing import capture_logs

from tests.api.conventions.kept import Conventions
from tests.api.walking import Operation, Walk, with_canaries

convention = Conventions()
COMPONENTS: dict[str, Any] = {}
"""Of the document; filled in before the walk."""
CANARY = "canary-of-ann@leak.example"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "",
    "cache-control": "",
    "strict-transport-security": "max-age=",
}
CHANGING = frozenset({"content-length", "etag", "ratelimit", "x-request-id"})
"""Headers that may be others a moment later: those of a body that tells the time, too."""
_INSTANT = re.compile(r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?"')


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


@convention()
async def what_is_read_is_compressed_where_it_is_long(walk: Walk, operation: Operation) -> str | None:
    """Not what is sent, whose answers may show secrets, and not files."""
    answer = await walk.answered(operation)
    kind = answer.headers.get("content-type", "")
    text = kind.startswith("text/") or "json" in kind
    wanted = operation.reads and text and len(answer.content) >= 1024
    given = answer.headers.get("content-encoding") == "gzip"
    if given and "accept-encoding" not in answer.headers.get("vary", "").lower():
        return "Vary does not tell that it depends on Accept-Encoding"
    return None if given == wanted else f"{len(answer.content)} bytes, compressed: {given}"


@convention(lambda operation: operation.reads)
async def what_is_read_is_probed_by_head(walk: Walk, operation: Operation) -> str | None:
    """Monitors and load balancers ask so: by the same checks, and with the head that the whole answer has."""
    arranged = await walk.standing(operation)
    for query in ("", "?nonsense=1"):
        whole = await walk.send(operation, arranged, query=query)
        head = await walk.send(operation, arranged, query=query, method="HEAD")
        if (head.status_code, head.content) != (whole.status_code, b""):
            return f"answered {head.status_code} with {head.content[:100]!r} instead of {whole.status_code}"
        if "content-length" not in head.headers:
            return "Content-Length is missing"
        if {*head.headers} != {*whole.headers}:
            return f"headers differ: {sorted({*head.headers} ^ {*whole.headers})}"
        others = [name for name in whole.headers if name not in CHANGING and head.headers[name] != whole.headers[name]]
        if others:
            return f"headers say something else: {others}"
    return None
