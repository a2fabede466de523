"""Versions of a policy as staff read them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.base.errors import Problem
from app.db.policies import listed_versions, read_version
from app.services.errands import Errand


async def versions(errand: Errand, after: int | None, fetch: int) -> Sequence[Mapping[str, Any]]:
    """The newest first; those below `after`."""
    return await listed_versions(errand.database, errand.provider_id, errand.principal, after, fetch)


async def version(errand: Errand, number: int) -> dict[str, Any]:
    row = await read_version(errand.database, errand.provider_id, errand.principal, number)
    if row is None:
        raise Problem("not_found")
    return {**version_view(row), "document": orjson.Fragment(row["document"]), "source": row["source"]}


def version_view(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("effective_from", "published_by", "created_at", "digest", "warnings")
    return {"version": row["number"], **{name: row[name] for name in names}}
