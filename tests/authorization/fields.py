"""Which members of an answer each kind of caller was shown, by the names that the OpenAPI document gives them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.authorization.estate import CONTACTS, MACHINES
from tests.authorization.matrix import Cell

ALLOWED: Final = Path(__file__).with_name("fields.yaml")
Shown = dict[str, dict[str, set[str]]]
"""By operation and kind of caller."""


def kind(caller: str) -> str:
    return "contact" if caller in CONTACTS else "machine" if caller in MACHINES else caller


def shown(cells: list[Cell], components: Mapping[str, Any]) -> Shown:
    """Members with a value: what is null or empty tells nothing."""
    found: Shown = {}
    for cell in cells:
        if cell.answer.headers.get("content-type", "") == "application/json":
            told = cell.operation.told["responses"][cell.operation.good]["content"]["application/json"]["schema"]
            of = "anybody" if cell.operation.public else kind(cell.caller)
            members = found.setdefault(cell.operation.id, {}).setdefault(of, set())
            members.update(_members(cell.answer.json(), told, components, ""))
    return found


def _members(value: Any, schema: Mapping[str, Any], components: Mapping[str, Any], path: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _members(item, _resolved(schema, components).get("items", {}), components, path)
        return
    properties = _resolved(schema, components).get("properties", {}) if isinstance(value, dict) else {}
    if not properties:
        if value not in (None, {}, ""):
            yield path
        return
    for name, inner in value.items():
        yield from _members(inner, properties.get(name, {}), components, f"{path}.{name}".lstrip("."))


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
        else:
            schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    return schema


def allowed() -> Shown:
    """The list that was agreed on. What all kinds of callers may see stands under `all`."""
    listed: dict[str, dict[str, list[str]]] = yaml.safe_load(ALLOWED.read_text(encoding="utf-8"))
    return {
        operation: {of: set(members) | set(by_kind.get("all", ())) for of, members in by_kind.items() if of != "all"}
        for operation, by_kind in listed.items()
    }


def write(seen: Shown) -> None:
    """For a change that is meant: review what it changes in the file."""
    told: dict[str, dict[str, list[str]]] = {}
    for operation, by_kind in seen.items():
        common = set.intersection(*by_kind.values()) if len(by_kind) > 1 else set()
        told[operation] = {"all": sorted(common)} if common else {}
        told[operation] |= {of: sorted(members - common) for of, members in sorted(by_kind.items())}
    text = yaml.safe_dump(told, sort_keys=True, width=120, default_flow_style=None)
    ALLOWED.write_text("# Members that each kind of caller may see.\n" + text, encoding="utf-8")
