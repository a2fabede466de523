"""Whether prices, allowances and credits have what they need, and values that can be."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from app.policy.checks.completeness import unknown_name
from app.policy.language.currencies import CURRENCIES
from app.policy.language.prices import Allowance, Band, Fee, Part, Step
from app.policy.language.promises import Credit, Credits
from app.policy.language.reading import Flaw, Names

FEE_NEEDS: dict[str, tuple[str, ...]] = {
    "fixed": ("amount",),
    "hourly": ("amount", "per"),
    "flat_until": ("amount", "threshold"),
    "steps": ("steps",),
}


def _fee(part: Fee) -> Iterator[Flaw]:
    stated = {name for name in part.model_fields_set if getattr(part, name) not in (None, (), {})}
    if stated & {"amounts", "parts"} or any(band.amount is not None for band in part.bands):
        stated.add("amount")
    for member in FEE_NEEDS.get(part.kind, ()):
        if member not in stated:
            message = f"A fee of kind `{part.kind}` needs `{member}`."
            yield Flaw((member,), "fee_incomplete", message, f"Add `{member}:` here, or choose another kind.")
    for member in ("per", "block"):
        length = getattr(part, member)
        if length is not None and not length:
            yield Flaw((member,), "out_of_range", f"`{member}` cannot be no time at all.", "Write one such as `PT60M`.")
    if part.bands and part.kind not in ("hourly", "fixed"):
        message = f"A fee of kind `{part.kind}` cannot have another price by the hour of the day."
        yield Flaw(("bands",), "unused_member", message, "Leave `bands` out, or make it `hourly` or `fixed`.")
    yield from _steps(part)


def _steps(part: Fee) -> Iterator[Flaw]:
    """Each step reaches further than the one before; only the last has no end, and that one counts by a length."""
    reached = timedelta(0)
    for index, step in enumerate(part.steps):
        last = index == len(part.steps) - 1
        if step.up_to is None and not last:
            message = "Only the last step can have no end."
            yield Flaw(("steps", index), "endless_step", message, "Add `up_to:` with a duration.")
        elif step.up_to is not None and step.up_to <= reached:
            message = "This step ends before the one before it."
            yield Flaw(("steps", index, "up_to"), "inverted_range", message, "Put the shorter one first.")
        if step.per is not None and not step.per:
            message = "`per` cannot be no time at all."
            yield Flaw(("steps", index, "per"), "out_of_range", message, "Write one such as `PT60M`.")
        reached = step.up_to or reached


def _priced(part: Fee | Part | Step | Band, _: Names) -> Iterator[Flaw]:
    for code in part.amounts:
        if code not in CURRENCIES:
            yield unknown_name(("amounts", code), "currency", code, CURRENCIES)
    if isinstance(part, Band) and part.times is not None and part.amount is not None:
        message = "A band has either a multiple or a price of its own."
        yield Flaw(("times",), "unused_member", message, "Keep `times` or `amount`.")


def _fee_and_prices(part: Fee, names: Names) -> Iterator[Flaw]:
    yield from _fee(part)
    yield from _priced(part, names)


def _allowance(part: Allowance, names: Names) -> Iterator[Flaw]:
    if (part.per == "rolling") != (part.span is not None):
        message = "A rolling allowance needs its `span`; no other has one."
        yield Flaw(("span",), "span_of_rolling", message, "Write one such as `P30D` with `per: rolling` alone.")
    if part.carry != "none" and part.per not in ("month", "year"):
        message = f"With `per: {part.per}` nothing is left over at the end of a period."
        yield Flaw(("carry",), "unused_member", message, "Leave `carry` out.")
    if part.year_from != 1 and part.per != "year":
        message = f"With `per: {part.per}` no year begins."
        yield Flaw(("year_from",), "unused_member", message, "Leave it out, or use `per: year`.")
    if part.draw.per is not None and (part.unit not in ("credits", "tickets") or not part.draw.per):
        message = "`draw.per` is the length of work that one credit or ticket stands for."
        yield Flaw(("draw", "per"), "unused_member", message, "Leave it out, or use `block` for rounding.")
    fact = part.grant.by_fact
    if fact is not None and names.type_of(fact) not in (None, "int", "decimal", "money"):
        yield Flaw(("grant", "by_fact"), "wrong_type", f"`{fact}` is no number.", "Name a fact of a number.")
    begun = part.grant.from_fact
    if begun is not None and part.per != "once":
        message = f"With `per: {part.per}` it is granted again and again, from the agreement on."
        yield Flaw(("grant", "from_fact"), "unused_member", message, "Leave it out, or use `per: once`.")
    if begun is not None and names.type_of(begun) not in (None, "instant"):
        yield Flaw(("grant", "from_fact"), "wrong_type", f"`{begun}` is no instant.", "Name a fact of an instant.")


def _shares(part: Credit | Credits, names: Names) -> Iterator[Flaw]:
    """Credits are shares of a fee that is known as a fact of money."""
    if names.type_of(part.of) != "money":
        message = f"`{part.of}` is no fact of money that a share could be taken of."
        yield Flaw(("of",), "unknown_fact", message, f"Declare `{part.of}: {{type: money}}` in `facts`.")
    given = [("rate", part.rate), ("cap", part.cap)] if isinstance(part, Credit) else []
    steps = part.steps if isinstance(part, Credits) else ()
    given += [(f"steps/{index}/credit", step.credit) for index, step in enumerate(steps)]
    for member, share in given:
        if share is not None and share > 1:
            yield Flaw(tuple(member.split("/")), "out_of_range", f"`{share}` is no share.", 'Write "0.10" for a tenth.')
    reached = [step.at_least for step in steps]
    if len(set(reached)) < len(reached):
        yield Flaw(("steps",), "same_step", "Two of the steps are reached at once.", "Leave one of them out.")


PRICE_CHECKS: dict[type[BaseModel], Callable[[Any, Names], Iterator[Flaw]]] = {
    Fee: _fee_and_prices,
    Part: _priced,
    Step: _priced,
    Band: _priced,
    Allowance: _allowance,
    Credit: _shares,
    Credits: _shares,
}
