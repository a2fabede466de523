"""Lists: pages, cursors, filters."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.api.conventions.kept import Conventions, differs, points_at
from tests.api.walking import Operation, Walk

convention = Conventions()


@convention(lambda operation: "limit" in operation.parameters["query"])
async def pages_have_1_to_100_entries(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    for limit in ("0", "101", "-1", "x"):
        wrong = points_at(await walk.send(operation, arranged, query=f"?limit={limit}"), "/query/limit")
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
        wrong = differs(await walk.send(operation, arranged, query=query), 400, "invalid_cursor")
        if wrong is not None:
            return f"{query}: {wrong}"
    return None


@convention(lambda operation: operation.lists)
async def a_cursor_is_of_one_provider(walk: Walk, operation: Operation) -> str | None:
    arranged = await walk.standing(operation)
    cursor = (await walk.send(operation, arranged, query="?limit=1")).json().get("next_cursor")
    answer = await walk.send(operation, arranged, who="nobody", query=f"?cursor={cursor}", headers=walk.elsewhere)
    of_the_path = "provider" in operation.parameters["path"]
    return differs(answer, 404) if of_the_path else differs(answer, 400, "invalid_cursor")


def _value(schema: dict[str, Any]) -> str:
    """Something that the filter takes."""
    kind = next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)
    if "$ref" in kind:
        return ENUMS[kind["$ref"].rpartition("/")[2]]
    if "enum" in kind:
        return str(kind["enum"][-1])
    plain = {"boolean": "true", "integer": "1"}.get(kind.get("type", ""), str(uuid4()))
    return "2026-01-01T00:00:00Z" if kind.get("format") == "date-time" else plain


ENUMS: dict[str, str] = {}
"""The last value of each enumeration of the document; filled in before the walk."""
