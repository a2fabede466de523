"""When something happened, as people say it: by date, by clock, or so long ago."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_CLOCK = re.compile(
    r"\b(?P<hour>2[0-3]|[01]?\d) ?(?:[:h] ?(?P<minute>[0-5]\d)|h(?:rs?|oras?|eures?)?\b)? ?(?P<half>[ap]\.?m\b)?"
)
_AT = r"(?:at|around|about|since|from|by|a|as|vers|depuis|des|por volta das?|desde as?|desde)"
# What these match follows something that is no letter, which is found sooner than the edge of a word.
_AT_CLOCK = re.compile(
    rf"\W{_AT} (?:les |as )?(?:about )?(?P<clock>\d{{1,2}} ?(?:[:h] ?\d\d|h\b|hrs?\b|heures?\b|horas?\b|[ap]\.?m\b))"
)
_DATED = re.compile(
    r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?:[t ](?P<hour>\d\d):(?P<minute>\d\d)(?::\d\d)?)?"
)
_DAYS_AGO = (
    (2, re.compile(r"\W(?:day before yesterday|avant-hier|anteontem)\b")),
    (1, re.compile(r"\W(?:yesterday|last night|hier|cette nuit|ontem)\b")),
    (0, re.compile(r"\W(?:today|this (?:morning|afternoon)|aujourd'hui|ce matin|cet apres-midi|hoje|esta manha)\b")),
)
_DAYS = (
    *("yesterday", "last night", "today", "this ", "hier", "cette nuit", "aujourd'hui", "ce matin", "cet apres-midi"),
    *("ontem", "hoje", "esta manha"),
)
"""One of these is in whatever names a day."""
_COUNTS = {"an": 1, "un": 1, "une": 1, "um": 1, "uma": 1, "two": 2, "deux": 2, "duas": 2, "dois": 2}
_COUNTS |= {"three": 3, "trois": 3, "tres": 3}
_COUNT = rf"\d{{1,3}}|{'|'.join(_COUNTS)}"
_UNIT = r"minutes?|minutos?|hours?|heures?|horas?|days?|jours?|dias?"
_LIKE_A_CLOCK = re.compile(r"\d ?[:hap]")
"""What is in whatever tells the time."""
_BEFORE = 40
"""No more characters of what tells it stand before."""
_SINCE_NOW = re.compile(
    rf"\W(?:(?P<count>{_COUNT}) (?P<unit>{_UNIT}) (?:ago|atras)"
    rf"|(?:il y a|ha|faz|since|for|depuis) (?:about |environ |cerca de )?(?P<count2>{_COUNT}) (?P<unit2>{_UNIT}))\b"
)


def when(text: str, received_at: datetime, zone: tzinfo, *, figures: bool, spans: bool) -> datetime | None:
    """The first time that folded text tells exactly enough; never later than the receipt.

    `figures`: whether there are any; `spans`: whether it may be said how long ago something was.
    """
    clocked = _LIKE_A_CLOCK.search(text) if figures else None
    dated = _DATED.search(text, year) if figures and (year := text.find("20")) >= 0 else None
    if not (spans or clocked or dated):
        return None
    local = received_at.astimezone(zone)
    found: datetime | None = None
    after = f"\n{text}"
    if dated and dated.group("hour"):
        found = _instant(dated, zone)
    elif ago := _SINCE_NOW.search(after) if spans else None:
        found = local - _span(ago)
    else:
        clock = _AT_CLOCK.search(after, max(0, clocked.start() - _BEFORE)) if clocked else None
        if clock and (at := _clock(clock.group("clock"))) is not None:
            named = any(map(after.__contains__, _DAYS))
            days = next((days for days, pattern in _DAYS_AGO if named and pattern.search(after)), None)
            found = datetime.combine(local.date() - timedelta(days or 0), at, zone)
            if days is None and found > local:
                found -= timedelta(1)
        elif dated:
            found = _instant(dated, zone)
    if found is None or found > local:
        return None
    return found.astimezone(UTC)


def _instant(dated: re.Match[str], zone: tzinfo) -> datetime | None:
    try:
        day = date(int(dated.group("year")), int(dated.group("month")), int(dated.group("day")))
        return datetime.combine(day, time(int(dated.group("hour") or 0), int(dated.group("minute") or 0)), zone)
    except ValueError:
        return None


def _span(ago: re.Match[str]) -> timedelta:
    count = ago.group("count") or ago.group("count2")
    unit = (ago.group("unit") or ago.group("unit2"))[0]
    number = int(count) if count.isdigit() else _COUNTS[count]
    return (
        timedelta(minutes=number)
        if unit == "m"
        else timedelta(days=number)
        if unit in "dj"
        else timedelta(hours=number)
    )


def _clock(words: str) -> time | None:
    found = _CLOCK.match(words)
    if not found:
        return None
    hour, half = int(found.group("hour")), (found.group("half") or "")[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(found.group("minute") or 0))
