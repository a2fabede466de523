"""A document with the operator's settings applied to its values."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.base.pointers import pointer
from app.policy.language.faults import PolicyFault, PolicyFaults
from app.policy.language.model import Duration
from app.policy.language.patching import CannotChange, changed, found_at, put
from app.policy.language.reading import closest
from app.policy.language.settings import Closure, Settings

_DURATION: TypeAdapter[Any] = TypeAdapter(Duration)


class _Unfit(Exception):  # noqa: N818 - it reads as what happened
    """A choice that cannot be made, in words."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.words = (code, message, remedy)


def settle(raw: Mapping[str, Any], settings: Settings) -> tuple[dict[str, Any], dict[str, str]]:
    """The document's values under these settings, and for each assumption the value in force.

    `raw` is what loading expanded, and stays as it is. PolicyFaults (pointers into the settings) for choices that
    cannot be made. What comes out is to be checked again: two choices together may say what neither says alone.
    """
    assumptions: Mapping[str, Any] = raw.get("assumptions") or {}
    chosen = {id_: str(assumption["value"]) for id_, assumption in assumptions.items()}
    settled = _with_holidays(dict(raw), settings)
    faults: list[PolicyFault] = []
    for slug, added in settings.phrases.items():
        try:
            settled = _with_phrases(settled, slug, added)
        except _Unfit as unfit:
            faults.append(PolicyFault(pointer("phrases", slug), None, *unfit.words))
    # All alternatives before all values: one may remove the place that another fills, whatever the order of the ids.
    for step in (_reading, _own_value):
        for id_, value in settings.assumptions.items():
            try:
                settled = step(settled, id_, value, assumptions)
                chosen[id_] = value
            except _Unfit as unfit:
                faults.append(PolicyFault(pointer("assumptions", id_), None, *unfit.words))
    for index, closure in enumerate(settings.closures):
        try:
            settled = _closed(settled, closure)
        except _Unfit as unfit:
            faults.append(PolicyFault(pointer("closures", index, "calendars"), None, *unfit.words))
    if faults:
        raise PolicyFaults(list(dict.fromkeys(faults)))
    return settled, chosen


def without_effect(raw: Mapping[str, Any], settings: Settings) -> list[PolicyFault]:
    """Chosen readings that the document describes and does not write out: to settle one would decide nothing."""
    assumptions: Mapping[str, Any] = raw.get("assumptions") or {}
    remedy = "Leave it out, or publish a version that writes out what it `changes`, where the language can say it."
    return [
        PolicyFault(
            pointer("assumptions", id_),
            None,
            "changes_nothing",
            f"`{value}` is described for `{id_}`, but the policy does not say what it changes.",
            remedy,
        )
        for id_, value in settings.assumptions.items()
        if (alternative := (assumptions.get(id_, {}).get("alternatives") or {}).get(value)) is not None
        and value != str(assumptions[id_]["value"])
        and changes_nothing(raw, alternative)
    ]


def changes_nothing(raw: Mapping[str, Any], alternative: Mapping[str, Any]) -> bool:
    """Whether the document would be the same under this reading."""
    try:
        return bool(changed(raw, alternative.get("changes") or {}) == raw)
    except CannotChange:
        return False


