"""Scans: of which product the last one was when, and how long that is ago."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from app.services.monitoring.reports import SCANS, Report

ALL: Final = ""
"""In place of a product: a scan of everything."""
_UNNAMED: Final = "none"
"""Of an account whose product is not known, or one of several."""
Scans = Mapping[str, Mapping[str, int]]
"""By kind and product: when the last one was, in seconds since 1970."""


def scanned(report: Report, account: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """What the log keeps of a scan; one that says it will come has come now."""
    product = report.values.get("product")
    if product is None:
        product = ALL if account is None else _only_product(account) or _UNNAMED
    return {"product": product, "at": int(min(report.occurred_at, now).timestamp())}


def _only_product(account: Mapping[str, Any]) -> str | None:
    products = account["products"] or ([account["product"]] if account["product"] else [])
    return products[0] if len(products) == 1 else None


def ages(scans: Scans, kind: str, products: Collection[str], now: datetime) -> dict[str, int]:
    """Seconds since the last scan, by product of the policy; of one that was never scanned nothing is said."""
    known = scans.get(kind, {})
    of_all = known.get(ALL)
    names = products if products and _UNNAMED not in known else (*products, _UNNAMED)
    last = {name: max(at, of_all or 0) for name in names if (at := known.get(name, of_all)) is not None}
    return {name: max(0, int(now.timestamp()) - at) for name, at in last.items()}


def counts(scans: Scans, products: Collection[str], now: datetime) -> dict[str, int]:
    """By the names that goals use: how long the product has waited that was scanned longest ago."""
    known = {kind: ages(scans, kind, products, now) for kind in sorted(SCANS)}
    return {f"seconds_since_{kind}": max(of_kind.values()) for kind, of_kind in known.items() if of_kind}
