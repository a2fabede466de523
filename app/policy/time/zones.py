"""Local wall time of an IANA zone turned into UTC, over a bounded span of dates."""

from bisect import bisect_right
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_WIDEST_OFFSET = DAY  # no zone was ever a whole day away from UTC


class _Piece(NamedTuple):
    """A span of UTC seconds during which the zone keeps one offset."""

    start: int
    end: int
    offset: int


def midnight(ordinal: int) -> int:
    """Wall seconds at the start of a date given by its ordinal."""
    return (ordinal - _EPOCH_ORDINAL) * DAY


class LocalTime:
    """Wall seconds (as if the wall clock were UTC) to UTC seconds.

    A wall time that a zone skips is the instant of the skip. One that it shows twice is the first of the two for an
    opening and the second for a closing, so that an interval never loses the hour it is meant to hold.
    """

    def __init__(self, zone: str, first: date, last: date) -> None:
        self._pieces = _pieces(zone, first.toordinal(), last.toordinal())
        self._starts = [piece.start for piece in self._pieces]

    def opening(self, wall: int) -> int:
        """The first instant at which the wall clock shows `wall` or later."""
        index = max(bisect_right(self._starts, wall - _WIDEST_OFFSET) - 1, 0)
        while True:
            piece = self._pieces[index]
            instant = max(piece.start, wall - piece.offset)
            if instant < piece.end:
                return instant
            index += 1

    def closing(self, wall: int) -> int:
        """The instant after which the wall clock never again shows less than `wall`."""
        index = bisect_right(self._starts, wall + _WIDEST_OFFSET) - 1
        while True:
            piece = self._pieces[index]
            instant = wall - piece.offset
            if instant > piece.start:
                return min(instant, piece.end)
            index -= 1


@lru_cache(maxsize=64)
def local_time(zone: str, first: date, last: date) -> LocalTime:
    """One table per zone and span, shared by all calendars that keep it."""
    return LocalTime(zone, first, last)


def _pieces(zone: str, first: int, last: int) -> list[_Piece]:
    """Looks at the offset once a day and searches the second of each change; a margin covers zones far from UTC."""
    info = ZoneInfo(zone)
    at, end = midnight(first - 3), midnight(last + 4)
    start, offset, pieces = at, _offset(info, at), []
    while at < end:
        following = at + DAY
        changed = _offset(info, following)
        if changed != offset:
            change = _second_of_change(info, at, following)
            pieces.append(_Piece(start, change, offset))
            start, offset = change, changed
        at = following
    return [*pieces, _Piece(start, end + DAY, offset)]


def _offset(info: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, UTC).astimezone(info).utcoffset()
    assert offset is not None
    return offset.days * DAY + offset.seconds


def _second_of_change(info: ZoneInfo, before: int, after: int) -> int:
    """The first second in (before, after] that has the offset of `after`."""
    offset = _offset(info, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(info, middle) == offset:
            after = middle
        else:
            before = middle
    return after
