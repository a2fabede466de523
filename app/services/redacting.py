"""Secrets in what somebody sends: struck out before anything reads it, decides by it or stores it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel

from app.base.pointers import pointer
from app.base.vocabulary import Asserter
from app.policy.compile import CompiledPolicy
from app.services.facts import state
from app.triage.redaction import likely, redact

CREDENTIALS_IN_BODY: Final = "credentials_in_body"
"""The fact that the desk itself states of such a text."""
_WRITTEN: Final = ("subject", "title", "body", "facts", "note", "reason")

Body = TypeVar("Body", bound=BaseModel)
Redactions = Sequence[Mapping[str, Any]]
"""For each place what was struck out there: `{"pointer": "/body", "kinds": ["password"]}`."""


@dataclass(slots=True)
class Clean(Generic[Body]):
    """Nobody changes one."""

    body: Body
    redacted: Redactions = ()


def without_secrets(body: Body) -> Clean[Body]:
    """The request as the desk takes it: what its writer put in their own words, without passwords, keys and cards."""
    said = vars(body)
    written = {name: value for name in _WRITTEN if (value := said.get(name))}
    if not likely("\n".join(_texts(written.values(), []))):
        return Clean(body)
    struck, places = dict[str, Any](), list[Mapping[str, Any]]()
    for name, value in written.items():
        clean = value_without_secrets(value, f"/{name}", places)
        if clean is not value:
            struck[name] = clean
    return Clean(body.model_copy(update=struck), places) if places else Clean(body)


def _texts(values: Iterable[Any], found: list[str]) -> list[str]:
    """Those in which something may be struck out, after what is found already."""
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            _texts(value.values(), found)
        elif isinstance(value, list):
            _texts(value, found)
    return found


def value_without_secrets(value: Any, place: str, places: list[Mapping[str, Any]]) -> Any:
    """The same object where there was nothing; else a copy, and `places` tells where."""
    if isinstance(value, str):
        found = redact(value)
        if not found.kinds:
            return value
        places.append({"pointer": place, "kinds": list(dict.fromkeys(found.kinds))})
        return found.text
    if isinstance(value, Mapping | list):
        before = len(places)
        inner = [(key, value_without_secrets(v, place + pointer(str(key)[:64]), places)) for key, v in _inside(value)]
        if len(places) > before:
            return dict(inner) if isinstance(value, Mapping) else [v for _, v in inner]
    return value


def reason_without_secrets(reason: str | None) -> str | None:
    """What somebody gives as a reason, as it may be kept."""
    return redact(reason).text if reason is not None else None


def _inside(value: Mapping[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    return iter(value.items()) if isinstance(value, Mapping) else enumerate(value)


def with_redactions(view: dict[str, Any], redacted: Redactions) -> dict[str, Any]:
    """The answer says what was struck out; where nothing was, it says nothing of it."""
    return {**view, "redacted": list(redacted)} if redacted else view


def noticed(policy: CompiledPolicy, redacted: Redactions) -> dict[str, Any]:
    """What the desk itself asserts of a text in which secrets stood, where the policy has a word for it."""
    if not redacted or CREDENTIALS_IN_BODY not in policy.document.facts:
        return {}
    return state(policy, {CREDENTIALS_IN_BODY: True}, {Asserter.SYSTEM}).asserted
