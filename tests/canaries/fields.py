"""Every place of a request in which a caller may write something of their own, and what sort of thing stands there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.api.walking import Operation

Pointer = tuple[str, ...]
SECRET, PERSONAL, WORDS, NAMES = "secret", "personal", "words", "names"

_SECRETS = frozenset({"content", "client_secret", "link", "subject_token"})
_PERSONAL = frozenset({"email", "user", "phone", "login", "agreed_with", "vip", "first_name", "account_username"})
_OF_PEOPLE = frozenset({"add_contact", "change_contact", "create_staff", "change_staff", "create_account"})
_BY_FORM = frozenset({"date-time", "date", "uuid", "binary"})
_FACTS = ("first_name", "account_username", "error_message", "nobody_knows")
_LONG = 65_536


@dataclass(frozen=True)
class Field:
    """One place of an operation's body: `("sender", "name")`; `0` stands for the entry of a list."""

    operation: str
    pointer: Pointer
    schema: Mapping[str, Any]
    given_kind: str | None = None
    """Where its name does not tell."""

    def __str__(self) -> str:
        return f"{self.operation} /{'/'.join(self.pointer)}"

    def as_kind(self, kind: str) -> "Field":
        return replace(self, given_kind=kind)

    def as_secret_within(self) -> "Field":
        """A password that somebody writes into their words."""
        return replace(self, pointer=(*self.pointer, "(a password)"), given_kind=SECRET)

    @property
    def telephone(self) -> bool:
        return str(self.schema.get("pattern", "")).startswith("^\\+?[0-9][")

    @property
    def kind(self) -> str:
        if self.given_kind is not None:
            return self.given_kind
        name = next(part for part in reversed(self.pointer) if part != "0")
        if name in _SECRETS and self.operation != "report_event":
            return SECRET
        person = name == "name" and (self.pointer[0] in ("sender", "caller") or self.operation in _OF_PEOPLE)
        if person or name in _PERSONAL:
            return PERSONAL
        return WORDS if self.schema.get("maxLength") == _LONG or name in ("subject", "error_message") else NAMES

    def holding(self, marker: str) -> str:
        """A value that the field takes, with the marker in it."""
        if self.schema.get("format") == "email":
            return f"{marker}@leak.example"
        pattern = self.schema.get("pattern", "")
        if pattern.startswith("^https?"):
            return f"https://billing.example/{marker}"
        if "\\." in pattern and "253" in str(self.schema.get("maxLength")):
            return f"{marker}.example"
        return marker


def fields_of(operation: Operation, components: Mapping[str, Any]) -> list[Field]:
    """Of a JSON or form body, by the document; what has one form only, such as an instant, holds nobody's words."""
    content = operation.told.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = next(
        (told.get("schema", {}) for kind, told in content.items() if "csv" not in kind), {}
    )
    found = {pointer: leaf for pointer, leaf in _leaves(schema, (), components) if leaf.get("format") not in _BY_FORM}
    return [Field(operation.id, pointer, leaf) for pointer, leaf in found.items()]


def _leaves(schema: Mapping[str, Any], at: Pointer, known: Mapping[str, Any]) -> Iterator[tuple[Pointer, Any]]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _leaves(choice, at, known)
    for name, inner in schema.get("properties", {}).items():
        yield from _leaves(inner, (*at, name), known)
    if schema.get("type") == "array":
        yield from _leaves(schema.get("items", {}), (*at, "0"), known)
    elif schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        yield at, schema
    elif schema.get("additionalProperties") and at:
        for name in _FACTS if at[-1] == "facts" else ("marked",):
            yield (*at, name), {"type": "string"}


def put(body: Any, pointer: Pointer, value: str) -> Any:
    """The body with this value in that place."""
    if not pointer:
        return value
    first, *rest = pointer
    if first == "0":
        entry, *others = body if isinstance(body, list) and body else [None]
        return [put(entry, tuple(rest), value), *others]
    inner = body if isinstance(body, Mapping) else {}
    return {**inner, first: put(inner.get(first), tuple(rest), value)}
