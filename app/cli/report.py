"""`clausedesk report sla|fees`: what came of promises and prices, drawn in the terminal or into a file."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.bar import Bar
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from app.base.clock import system_clock
from app.base.errors import CannotStart
from app.base.settings import read_settings
from app.cli.as_json import AsJson, as_text
from app.cli.database import on_database
from app.db.due import active_providers
from app.db.pool import WORKER_ROLE, Database
from app.policy.compile import CompiledPolicy
from app.schemas.reports import By, Period
from app.services.reports import fees, sla
from app.services.shelf import Policies
from app.services.subjects import unknown_provider

Report = Mapping[str, Any]
Ask = Callable[[Database, UUID, CompiledPolicy, datetime], Awaitable[dict[str, Any]]]
_BAR, _MOST_WIDE = 20, 400

Provider = Annotated[str | None, typer.Option(help="Slug of one provider; default: all")]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; default: 30 days before the last")
]
Until = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: today")]
Span = Annotated[Period, typer.Option(help="What the rows are counted by")]
To = Annotated[Path | None, typer.Option(help="A .png or .svg to draw it into; needs the extra `charts`")]


def report_sla(
    *,
    provider: Provider = None,
    since: Since = None,
    until: Until = None,
    period: Span = Period.MONTH,
    by: Annotated[list[By] | None, typer.Option(help="What to tell apart; may be given several times")] = None,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Show how many promises were kept and how long it took, in the clock's own time, of tickets that came then."""

    async def ask(database: Database, id_: UUID, policy: CompiledPolicy, now: datetime) -> dict[str, Any]:
        question = sla.Question(_day(since, policy), _end(until, policy), period, tuple(by or ()))
        return await sla.report_of(database, id_, policy, question, now)

    _show(_asked(provider, ask), _promises, "promises", to, as_json=as_json)


def report_fees(
    *,
    provider: Provider = None,
    since: Since = None,
    until: Until = None,
    period: Span = Period.MONTH,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """Show what prices were put, agreed to, let go and paid."""

    async def ask(database: Database, id_: UUID, policy: CompiledPolicy, now: datetime) -> dict[str, Any]:
        question = fees.Question(_day(since, policy), _end(until, policy), period)
        return await fees.report_of(database, id_, policy, question, now)

    _show(_asked(provider, ask), _money, "money", to, as_json=as_json)


def _day(day: datetime | None, policy: CompiledPolicy) -> datetime | None:
    return None if day is None else datetime.combine(day.date(), time(), ZoneInfo(policy.document.tz))


def _end(day: datetime | None, policy: CompiledPolicy) -> datetime | None:
    return None if day is None else datetime.combine(day.date(), time(12), ZoneInfo(policy.document.tz))


def _asked(provider: str | None, ask: Ask) -> list[tuple[Report, ZoneInfo]]:
    """Each with the zone whose days it is about."""

    async def work(database: Database) -> list[tuple[Report, ZoneInfo]]:
        policies, now = Policies(database), system_clock()
        chosen = [id_ for id_, slug in await active_providers(database) if provider in (None, slug)]
        if not chosen:
            raise CannotStart(await unknown_provider(database, provider))
        of = [(id_, await policies.policy_at(id_, now)) for id_ in chosen]
        return [(await ask(database, id_, policy, now), ZoneInfo(policy.document.tz)) for id_, policy in of]

    return on_database(read_settings(), work, role=WORKER_ROLE)


def _show(
    found: Sequence[tuple[Report, ZoneInfo]],
    table: Callable[[Report], Table],
    what: str,
    to: Path | None,
    *,
    as_json: bool,
) -> None:
    if to is not None:
        _draw([in_days(report, zone) for report, zone in found], what, to)
        print(f"Drawn into {to}")
    elif as_json:
        print(as_text([report for report, _ in found]))
    else:
        for report, zone in found:
            drawn = table(in_days(report, zone))
            # As wide as it is, wherever it is shown: a narrow terminal wraps its lines, and nothing is cut off.
            Console(width=Console(width=_MOST_WIDE).measure(drawn).maximum).print(drawn)


def in_days(report: Report, zone: ZoneInfo) -> Report:
    """For people: with the days of the policy's zone in place of instants, the last one included."""

    def day(at: datetime) -> date:
        return at.astimezone(zone).date()

    rows = [{**row, "period_start": day(row["period_start"])} for row in report["data"]]
    last = day(report["until"]) - timedelta(days=1)
    return {**report, "since": day(report["since"]), "until": last, "data": rows}


def _draw(found: Sequence[Report], what: str, to: Path) -> None:
    if to.suffix not in (".png", ".svg"):
        raise CannotStart(f"A chart is drawn into a .png or .svg, not into {to.name}.")
    try:
        draw = resolve_name(f"app.cli.charts:{what}")
    except ModuleNotFoundError:
        raise CannotStart("Charts need Matplotlib: install the extra, `pip install 'clausedesk[charts]'`.") from None
    draw(found, to)


# ── in the terminal ──────────────────────────────────────────────────────────
def _promises(report: Report) -> Table:
    table = _table(report, "nothing was promised")
    names = [name for name in ("metric", *By) if any(row[name] is not None for row in report["data"])]
    for name in ("period", *names):
        table.add_column(name, no_wrap=True)
    table.add_column("kept", width=_BAR)
    for name in ("", "met", "missed", "excused", "going", "median", "90 %"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report["data"]:
        kept = row["attainment"]
        shown = "–" if kept is None else f"{kept:.1%}"
        counts = [str(row[name]) for name in ("met", "breached", "excused", "going")]
        times = [duration(row[name]) for name in ("median_seconds", "p90_seconds")]
        labels = [str(row[name]) if row[name] is not None else "–" for name in names]
        bar = Bar(1, 0, kept or 0, width=_BAR, color="green")
        table.add_row(row["period_start"].isoformat(), *labels, bar, shown, *counts, *times)
    return table


def _money(report: Report) -> Table:
    table = _table(report, "no price was put")
    most = max((float(row["quoted"]) for row in report["data"]), default=0) or 1
    for name in ("period", "tariff", "department"):
        table.add_column(name, no_wrap=True)
    table.add_column("agreed to", width=_BAR)
    for name in ("currency", "quoted", "consented", "waived", "settled", "paid", "refunded"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in report["data"]:
        labels = [row["period_start"].isoformat(), row["rule"] or "–", row["department"] or "–"]
        bar = Bar(most, 0, float(row["consented"]), width=_BAR, color="green")
        amounts = [row[name] for name in ("currency", "quoted", "consented", "waived", "settled", "paid", "refunded")]
        table.add_row(*labels, bar, *amounts)
    return table


def _table(report: Report, otherwise: str) -> Table:
    days = f"{report['since']} to {report['until']}"
    counted = report.get("counted_at", report["until"])
    told = f", {otherwise}" if not report["data"] else "" if counted else ", not counted yet"
    return Table(title=f"{report['provider']}, {days}{told}", title_justify="left", box=SIMPLE_HEAD, pad_edge=False)


def duration(seconds: int | None) -> str:
    """In two units at most, such as `1 d 4 h`."""
    if seconds is None:
        return "–"
    parts = [(seconds // 86400, "d"), (seconds % 86400 // 3600, "h"), (seconds % 3600 // 60, "min")]
    told = [f"{count} {unit}" for count, unit in parts if count][:2]
    return " ".join(told) if told else f"{seconds} s"
