"""Every operation shows what it was asked and answered, as its schemas have it."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from app.api.examples import example_of
from app.base.settings import Settings
from app.main import create_app

OPENAPI: dict[str, Any] = create_app(Settings()).openapi()
OPERATIONS = [one for operations in OPENAPI["paths"].values() for one in operations.values()]
UNRECORDED = {
    ("open_ticket", "200"): "A ticket that it was merged into looks like any other.",
    ("take_call", "200"): "A ticket that it was merged into looks like any other.",
    ("receive_mail", "200"): "A mail that comes again is answered as it was at first.",
}
"""Answers of the same shape as one that is shown."""


def shown(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its body and its good answers, as far as they are JSON."""
    answers = {status: answer for status, answer in operation["responses"].items() if status.startswith("2")}
    for place, part in {"body": operation.get("requestBody", {}), **answers}.items():
        for kind, content in part.get("content", {}).items():
            if kind.endswith(("/json", "+json", "urlencoded")):
                yield place, content


def test_nothing_is_without_an_example() -> None:
    missing = {
        (o["operationId"], place) for o in OPERATIONS for place, content in shown(o) if "examples" not in content
    }
    assert missing == UNRECORDED.keys(), "run `make records` and `make schema`"


def test_examples_are_what_the_schemas_say() -> None:
    examined = 0
    for operation in OPERATIONS:
        for place, content in shown(operation):
            validator = Draft202012Validator(content["schema"] | {"components": OPENAPI["components"]})
            for example in content.get("examples", {}).values():
                fault = best_match(validator.iter_errors(example["value"]))
                assert fault is None, f"{operation['operationId']} {place}: {fault.json_path} {fault.message[:300]}"
                examined += 1
    assert examined > len(OPERATIONS)


def test_an_operation_that_nobody_recorded_shows_nothing() -> None:
    assert example_of("none") == {}
