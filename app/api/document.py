"""The OpenAPI document: what the framework knows of the routes, completed by what it cannot know."""

import re
from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.describing import Document, describe
from app.api.examples import example_of
from app.api.problems import MEDIA_TYPE, TOKEN_PATH

_INTRODUCTION: Final = """\
A support desk for hosting providers in which the published support policy runs: it decides every request by the
policy and cites the clauses. Three parties call it: client areas, resellers and monitoring.

Every error is `application/problem+json` with a `code`, what to do about it, and a page to read at its `type`. Lists
go from page to page by `next_cursor`. A POST may be repeated with the same `Idempotency-Key`, and a change may rest on
the `ETag` that was read, by `If-Match`. Clients ignore members and values that they do not know.\
"""
_TAGS: Final = {
    "health": "Whether this process is alive and ready",
    "tokens": "Tokens for API clients and for the people of a client area, and the keys that verify them",
    "me": "Who is calling, and what they may do",
    "policies": "What a provider promises: for customers to read, for staff to publish",
    "classifications": "What would be decided, with nothing stored",
    "actions": "Administrative actions, and who may ask for them",
    "secure forms": "Credentials, handed over by a link that works once",
    "tickets": "Requests to the desk and all that belongs to them",
    "attachments": "Files, sent before the ticket or message that names them",
    "verbs": "What is done to a ticket; each is judged by the policy and answers the ticket",
    "queue": "What waits for a staff member, in the policy's order",
    "reports": "What happened, counted",
    "accounts": "Hosting customers, the people listed on them and the domains that they host",
    "contacts": "The people listed on an account",
    "quotes": "What work would cost: offered, agreed to, paid and settled",
    "inbound": "Mail and telephone",
    "monitoring": "What machines report",
    "notices": "Incidents and maintenance",
    "status": "The public status of a provider",
    "administration": "Resellers, staff and API clients",
    "webhooks": "Events, sent to a URL as they happen; what could not be delivered",
    "events": "The same events as a feed, in commit order",
    "pages": "Whom staff were called out for",
}
_READABLE: Final = r"^[^\x00-\x1f\x7f]*$"
_LISTED: Final = re.compile(r"^Listed_(\w+)_$")
_FAULT: Final[Document] = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer", "examples": ["/facts/topic"]},
        "code": {"type": "string", "examples": ["pattern"]},
        "message": {"type": "string", "examples": ["This must be one line."]},
    },
}
_PROBLEM: Final[Document] = {
    "title": "Problem",
    "description": "RFC 9457. Clients ignore members they do not know.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page about this code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["invalid"]},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
        "citations": {"type": "array", "items": {"type": "object"}, "description": "The clauses that decided."},
        "request_id": {"type": "string"},
    },
}


def document_of(app: FastAPI) -> Document:
    """Made anew at each call."""
    document = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    document["info"] |= {
        "description": _INTRODUCTION,
        "contact": {"name": "Whoever runs this desk"},
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }
    document["servers"] = [{"url": "/", "description": "This desk"}]
    told = {tag for operation in operations_in(document) for tag in operation["tags"]}
    document["tags"] = [{"name": tag, "description": f"{words}."} for tag, words in _TAGS.items() if tag in told]
    _tell_of_problems(document)
    for operation in operations_in(document):
        _tell_of_parameters(operation)
        _show(operation, example_of(operation["operationId"]))
    document["components"]["securitySchemes"]["basic"] = {
        "type": "http",
        "scheme": "basic",
        "description": "Id and secret of an API client",
    }
    describe(app, document)
    _name_lists(document)
    _prune(document)
    return document


def operations_in(document: Document) -> Iterator[Document]:
    return (operation for operations in document["paths"].values() for operation in operations.values())


def _tell_of_problems(document: Document) -> None:
    """One `default` answer on every operation instead of the framework's own 422."""
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= {"Problem": _PROBLEM, "ProblemError": _FAULT}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    document["components"]["responses"] = {
        "Problem": {"description": "What went wrong and what to do about it", "content": content}
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            answers = operation["responses"]
            if "HTTPValidationError" in str(answers.get("422")):
                del answers["422"]
            if path != TOKEN_PATH:
                answers.setdefault("default", {"$ref": "#/components/responses/Problem"})


def _tell_of_parameters(operation: Document) -> None:
    """One that is left out is left out: none of them is null, and none in a path or query has control characters."""
    for parameter in operation.get("parameters", ()):
        match parameter["schema"].pop("anyOf", []):
            case [only, {"type": "null"}]:
                parameter["schema"] |= only
            case several:
                parameter["schema"] |= {"anyOf": several} if several else {}
        schema = parameter["schema"]
        bare = schema.get("type") == "string" and not {"pattern", "format", "enum"} & schema.keys()
        if bare and parameter["in"] in ("path", "query"):
            schema["pattern"] = _READABLE


def _show(operation: Document, example: Document) -> None:
    """What it was asked and answered when that was recorded."""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        if "request" in example and kind.endswith(("/json", "+json", "urlencoded")):
            content["examples"] = {"recorded": {"value": example["request"]}}
    for status, value in example.get("responses", {}).items():
        for kind, content in operation["responses"].get(status, {}).get("content", {}).items():
            if "json" in kind:
                content["examples"] = {"recorded": {"value": value}}


def _name_lists(document: Document) -> None:
    """`Listed_Quote_` is called `QuoteList`, as clients made from the document then call it."""
    schemas = document["components"]["schemas"]
    named = {name: _LISTED.sub(r"\1List", name) for name in schemas}
    document["components"]["schemas"] = {
        named[name]: schema | {"title": named[name]} if named[name] != name else schema
        for name, schema in schemas.items()
    }
    for operation in operations_in(document):
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                if (listed := content.get("schema", {}).get("$ref", "").rpartition("/")[2]) in schemas:
                    content["schema"] = {"$ref": f"#/components/schemas/{named[listed]}"}


def _prune(node: Any) -> None:
    """A default that could not be sent is ours alone: what is left out of a patch stays as it is.

    Names by a pattern are the only names: `patternProperties` alone would let all others in.
    """
    if isinstance(node, list):
        for inner in node:
            _prune(inner)
    elif isinstance(node, dict):
        if node.get("default") == "" and (node.get("minLength", 0) > 0 or "format" in node):
            del node["default"]
        if isinstance(named := node.get("patternProperties"), dict) and len(named) == 1:
            [(pattern, values)] = node.pop("patternProperties").items()
            node["propertyNames"] = {**node.get("propertyNames", {}), "pattern": pattern}
            node["additionalProperties"] = values
        for inner in node.values():
            _prune(inner)
