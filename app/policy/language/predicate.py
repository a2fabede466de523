"""Conditions as data: a mapping holds when every entry holds; nothing is ever evaluated as code."""

from typing import Annotated, Any

from pydantic import Field, JsonValue, WithJsonSchema

OPERATORS = ("gte", "gt", "lte", "lt", "not", "exists", "in", "not_in")

Predicate = Annotated[
    dict[str, JsonValue],
    WithJsonSchema({"type": "object", "x-shape": "Predicate"}),
    Field(description="AND over its entries; `any`, `all` and `not` combine; an empty mapping always holds"),
]

PREDICATE_SCHEMA: dict[str, Any] = {
    "title": "Predicate",
    "description": (
        "Entries are ANDed. A key is the name of a fact, or of a value the engine derives: `sender.standing`, "
        "`channel`, `received_at`, `priority`, `department`, `level`, `coverage`, `transition`, `event` ... A scalar "
        "means equal, a list means one of, an object means its operators. Topics match by prefix: `email` holds for "
        "`email.error`; a standard value holds for the document's own values `within` it. An instant is held against a "
        "calendar by `in` and `not_in`: `{received_at: {not_in: office}}`. Names: DerivedValues, the document's "
        "`facts` and those of its catalogue."
    ),
    "type": "object",
    "properties": {
        "any": {"type": "array", "items": {"$ref": "#/$defs/Predicate"}, "minItems": 1},
        "all": {"type": "array", "items": {"$ref": "#/$defs/Predicate"}, "minItems": 1},
        "not": {"$ref": "#/$defs/Predicate"},
        "age": {"$ref": "#/$defs/Span", "description": "time since an instant, in a calendar or elapsed"},
        "until": {"$ref": "#/$defs/Span", "description": "time left until an instant"},
    },
    "additionalProperties": {"$ref": "#/$defs/Condition"},
}

CONDITION_SCHEMA: dict[str, Any] = {
    "title": "Condition",
    "description": "what a fact must be: a value, one of several, or an object of operators that must all hold",
    "oneOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1},
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "gte": {"type": ["number", "string"]},
                "gt": {"type": ["number", "string"]},
                "lte": {"type": ["number", "string"]},
                "lt": {"type": ["number", "string"]},
                "not": {"type": ["string", "number", "boolean", "array"]},
                "exists": {"type": "boolean", "description": "whether anything is known"},
                "in": {"type": "string", "description": "an instant lies within the opening times of this calendar"},
                "not_in": {
                    "type": "string",
                    "description": "an instant lies outside the opening times of this calendar",
                },
            },
        },
    ],
}

SPAN_SCHEMA: dict[str, Any] = {
    "title": "Span",
    "type": "object",
    "required": ["of"],
    "additionalProperties": False,
    "properties": {
        "of": {
            "type": "string",
            "description": "a fact of type instant, received_at, work.start, or a ticket event (TicketEvents)",
        },
        "calendar": {"type": "string", "description": "count only this calendar's open time"},
        "gte": {"type": "string", "description": "ISO 8601 duration"},
        "gt": {"type": "string"},
        "lte": {"type": "string"},
        "lt": {"type": "string"},
    },
}
