"""Who calls, and what is asked."""

from uuid import uuid4

from app.base.vocabulary import Scope
from tests.api.conventions.kept import Conventions, differs, points_at
from tests.api.walking import Operation, Walk

convention = Conventions()
PAGE = "https://area.example"
"""Whose pages may call the desk that is walked over."""


def _names_things(operation: Operation) -> bool:
    return bool(operation.parameters["path"])


# ── who calls ────────────────────────────────────────────────────────────────
@convention(lambda operation: not operation.public)
async def callers_say_who_they_are(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for forged in ({}, {"Authorization": "Bearer e30.e30.AAAA"}):
        answer = await walk.send(operation, arranged, who="nobody", headers=forged)
        wrong = differs(answer, 401, "unauthenticated")
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
        wrong = differs(answer, 403)
        if wrong is not None:
            return f"{caller}: {wrong}"
    return None if told else "the document does not tell who"


# ── what is asked ────────────────────────────────────────────────────────────
@convention()
async def unknown_parameters_are_refused(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation), query="?nonsense=1")
    return differs(answer, 400, "unknown_parameter")


@convention(lambda operation: operation.reads)
async def a_parameter_that_counts_once_is_said_once(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for name, parameter in operation.parameters["query"].items():
        if parameter["schema"].get("type") == "array":
            continue
        wrong = differs(await walk.send(operation, arranged, query=f"?{name}=1&{name}=1"), 400, "bad_request")
        if wrong is not None:
            return f"{name}: {wrong}"
    return None


@convention()
async def other_methods_are_refused_by_name(walk: Walk, operation: Operation) -> str | None:
    other = next(m for m in ("DELETE", "PUT", "PATCH", "POST", "GET") if m not in operation.methods)
    answer = await walk.send(operation, await walk.standing(operation), method=other)
    allowed = answer.headers.get("allow", "").split(", ")
    wrong = differs(answer, 405, "method_not_allowed")
    return wrong or (None if operation.methods <= set(allowed) else f"Allow is {allowed}")


@convention(_names_things)
async def what_is_not_there_is_not_found(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for name, parameter in operation.parameters["path"].items():
        kind = parameter["schema"]
        unknown = "2147483647" if kind.get("type") == "integer" else str(uuid4())[: kind.get("maxLength", 99)]
        answer = await walk.send(operation, arranged, names={name: unknown}, headers=walk.key(operation))
        wrong = differs(answer, 404, "not_found")
        if wrong is not None:
            return f"{name}: {wrong}"
    return None


@convention(lambda operation: operation.media_type is not None)
async def bodies_have_a_known_media_type(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    answer = await walk.send(operation, arranged, headers=walk.key(operation) | {"Content-Type": "image/png"})
    wrong = differs(answer, 415, "unsupported_media_type")
    told = (operation.media_type or "") in answer.headers.get("accept", "")
    return wrong or (None if told else "Accept does not tell which")


@convention(lambda operation: operation.takes_json)
async def bodies_that_are_no_json_are_told_where(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation), content=b'{"a": ', headers=walk.key(operation))
    return differs(answer, 400, "malformed_json")


@convention(lambda operation: operation.takes_json)
async def faults_of_a_body_are_pointed_at(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    unknown = await walk.send(operation, arranged, content=b'{"nonsense": 1}', headers=walk.key(operation))
    listed = await walk.send(operation, arranged, content=b"[]", headers=walk.key(operation))
    return points_at(unknown, "/nonsense") or differs(listed, 422, "invalid")


@convention(lambda operation: operation.method == "POST" and "requestBody" not in operation.told)
async def nothing_is_said_where_nothing_is_heard(walk: Walk, operation: Operation) -> str | None:
    arranged, said = await walk.standing(operation), {**walk.key(operation), "Content-Type": "application/json"}
    return points_at(await walk.send(operation, arranged, content=b'{"nonsense": 1}', headers=said), "/nonsense")


@convention(lambda operation: operation.told.get("requestBody", {}).get("required", False))
async def a_body_that_is_needed_is_demanded(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation), content=b"", headers=walk.key(operation))
    return None if answer.status_code in (400, 415, 422) else f"without one it answers {answer.status_code}"


@convention()
async def pages_of_the_origins_that_are_set_may_call_and_no_others(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    named = ", ".join(["authorization", *operation.parameters["header"]])
    before = {"Access-Control-Request-Method": operation.method, "Access-Control-Request-Headers": named}
    for origin in (PAGE, f"{PAGE}.evil.example"):
        for asked, method in ((before, "OPTIONS"), ({}, None)):
            headers = {"Origin": origin, **asked}
            answer = await walk.send(
                operation, arranged, who="nobody", method=method, query="?nonsense=1", content=b"", headers=headers
            )
            allowed = answer.headers.get("access-control-allow-origin")
            if allowed != (PAGE if origin == PAGE else None) or (
                origin == PAGE and asked and answer.status_code != 200
            ):
                return f"a page of {origin} is told {allowed}: {answer.text[:100]}"
    return None