def _assumption(id_: str, assumptions: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = assumptions.get(id_)
    if found is None:
        remedy = closest(id_, assumptions, "Name one that the policy lists.")
        raise _Unfit("unknown_assumption", f"The policy has no assumption `{id_}`.", remedy)
    if found.get("overridable") is False:
        raise _Unfit("not_overridable", f"`{id_}` is not the operator's to choose.", "Leave it out.")
    return found


def _reading(raw: dict[str, Any], id_: str, value: str, assumptions: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of an alternative that was chosen by its name."""
    alternative = (_assumption(id_, assumptions).get("alternatives") or {}).get(value)
    if alternative is None:
        return raw
    try:
        after: dict[str, Any] = changed(raw, alternative.get("changes") or {})
    except CannotChange as problem:
        raise _Unfit("bad_change", problem.message, "Another choice has taken that entry away.") from None
    return after


def _own_value(raw: dict[str, Any], id_: str, value: str, assumptions: Mapping[str, Any]) -> dict[str, Any]:
    """A value of the operator's own at every place that the assumption names."""
    assumption = _assumption(id_, assumptions)
    alternatives = assumption.get("alternatives") or {}
    if value in alternatives or value == str(assumption["value"]):
        return raw
    accepts = assumption.get("accepts")
    if accepts is None:
        known = [str(assumption["value"]), *alternatives]
        listed = ", ".join(f"`{name}`" for name in known)
        message = f"`{value}` is no reading of `{id_}`."
        raise _Unfit("unknown_alternative", message, closest(value, known, f"Choose one of {listed}."))
    new = _typed(value, accepts["type"], raw)
    for place in accepts["at"]:
        listed_there = accepts["type"] == "holiday_set" and isinstance(found_at(raw, place), list)
        try:
            raw = put(raw, place, [new] if listed_there else new)
        except CannotChange as problem:
            raise _Unfit("bad_place", problem.message, "Another choice has taken that place away.") from None
    return raw


def _typed(value: str, kind: str, raw: Mapping[str, Any]) -> Any:
    match kind:
        case "amount":
            return format(_number(value, kind, at_least=0), "f")
        case "share":
            return format(_number(value, kind, at_least=0, at_most=1), "f")
        case "number":
            number = _number(value, kind)
            return int(number) if number == number.to_integral_value() else format(number, "f")
        case "duration":
            try:
                _DURATION.validate_python(value)
            except ValidationError:
                raise _Unfit("bad_value", f"`{value}` is no duration.", "Write one such as `PT15M` or `P2D`.") from None
            return value
        case "holiday_set":
            known = raw.get("holidays") or {}
            if value not in known:
                remedy = closest(value, known, "Give its dates in `holidays` of these settings.")
                raise _Unfit("unknown_holiday_set", f"There is no holiday set `{value}`.", remedy)
            return value
        case _:
            return value


def _number(value: str, kind: str, *, at_least: int | None = None, at_most: int | None = None) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _Unfit("bad_value", f"`{value}` is no {kind}.", 'Write digits with a point, such as "0.05".') from None
    places = number.as_tuple().exponent
    if not isinstance(places, int) or abs(number) >= 10**10 or not -9 <= places <= 10:
        raise _Unfit("bad_value", f"`{value}` is no {kind}.", 'Write digits with a point, such as "0.05".')
    if (at_least is not None and number < at_least) or (at_most is not None and number > at_most):
        bounds = f"at least {at_least}" + (f" and at most {at_most}" if at_most is not None else "")
        raise _Unfit("out_of_range", f"`{value}` is out of range.", f"Write a number of {bounds}.")
    return number


def _with_holidays(raw: dict[str, Any], settings: Settings) -> dict[str, Any]:
    if not settings.holidays:
        return raw
    own = {name: [str(day) for day in dates] for name, dates in settings.holidays.items()}
    return {**raw, "holidays": {**(raw.get("holidays") or {}), **own}}


def _with_phrases(raw: dict[str, Any], slug: str, added: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    topics = raw.get("topics") or {}
    if slug not in topics:
        message = f"The policy has no topic `{slug}`."
        raise _Unfit("unknown_topic", message, closest(slug, topics, "Name one that the policy lists."))
    topic = topics[slug] or {}
    phrases = {**(topic.get("phrases") or {})}
    for tag, own in added.items():
        phrases[tag] = list(dict.fromkeys([*phrases.get(tag, ()), *own]))
    return {**raw, "topics": {**topics, slug: {**topic, "phrases": phrases}}}


def _closed(raw: dict[str, Any], closure: Closure) -> dict[str, Any]:
    calendars = raw.get("calendars") or {}
    for name in closure.calendars:
        if name not in calendars:
            message = f"There is no calendar `{name}`."
            raise _Unfit("unknown_calendar", message, closest(name, calendars, "Name one that the policy lists."))
    day = str(closure.date)
    named = closure.calendars or [name for name, calendar in calendars.items() if calendar["open"] != "always"]
    closed = {name: _without(calendars[name], day) for name in named}
    return {**raw, "calendars": {**calendars, **closed}}


def _without(calendar: Mapping[str, Any], day: str) -> dict[str, Any]:
    after = {**calendar, "extra": sorted({*(calendar.get("extra") or []), day})}
    if "dated" in calendar:
        after["dated"] = {date: times for date, times in (calendar["dated"] or {}).items() if date != day}
    return after
