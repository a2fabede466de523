"""Writes the library's holiday sets: dates resolved once, so that no decision ever looks anything up."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import holidays
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "app" / "policy" / "library" / "holidays"
YEARS = range(2025, 2032)


def south_africa() -> set[date]:
    """A Sunday's holiday moves to Monday and both dates count; election days are proclaimed and thus the operator's."""
    named = holidays.country_holidays("ZA", years=YEARS, observed=True, language="en_US")
    return {day for day, name in named.items() if "election" not in name.lower()}


def ontario() -> set[date]:
    """Statutory days on their own dates: a Saturday's Boxing Day is not moved."""
    return set(holidays.country_holidays("CA", subdiv="ON", years=YEARS, observed=False))


def quebec() -> set[date]:
    """Statutory days on their own dates, Good Friday rather than Easter Monday."""
    return set(holidays.country_holidays("CA", subdiv="QC", years=YEARS, observed=False))


def brazil() -> set[date]:
    """National days; Carnival and Corpus Christi are optional there."""
    return set(holidays.country_holidays("BR", years=YEARS))


SETS: Mapping[str, Callable[[], set[date]]] = {"ZA": south_africa, "CA-ON": ontario, "CA-QC": quebec, "BR": brazil}


def resolve(name: str) -> str:
    """The text of one set's file."""
    dates = sorted(SETS[name]())
    lines = [f"set: {name}", f"from: {date(YEARS[0], 1, 1)}", f"until: {date(YEARS[-1], 12, 31)}", "dates:"]
    for year in YEARS:
        lines.append(f"  # {year}")
        lines += [f"  - {day}" for day in dates if day.year == year]
    return "\n".join(lines) + "\n"


def read(name: str) -> dict[str, object]:
    """One set as it stands in the library."""
    found: dict[str, object] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def main() -> None:
    for name in SETS:
        (FOLDER / f"{name}.yaml").write_text(resolve(name), encoding="utf-8")


if __name__ == "__main__":
    main()
