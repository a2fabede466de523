"""A service with every fault that the attack looks for, so that an attack that finds nothing is known to look."""

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any, Final, Self

PLANTED: Final = frozenset(
    {
        "ServerError",
        "UndefinedStatusCode",
        "UndefinedContentType",
        "JsonSchemaError",
        "AcceptedNegativeData",
        "RejectedPositiveData",
        "MissingHeaderNotRejected",
        "UnsupportedMethodResponse",
        "IgnoredAuth",
        "ObjectLevelAuthorizationViolation",
        "UseAfterFree",
        "CustomFailure",
    }
)
"""What Schemathesis calls each of them."""
_USERS: Final = {"plutus": "token-of-plutus", "mexxus": "token-of-mexxus"}
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[a-z]+$"}


class FaultyService:
    """Things can be made, read and taken away, each of them badly."""

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Faulty)
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def users(self) -> Mapping[str, str]:
        return _USERS

    @property
    def document(self) -> dict[str, Any]:
        return _document()


class _Faulty(BaseHTTPRequestHandler):
    things: Final[dict[str, Any]] = {}
    numbers: Final = count(1)
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            asked = json.loads(text or b"{}")
        except ValueError:
            asked = {}
        name = asked.get("name") if isinstance(asked, dict) else None
        if isinstance(name, str) and name.startswith("z"):
            self._answer(500, {})
        elif isinstance(name, str) and name.startswith("y"):
            self._answer(418, {})
        elif isinstance(name, str) and name.startswith("x"):
            self._answer(422, {"errors": [{"pointer": "/name", "code": "pattern", "message": "No x."}]})
        elif isinstance(name, str) and name.startswith("w"):
            self._answer(410, {})
        else:
            number = str(next(self.numbers))
            self.things[number] = {"id": number, "name": name, "owner": self.headers.get("authorization")}
            self._answer(201, self.things[number], {"Location": f"/things/{number}"})

    def do_GET(self) -> None:
        whose = self.headers.get("authorization")
        if self.path.startswith("/things/") and (whose or "").removeprefix("Bearer ") not in _USERS.values():
            self._answer(401, {})
        elif self.path.startswith("/things/"):
            known = self.things.get(self.path.rpartition("/")[2])
            self._answer(200 if known else 404, known or {})
        else:
            mine = [thing for thing in self.things.values() if thing["owner"] == whose]
            self._answer(200, mine[-3:], kind="application/vnd.other+json")

    def do_DELETE(self) -> None:
        self._answer(204 if self.path.rpartition("/")[2] in self.things else 404, None)

    def do_PUT(self) -> None:
        self._answer(200, {})

    do_PATCH = do_TRACE = do_OPTIONS = do_PUT  # noqa: N815 - as the library calls them

    def _answer(
        self, status: int, value: Any, headers: Mapping[str, str] | None = None, kind: str = "application/json"
    ) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """It keeps to itself."""


def _document() -> dict[str, Any]:
    thing = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string"}, "name": _NAME, "owner": {"type": "string"}},
    }
    path = {"in": "path", "name": "thing", "required": True, "schema": {"type": "string"}}
    version = {"in": "header", "name": "X-Needed", "required": True, "schema": {"type": "string", "maxLength": 9}}

    def answers(*statuses: int, schema: Any = None) -> dict[str, Any]:
        content = {"application/json": {"schema": schema or {}}}
        return {
            str(status): {"description": "-", **({"content": content} if status != 204 else {})} for status in statuses
        }

    body = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": {"name": _NAME}}
    listed = {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    made = {
        "operationId": "make_thing",
        "parameters": [version],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": answers(201, schema={"$ref": "#/components/schemas/Thing"}) | answers(410, 422),
    }
    read = answers(200, schema={"$ref": "#/components/schemas/Thing"}) | answers(401, 404)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Faulty", "version": "1"},
        "security": [{"bearer": []}],
        "components": {
            "schemas": {"Thing": thing},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "paths": {
            "/things": {"post": made, "get": {"operationId": "list_things", "responses": answers(200, schema=listed)}},
            "/things/{thing}": {
                "parameters": [path],
                "get": {"operationId": "read_thing", "responses": read},
                "delete": {"operationId": "take_thing", "responses": answers(204, 404)},
            },
        },
    }
