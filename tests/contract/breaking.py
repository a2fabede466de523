"""What a change of the OpenAPI document breaks for those who call by the one that was released."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
METHODS = frozenset({"get", "put", "post", "patch", "delete"})
_LOWER_IS_NARROWER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_HIGHER_IS_NARROWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_FIXED = ("pattern", "format", "multipleOf", "uniqueItems")
_PROSE = frozenset({"description", "summary", "title", "example", "examples", "tags", "info", "servers"})


@dataclass(frozen=True)
class Break:
    """Something that worked and does not any more; the change log may own up to it by either name."""

    operation: str
    schema: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}{f' ({self.schema})' if self.schema else ''}: {self.what}"


def operations_of(document: Document) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (method, path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def promised(document: Document) -> dict[str, Any]:
    """The part of a document that callers rely on: no prose, and of the answers only the good ones."""
    schemas = {"schemas": document["components"]["schemas"]}
    bare: dict[str, Any] = _bare({"paths": document["paths"], "components": schemas})
    for operation in operations_of(bare).values():
        answers = operation["responses"]
        for status in [status for status in answers if not status.startswith("2")]:
            del answers[status]
    return bare


def _bare(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_bare(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    kept = {name: value for name, value in node.items() if names or name not in _PROSE}
    return {name: _bare(value, names=name in ("properties", "schemas", "paths")) for name, value in kept.items()}


def breaks(released: Document, present: Document) -> list[Break]:
    """Everything that a caller by the released document would stumble over."""
    now = operations_of(present)
    found: list[Break] = []
    for key, before in operations_of(released).items():
        if key not in now:
            found.append(Break(before["operationId"], "", f"{key[0].upper()} {key[1]} is gone"))
        else:
            found += _Comparison(released, present, before["operationId"]).operation(before, now[key])
    return list(dict.fromkeys(found))


def owned_up(changelog: str) -> frozenset[str]:
    """Names in `code` under the heading of breaking changes that are not released yet."""
    unreleased = changelog.partition("## Unreleased")[2].partition("\n## ")[0]
    return frozenset(re.findall(r"`(\w+)`", unreleased.partition("### Breaking changes")[2].partition("\n### ")[0]))


class _Comparison:
    """One operation as it was and as it is."""

    def __init__(self, released: Document, present: Document, operation: str) -> None:
        self._released, self._present = released, present
        self._operation = operation
        self._seen: set[tuple[bool, str, str]] = set()

    def operation(self, before: Document, after: Document) -> Iterator[Break]:
        if before["operationId"] != after["operationId"]:
            yield self._break("", f"it is called {after['operationId']} now")
        callers = set(before.get("x-callers", ())) - set(after.get("x-callers", ()))
        if callers and "x-callers" in after:
            yield self._break("", f"{', '.join(sorted(callers))} may not call it any more")
        yield from self._parameters(before, after)
        yield from self._body(before.get("requestBody"), after.get("requestBody"))
        for status, answer in before["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in after["responses"]:
                yield self._break("", f"it does not answer {status} any more")
                continue
            for kind, content in answer.get("content", {}).items():
                now = after["responses"][status].get("content", {}).get(kind)
                if now is None:
                    yield self._break("", f"it does not answer {kind} any more")
                else:
                    yield from self._schema(content.get("schema", {}), now.get("schema", {}), "the answer", given=False)

    def _parameters(self, before: Document, after: Document) -> Iterator[Break]:
        was = {(one["in"], one["name"].lower()): one for one in before.get("parameters", ())}
        now = {(one["in"], one["name"].lower()): one for one in after.get("parameters", ())}
        # What a path parameter is called is between the document and the programs made from it.
        for key in was.keys() - now.keys():
            yield self._break("", f"the {key[0]} parameter {key[1]} is gone")
        for key, parameter in now.items():
            if parameter.get("required") and not was.get(key, {}).get("required") and key[0] != "path":
                yield self._break("", f"the {key[0]} parameter {key[1]} is required now")
            if key in was:
                yield from self._schema(was[key]["schema"], parameter["schema"], f"parameter {key[1]}", given=True)

    def _body(self, before: Document | None, after: Document | None) -> Iterator[Break]:
        if before is None:
            if after is not None and after.get("required"):
                yield self._break("", "it needs a body now")
            return
        if after is None:
            yield self._break("", "it takes no body any more")
            return
        if after.get("required") and not before.get("required"):
            yield self._break("", "its body is required now")
        for kind, content in before["content"].items():
            if kind not in after["content"]:
                yield self._break("", f"it does not take {kind} any more")
            else:
                now = after["content"][kind].get("schema", {})
                yield from self._schema(content.get("schema", {}), now, "the body", given=True)

    def _schema(
        self, before: Document, after: Document, place: str, *, given: bool, inside: str = ""
    ) -> Iterator[Break]:
        """`given`: callers send it, so that it may only become wider; else they read it, and it may only narrow."""
        names = before.get("$ref", ""), after.get("$ref", "")
        if any(names):
            key = (given, *names)
            if all(names) and key in self._seen:
                return
            self._seen.add(key)
            inside = names[0].rpartition("/")[2] or inside
        was, now = _alternatives(self._released, before), _alternatives(self._present, after)
        narrow, wide = (was, now) if given else (now, was)
        for one in narrow:
            fitting = [list(self._narrower(one, other, place, given=given, inside=inside)) for other in wide]
            if not fitting or all(fitting):
                yield from min(fitting, key=len, default=[self._break(inside, f"{place} has another shape")])

    def _narrower(self, one: Document, other: Document, place: str, *, given: bool, inside: str) -> Iterator[Break]:
        """Why what fits `one` may not fit `other`."""
        kinds, others = _kinds(one), _kinds(other)
        if others and not (kinds and kinds <= others):
            yield self._break(inside, f"{place} is {_listed(others)}, not {_listed(kinds)}")
            return
        if given:
            # New values of an answer are nothing new to callers, who pass over those that they do not know.
            taken = set(map(str, other["enum"])) if "enum" in other else None
            if taken is not None and (lost := set(map(str, one.get("enum", ["anything"]))) - taken):
                yield self._break(inside, f"{place} does not take {_listed(lost)} any more")
            yield from self._bounds(one, other, place, inside)
        yield from self._members(one, other, place, given=given, inside=inside)
        if "items" in one and "items" in other:
            was, now = (one["items"], other["items"]) if given else (other["items"], one["items"])
            yield from self._schema(was, now, f"{place}[]", given=given, inside=inside)

    def _bounds(self, was: Document, now: Document, place: str, inside: str) -> Iterator[Break]:
        for name in _LOWER_IS_NARROWER:
            if name in now and now[name] < was.get(name, float("inf")):
                yield self._break(inside, f"{place}: {name} is {now[name]} now")
        for name in _HIGHER_IS_NARROWER:
            if name in now and now[name] > was.get(name, float("-inf")):
                yield self._break(inside, f"{place}: {name} is {now[name]} now")
        for name in _FIXED:
            if name in now and now[name] != was.get(name):
                yield self._break(inside, f"{place}: {name} is {now[name]} now")

    def _members(self, one: Document, other: Document, place: str, *, given: bool, inside: str) -> Iterator[Break]:
        was, now = (one, other) if given else (other, one)
        before, after = was.get("properties", {}), now.get("properties", {})
        gone = before.keys() - after.keys() if not given or now.get("additionalProperties") is False else ()
        for name in sorted(gone):
            yield self._break(inside, f"{place}.{name} is gone")
        required, due = set(was.get("required", ())), set(now.get("required", ()))
        for name in sorted((due - required if given else required - due) - set(gone)):
            yield self._break(inside, f"{place}.{name} is {'required' if given else 'not always there'} now")
        for name in before.keys() & after.keys():
            yield from self._schema(before[name], after[name], f"{place}.{name}", given=given, inside=inside)

    def _break(self, schema: str, what: str) -> Break:
        return Break(self._operation, schema, what)


def _alternatives(document: Document, schema: Document) -> list[Document]:
    """What it may be, each without references at its top."""
    if "$ref" in schema:
        return _alternatives(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return [one for part in schema[several] for one in _alternatives(document, part)]
    return [schema]


def _kinds(schema: Document) -> set[str]:
    kind = schema.get("type", [])
    kinds = {kind} if isinstance(kind, str) else set(kind)
    return kinds | {"integer"} if "number" in kinds else kinds


def _listed(words: set[str]) -> str:
    return ", ".join(sorted(words)) or "anything"
