"""Opening times as a document writes them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.policy.language.model import OneOrMore, Slug, Sourced

TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["08:30", "24:00"])]
Interval = tuple[TimeOfDay, TimeOfDay]
Days = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$")]


class Calendar(Sourced):
    """Opening times in a zone; intervals are half-open, 24:00 is the end of a day."""

    open: Literal["always"] | Mapping[Days, tuple[Interval, ...]] = {}
    """The hours of each weekday (`mon`, `mon-fri`); a day that is not named is closed."""
    outside: Slug | None = None
    """In place of all other members: open exactly when that calendar is closed, its holidays included."""
    tz: str | None = None
    """IANA zone; left out: the policy's; `account`: the customer's own."""
    holidays: Annotated[tuple[str, ...], OneOrMore] = ()
    """Names of holiday sets on whose dates it is closed, or has the hours of `on_holidays`."""
    on_holidays: tuple[Interval, ...] = ()
    """Hours on the dates of `holidays`; with `open` left out, a calendar of the holidays themselves."""
    extra: tuple[date, ...] = ()
    """Further dates on which it is closed."""
    dated: Mapping[date, tuple[Interval, ...]] = {}
    """Dates with opening times of their own, whatever the weekday or holiday: half days, every second Thursday."""
