"""The JSON Schema of a policy document, by which an editor completes and checks it as it is typed."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.base.reasons import REASONS
from app.policy.checks.completeness import TARGET_NEEDS
from app.policy.checks.price_checks import FEE_NEEDS
from app.policy.language.document import Document
from app.policy.language.predicate import CONDITION_SCHEMA, PREDICATE_SCHEMA, SPAN_SCHEMA
from app.policy.language.standard import DERIVED, EVENTS, METRICS, STANDINGS, TICKET_EVENTS
from app.policy.loading import Library

_SHAPES = {"Predicate": PREDICATE_SCHEMA, "Condition": CONDITION_SCHEMA, "Span": SPAN_SCHEMA}
_PRICED = ("amount", "amounts", "parts", "bands")


def schema(library: Library) -> dict[str, Any]:
    """JSON Schema, draft 2020-12. What it cannot say (names that must exist) is checked when a document is loaded."""
    found = _shaped(Document.model_json_schema(by_alias=True, mode="validation"))
    definitions: dict[str, Any] = {**found.pop("$defs"), **_SHAPES, **_known(library)}
    definitions["Fee"]["allOf"] = [_needs(kind, members) for kind, members in FEE_NEEDS.items()]
    definitions["Target"]["allOf"] = [_needs(kind, members) for kind, members in TARGET_NEEDS.items()]
    found["properties"]["levels"]["propertyNames"] = {"pattern": r"^[1-9]$"}
    found["properties"]["catalogue"] = {
        "title": "Catalogue",
        "description": "A catalogue of topics and facts to build on; the document's own stand over it.",
        "enum": [*sorted(library.catalogues), None],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "Support policy",
        "$defs": dict(sorted(definitions.items())),
    }


def _known(library: Library) -> dict[str, Any]:
    """Lists for authors and editors: what may be named without being declared."""
    lists = {
        "StandardReasons": ("Reasons that every policy may give; others are declared in `reasons`.", REASONS),
        "StandardMetrics": ("Metrics that every policy may promise; others are declared in `metrics`.", METRICS),
        "Standings": ("Values of `sender.standing`, beside the contact roles of the document.", STANDINGS),
        "DerivedValues": ("Values that conditions may read beside the facts; nobody asserts them.", DERIVED),
        "TicketEvents": (
            "What happens to a ticket: targets start by it, metrics stop, ages and elapsed time count from it.",
            TICKET_EVENTS,
        ),
        "Events": (
            "Events that rules of stage `event` know by the value `event`. `breached` comes with `metric`; `elapsed` "
            "with `since` (a ticket event or `received`), `after` (a duration) and `calendar`, where one is named.",
            EVENTS,
        ),
        "HolidaySets": ("Holiday sets that calendars may name; others are declared in `holidays`.", library.holidays),
    }
    for name, catalogue in library.catalogues.items():
        title = name.capitalize()
        lists[f"{title}Topics"] = (f"Topics that `catalogue: {name}` declares.", catalogue.topics)
        lists[f"{title}Facts"] = (f"Facts that `catalogue: {name}` declares.", catalogue.facts)
    return {title: {"description": words, "enum": sorted(names)} for title, (words, names) in lists.items()}


def _needs(kind: str, members: Sequence[str]) -> dict[str, Any]:
    """Members that a kind cannot do without, unless a table's cells have them; prices are stated in several ways."""
    plain = [member for member in members if member != "amount"]
    then: dict[str, Any] = {"required": plain} if plain else {}
    if "amount" in members:
        then["anyOf"] = [{"required": [member]} for member in _PRICED]
    by_itself = {"properties": {"kind": {"const": kind}}, "required": ["kind"], "not": {"required": ["table"]}}
    return {"if": by_itself, "then": then}


def _shaped(node: Any) -> Any:
    """References in place of the marks that stand for hand-written shapes, and mappings closed to other names."""
    if isinstance(node, list):
        return [_shaped(part) for part in node]
    if not isinstance(node, Mapping):
        return node
    shape = node.get("x-shape")
    if shape is not None:
        kept = {key: node[key] for key in ("description", "default") if key in node}
        return {"$ref": f"#/$defs/{shape}", **kept}
    shaped = {key: _shaped(part) for key, part in node.items() if key != "discriminator"}
    if "patternProperties" in shaped:
        shaped.setdefault("additionalProperties", False)
    if shaped.get("format") == "duration":
        shaped |= {"pattern": "^P[0-9T]", "examples": ["PT15M", "P2D"]}
    return shaped
