"""Parts of a policy said in words: conditions, hours, times, prices and what rules bring about."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.base.money import minor_units
from app.base.vocabulary import FeeKind
from app.policy.language.calendars import Calendar
from app.policy.language.document import Document
from app.policy.language.effects import Effect, FactReference
from app.policy.language.hours import WEEKDAYS, rest_of_day, week_of
from app.policy.language.model import words
from app.policy.language.prices import Fee
from app.policy.language.promises import Target
from app.policy.language.reading import Names
from app.policy.language.rules import CoverageEntry
from app.policy.pages.phrases import phrase

_COMPARED = ("gte", "gt", "lte", "lt")


class Phrasing:
    """Says the parts of one document in one language."""

    def __init__(self, document: Document, language: str) -> None:
        self.document = document
        self.language = language
        self._names = Names(document)

    def __call__(self, key: str, *parts: object) -> str:
        return phrase(key, self.language, *parts)

    def text(self, said: Any) -> str:
        return words(said, self.language, self.document.locale)

    def named(self, section: str, slug: str) -> str:
        """An entry's own name, else its slug as words."""
        entry = getattr(self.document, section).get(slug)
        return (entry is not None and self.text(entry.name)) or slug.replace("_", " ")

    def topic(self, slug: str) -> str:
        if slug == "*":
            return self("anything")
        topic = self.document.topics.get(slug)
        return (topic is not None and self.text(topic.names)) or self(f"term {slug}")

    # ── conditions ───────────────────────────────────────────────────────────
    def condition(self, predicate: Mapping[str, Any]) -> str:
        """The condition as one sentence's worth of words; `always` where it is empty."""
        said = [self._entry(key, wanted) for key, wanted in predicate.items()]
        return f" {self('and')} ".join(said) if said else self("always")

    def _entry(self, key: str, wanted: Any) -> str:
        match key:
            case "any" | "all":
                joined = f" {self('or' if key == 'any' else 'and')} ".join(self.condition(part) for part in wanted)
                return f"({joined})"
            case "not":
                return self("not", f"({self.condition(wanted)})")
            case "age" | "until":
                subject = self(key, self.fact(wanted["of"]))
                return self._compared(key, subject, {op: v for op, v in wanted.items() if op in _COMPARED})
            case _ if isinstance(wanted, Mapping):
                return self._compared(key, self.fact(key), wanted)
            case _:
                return self._is(key, wanted)

    def _is(self, key: str, wanted: Any, word: str = "is") -> str:
        if isinstance(wanted, bool):
            plain = wanted if word == "is" else not wanted
            return self.fact(key) if plain else self("not", self.fact(key))
        return self(word, self.fact(key), self._values(key, wanted))

    def _compared(self, key: str, subject: str, operators: Mapping[str, Any]) -> str:
        said = []
        for operator, operand in operators.items():
            match operator:
                case "exists":
                    said.append(self("known" if operand else "unknown", subject))
                case "not":
                    said.append(self._is(key, operand, "is_not"))
                case "in" | "not_in":
                    said.append(self(operator, subject, operand))
                case _:
                    said.append(self(operator, subject, operand))
        return f" {self('and')} ".join(said)

    def fact(self, name: str) -> str:
        return self(f"term {name}")

    def _values(self, key: str, wanted: Any) -> str:
        kind = self._names.type_of(key)
        listed = wanted if isinstance(wanted, list | tuple) else (wanted,)
        said = [self.topic(v) if kind == "topic" else self._value(key, v) for v in listed]
        return self.listed(said, "or")

    def _value(self, key: str, value: Any) -> str:
        section = {"channel": "channels", "department": "departments", "priority": "priorities", "product": "products"}
        if key in section and isinstance(value, str):
            return self.named(section[key], value)
        return "—" if value is None else self(f"term {value}") if isinstance(value, str) else str(value)

    def listed(self, said: Iterable[str], joined_by: str = "and") -> str:
        every = list(said)
        return f" {self(joined_by)} ".join([", ".join(every[:-1]), every[-1]]) if len(every) > 1 else "".join(every)

    # ── hours and times ──────────────────────────────────────────────────────
    def hours(self, calendar: Calendar) -> str:
        """The week, with days of the same hours together."""
        if calendar.open == "always":
            return "24×7"
        week = week_of(calendar, self.document.calendars)
        runs: list[tuple[str, str, str]] = []
        for day in WEEKDAYS:
            times = ", ".join(f"{start}–{end}" for start, end in week[day])
            if times and runs and runs[-1][2] == times and WEEKDAYS.index(runs[-1][1]) + 1 == WEEKDAYS.index(day):
                runs[-1] = (runs[-1][0], day, times)
            elif times:
                runs.append((day, day, times))
        spans = (f"{self(a)}–{self(b)} {t}" if a != b else f"{self(a)} {t}" for a, b, t in runs)
        return "; ".join((*spans, *self._other_hours(calendar)))

    def _other_hours(self, calendar: Calendar) -> Iterator[str]:
        """Hours of holidays and of single dates."""
        other = self.document.calendars.get(calendar.outside or "")
        sets, times = (calendar.holidays, calendar.on_holidays)
        if other is not None:
            sets, times = other.holidays, tuple(rest_of_day(other.on_holidays))
        named = [(self("holidays_of", name), times) for name in sets]
        for day, hours in (*named, *((day.isoformat(), hours) for day, hours in calendar.dated.items())):
            if hours:
                yield f"{day} {', '.join(f'{start}–{end}' for start, end in hours)}"

    def closed_on(self, calendar: Calendar) -> list[str]:
        """The dates on which it is closed, beside the week."""
        holidays = () if calendar.on_holidays else calendar.holidays
        dates = (*calendar.extra, *(day for day, hours in calendar.dated.items() if not hours))
        return [*(self("holidays_of", name) for name in holidays), *(day.isoformat() for day in dates)]

    def duration(self, length: timedelta) -> str:
        seconds = int(length.total_seconds())
        if seconds and seconds % 86_400 == 0:
            days = seconds // 86_400
            return self("one_day") if days == 1 else self("days", days)
        if seconds and seconds % 3_600 == 0:
            return f"{seconds // 3_600} h"
        return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"

    def target(self, target: Target) -> str:
        length = self.duration(target.max) if target.max is not None else target.n or ""
        said = self(target.kind, length, (target.calendar or "").replace("_", " "))
        if target.due_at == "opening":
            said += f", {self('by_opening')}"
        if target.receipt_counts:
            said += f", {self('receipt_counts')}"
        if target.min is not None:
            said += f" ({self('usually_from', self.duration(target.min))})"
        return said

    # ── money ────────────────────────────────────────────────────────────────
    def amount(self, amount: Decimal, currency: str) -> str:
        digits = max(minor_units(currency), -int(amount.normalize().as_tuple().exponent))
        return f"{amount:.{digits}f} {currency}"

    def fee(self, fee: Fee) -> str:
        currency = fee.currency or self.document.currency
        price = self.amount(fee.amount, currency) if fee.amount is not None else ""
        match fee.kind:
            case FeeKind.HOURLY if price and fee.per is not None:
                said = [self("per", price, self.duration(fee.per))]
            case FeeKind.FLAT_UNTIL if price and fee.threshold is not None:
                said = [self("up_to", price, self.duration(fee.threshold))]
            case FeeKind.QUOTE:
                said = [self("by_quote")]
            case FeeKind.CONTRACT:
                said = [self("contract")]
            case FeeKind.OVERTIME:
                said = [self("overtime"), price]
            case _:
                said = [price]
        for step in fee.steps:
            stepped = " / ".join(self.amount(a, c) for c, a in ((currency, step.amount), *step.amounts.items()))
            if step.per is not None:
                stepped = self("per", stepped, self.duration(step.per))
            said.append(self("up_to", stepped, self.duration(step.up_to)) if step.up_to is not None else stepped)
        said += [f"{self.text(part.text)} {self.amount(part.amount, currency)}" for part in fee.parts]
        said += [self.amount(amount, code) for code, amount in fee.amounts.items()]
        for band in fee.bands:
            own = self.amount(band.amount, currency) if band.amount is not None else self("times", band.times or 1)
            said.append(self("in_hours", own, band.calendar.replace("_", " ")))
        return "; ".join(part for part in said if part)

    def terms(self, fee: Fee) -> str:
        said = []
        if fee.minimum is not None:
            said.append(self("minimum", self.duration(fee.minimum)))
        if fee.block is not None:
            said.append(self("block", self.duration(fee.block)))
        if fee.consent == "required":
            said.append(self("signed" if fee.consent_form == "signature" else "consent"))
        if fee.payment.timing == "prepay":
            said.append(self("prepaid"))
        if fee.tax != "unstated":
            said.append(self(f"tax_{fee.tax}"))
        if fee.indicative:
            said.append(self("indicative"))
        return "; ".join(said)

    # ── coverage and rules ───────────────────────────────────────────────────
    def coverage(self, entry: CoverageEntry) -> str:
        said = self(entry.status.value)
        if entry.fee is not None:
            said += f" ({self.named('fees', entry.fee)})"
        if entry.allowance is not None:
            said = self("at_first", self.named("allowances", entry.allowance), said)
        return f"{said}, {self('strictly')}" if entry.strict else said

    def effect(self, effect: Effect) -> str:
        """What a rule brings about, as `do` and its members."""
        members = effect.model_dump(exclude_unset=True, exclude={"do"}, mode="json")
        said = [f"{name} {plain(value)}" for name, value in members.items() if name != effect.do]
        head = effect.do.replace("_", " ")
        own = members.get(effect.do)
        return " ".join([head if own is None else f"{head} {plain(own)}", *([f"({', '.join(said)})"] if said else [])])


def plain(value: Any) -> str:
    """A stated value as words, without the brackets of data."""
    if isinstance(value, FactReference):
        return value.fact
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {plain(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
