"""How long clocks took that were met: read once, and then of the days that were counted anew since."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from app.db.figures import met_since
from app.db.pool import Database

_FOR_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OVERLAP: Final = timedelta(minutes=5)
"""Longer than a round of counting takes: what was counted first may be committed last."""

Group = tuple[str, str, str | None, str | None, int]
"""Provider, metric, priority, department, and the index of the bound that is not exceeded."""


@dataclass(slots=True)
class Spreading:
    """What has been read, day by day and in all."""

    database: Database
    _bounds: tuple[int, ...] = ()
    _since: datetime = _FOR_EVER
    _days: dict[tuple[str, date], dict[Group, tuple[int, int]]] = field(default_factory=dict)
    _counts: Counter[Group] = field(default_factory=Counter)
    _seconds: Counter[Group] = field(default_factory=Counter)

    async def read(self, bounds: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        """All that was met, by group: `count`, and `seconds` in the clocks' own time."""
        if tuple(bounds) != self._bounds:
            self._bounds, self._since = tuple(bounds), _FOR_EVER
            self._days, self._counts, self._seconds = {}, Counter(), Counter()
        days, rows = await met_since(self.database, self._since, bounds)
        found: dict[tuple[str, date], dict[Group, tuple[int, int]]] = defaultdict(dict)
        for row in rows:
            group = (row["provider"], row["metric"], row["priority"], row["department"], row["at"])
            found[row["provider"], row["day"]][group] = (row["count"], row["seconds"])
        for row in days:
            self._replace((row["provider"], row["day"]), found[row["provider"], row["day"]])
            self._since = max(self._since, row["counted_at"] - _OVERLAP)
        return self._told()

    def _replace(self, day: tuple[str, date], groups: dict[Group, tuple[int, int]]) -> None:
        for group, (count, seconds) in self._days.get(day, {}).items():
            self._counts[group] -= count
            self._seconds[group] -= seconds
        for group, (count, seconds) in groups.items():
            self._counts[group] += count
            self._seconds[group] += seconds
        self._days[day] = groups

    def _told(self) -> Iterator[Mapping[str, Any]]:
        for group, count in self._counts.items():
            provider, metric, priority, department, at = group
            yield {
                "provider": provider,
                "metric": metric,
                "priority": priority,
                "department": department,
                "at": at,
                "count": count,
                "seconds": self._seconds[group],
            }
