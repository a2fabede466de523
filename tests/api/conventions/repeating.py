"""Requests that come again, and changes that rest on a version."""

from tests.api.conventions.kept import Applies, Conventions, differs
from tests.api.walking import Operation, Walk

convention = Conventions()


def has_header(name: str) -> Applies:
    return lambda operation: name in operation.parameters["header"]


def changes_one(operation: Operation) -> bool:
    """What is made below a thing, such as a message of a ticket, does not rest on that thing's version."""
    makes = operation.method == "POST" and "GET" in operation.methods
    return not operation.reads and bool(operation.parameters["path"]) and not makes


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
    return differs(await walk.send(operation, arranged, headers=key), 409, "conflict")


@convention(lambda operation: has_header("idempotency-key")(operation) and operation.id not in SECRETS)
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


@convention(lambda operation: has_header("idempotency-key")(operation) and operation.takes_json)
async def a_key_stands_for_one_request(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.fresh(operation)
    key = walk.key(operation)
    await walk.send(operation, arranged, headers=key)
    answer = await walk.send(operation, arranged, headers=key, change=True)
    return differs(answer, 422, "idempotency_key_reused")


@convention(lambda operation: operation.parameters["header"].get("idempotency-key", {}).get("required", False))
async def what_costs_is_not_done_without_a_key(walk: Walk, operation: Operation) -> str | None:
    answer = await walk.send(operation, await walk.standing(operation))
    return differs(answer, 400, "idempotency_key_required")


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


@convention(changes_one)
async def a_change_rests_on_the_version_that_was_read(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    headers = walk.key(operation) | {"If-Match": '"987654"'}
    return differs(await walk.send(operation, arranged, headers=headers), 412, "precondition_failed")


@convention(lambda operation: operation.method == "PATCH")
async def a_patch_names_its_version(walk: Walk, operation: Operation) -> str | None:
    return differs(await walk.send(operation, await walk.standing(operation)), 428, "precondition_required")
