"""Monitoring as code: what it asks for exists, and whoever is woken finds out what to do."""

import re

from prometheus_client import generate_latest

from app.base.figures import FIGURES, PREFIX
from app.base.metrics import REGISTRY
from tests.rules import ROOT, RUNBOOKS, dashboards, named, queries, rules, series, unit_tests


def test_rules_and_dashboards_name_only_series_that_exist() -> None:
    known = series()
    asked = {**{name: rule["expr"] for kind in ("alert", "record") for name, rule in rules(kind).items()}}
    asked |= {f"{place}: {query}": query for place, query in queries()}
    assert len(asked) > 40
    unknown = {place: named(query) - known for place, query in asked.items()}
    assert {place: names for place, names in unknown.items() if names} == {}
    assert named("sum(clausedesk_never_heard_of)") - known


def test_there_is_a_dashboard_each_for_targets_queue_money_and_service() -> None:
    assert set(dashboards()) == {"money", "queue", "service", "sla"}
    assert all(dashboard["panels"] for dashboard in dashboards().values())


def test_every_alert_has_a_runbook_that_says_what_to_do() -> None:
    pages = {path.stem: path.read_text() for path in RUNBOOKS.glob("*.md")}
    alerts = rules("alert")
    assert set(pages) == set(alerts)
    assert {rule["annotations"]["runbook"] for rule in alerts.values()} == {f"docs/runbooks/{n}.md" for n in alerts}
    assert all(page.startswith(f"# {name}\n") and "\n1. " in page for name, page in pages.items())


def test_every_alert_is_shown_to_be_raised_and_to_keep_quiet() -> None:
    raised: dict[str, set[bool]] = {}
    for test in unit_tests():
        for case in test.get("alert_rule_test", ()):
            raised.setdefault(case["alertname"], set()).add(bool(case["exp_alerts"]))
    assert raised == {name: {True, False} for name in rules("alert")}


def test_figures_of_several_workers_are_never_added_up() -> None:
    """They are the same in each, so every query takes the largest of them."""
    figures = re.compile(f"{PREFIX}({'|'.join(name for name in FIGURES if name != 'events_unplaced')})")
    asked = [rule["expr"] for kind in ("alert", "record") for rule in rules(kind).values()]
    asked += [query for _, query in queries()]
    assert any(figures.search(query) for query in asked)
    assert [query for query in asked if figures.search(query) and "max by" not in query] == []


def test_every_figure_and_count_is_explained_in_the_documentation() -> None:
    page = (ROOT / "docs/operations.md").read_text()
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (\w+) \| (.+?) \| \S.* \|$", page, re.MULTILINE)
    told = {name: (sort, tuple(re.findall(r"`(\w+)`", labels))) for name, sort, labels in rows}
    read = {f"{PREFIX}{name}{'_total' * (f.sort == 'counter')}": (f.sort, f.labels) for name, f in FIGURES.items()}
    counted = {f"{family.name}{'_total' * (family.type == 'counter')}" for family in REGISTRY.collect()}
    assert (told.keys() - read.keys() - counted, (read.keys() | counted) - told.keys()) == (set(), set())
    assert {name: told[name] for name in read} == read
    shown = set(re.findall(r"^# TYPE (\S+)", generate_latest(REGISTRY).decode(), re.MULTILINE))
    assert shown == counted


def test_no_page_names_a_series_that_does_not_exist() -> None:
    known = series() | {re.sub("_bucket$", "", name) for name in series()}
    pages = [ROOT / "docs/operations.md", ROOT / "docs/events.md", ROOT / "CHANGELOG.md", *RUNBOOKS.glob("*.md")]
    told = {name for page in pages for name in named(page.read_text()) if name.startswith((PREFIX, "clausedesk:"))}
    assert len(told) > 40
    assert told - known == {PREFIX}
    assert named("`clausedesk_tickets_opened`") - known
