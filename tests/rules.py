"""Rules, dashboards and runbooks as they are written down, for the checks of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from app.base.figures import FIGURES, PREFIX
from app.base.metrics import REGISTRY

ROOT = Path(__file__).parents[1]
MONITORING = ROOT / "k8s" / "monitoring"
RUNBOOKS = ROOT / "docs" / "runbooks"
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
_NAME = re.compile(r"\bclausedesk[a-z0-9_:]*")


def rule_groups() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load((MONITORING / "rules.yaml").read_text())["spec"]["groups"]
    return groups


def rules(kind: str) -> dict[str, dict[str, Any]]:
    """`kind`: alert or record."""
    return {rule[kind]: rule for group in rule_groups() for rule in group["rules"] if kind in rule}


def unit_tests() -> list[dict[str, Any]]:
    tests: list[dict[str, Any]] = yaml.safe_load((MONITORING / "rules.test.yaml").read_text())["tests"]
    return tests


def dashboards() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted((MONITORING / "dashboards").glob("*.json"))}


def queries() -> Iterator[tuple[str, str]]:
    """Of every panel: where it stands, and the query."""
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield f"{name}: {panel['title']}", target["expr"]


def series() -> set[str]:
    """Every name that a desk or a worker shows, or a rule records."""
    read = {f"{PREFIX}{name}{suffix}" for name, f in FIGURES.items() for suffix in _SUFFIXES[f.sort]}
    counted = {
        f"{family.name}{suffix}" for family in REGISTRY.collect() for suffix in _SUFFIXES.get(family.type, ("",))
    }
    return read | counted | set(rules("record"))


def named(query: str) -> set[str]:
    return set(_NAME.findall(query))
