"""The policies that scenarios are played against, made ready for the readings that each scenario chooses."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.policy.compile import CompiledPolicy
from app.policy.language.faults import PolicyFaults
from app.policy.language.settings import Settings
from app.policy.loading import Library, check, load
from app.policy.settling import settle, without_effect

Texts = Callable[[str], str | None]
"""The text of a provider's document; None where there is none."""

Holidays = Mapping[str, tuple[date, ...]]


class NoPolicy(Exception):  # noqa: N818 - it reads as what happened
    """There is no document to play against, or it cannot be used with these readings."""


class Shelf:
    """Documents by provider, each loaded once and settled once for each choice of readings."""

    def __init__(self, texts: Texts, library: Library) -> None:
        self._texts = texts
        self._library = library
        self._loaded: dict[tuple[str, int], dict[str, Any] | NoPolicy] = {}
        self._settled: dict[tuple[str, int, tuple[tuple[str, str], ...]], CompiledPolicy] = {}
        self._holidays: list[Holidays] = []

    def policy(self, provider: str, readings: Mapping[str, str], holidays: Holidays) -> CompiledPolicy:
        """The document as version 1, under these readings; NoPolicy where it cannot be had."""
        # Files are few; each keeps its own holiday sets apart.
        if holidays not in self._holidays:
            self._holidays.append(holidays)
        file = self._holidays.index(holidays)
        key = (provider, file, tuple(sorted(readings.items())))
        if key not in self._settled:
            self._settled[key] = self._settle(self._document(provider, file), readings)
        return self._settled[key]

    def _document(self, provider: str, file: int) -> dict[str, Any]:
        known = self._loaded.get((provider, file))
        if known is None:
            known = self._loaded[provider, file] = self._load(provider, self._holidays[file])
        if isinstance(known, NoPolicy):
            raise known
        return known

    def _load(self, provider: str, holidays: Holidays) -> dict[str, Any] | NoPolicy:
        text = self._texts(provider)
        if text is None:
            return NoPolicy(f"there is no policy {provider}")
        sets = {name: tuple(map(str, dates)) for name, dates in holidays.items()}
        try:
            return load(text, Library(self._library.catalogues, {**self._library.holidays, **sets})).raw
        except PolicyFaults as faults:
            count = len(faults.faults)
            more = f" (and {count - 1} more)" if count > 1 else ""
            return NoPolicy(f"the document of {provider} cannot be used: {faults.faults[0]}{more}")

    def _settle(self, raw: dict[str, Any], readings: Mapping[str, str]) -> CompiledPolicy:
        try:
            settings = Settings(assumptions=dict(readings))
            values, chosen = settle(raw, settings)
            if idle := without_effect(raw, settings):
                raise PolicyFaults(idle)
            return CompiledPolicy(check(values), version=1, revision=0, chosen=chosen)
        except PolicyFaults as faults:
            raise NoPolicy(f"the readings cannot be chosen: {faults.faults[0]}") from None
