"""Channels made ready, found by the entrance that a request came by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.policy.compiled.conditions import Condition
from app.policy.decision import ChannelState
from app.policy.language.document import Document
from app.policy.language.entrances import Channel


@dataclass(frozen=True, slots=True)
class CompiledChannel:
    slug: str
    channel: Channel
    calendar: str | None
    timed: bool
    """Whether what comes this way is given times."""
    open: Condition
    scope: Condition
    out_of_scope: tuple[Condition, ...]
    states: tuple[ChannelState, ChannelState]
    """While it is closed, and while it is open."""

    @classmethod
    def of(
        cls, slug: str, channel: Channel, condition: Callable[[Mapping[str, Any] | None], Condition]
    ) -> "CompiledChannel":
        closed, open_ = (ChannelState(slug=slug, official=channel.official, open=state) for state in (False, True))
        out_of_scope = tuple(condition(consequence.when) for consequence in channel.out_of_scope)
        return cls(
            slug,
            channel,
            channel.calendar,
            channel.targets != "none",
            condition(channel.open),
            condition(channel.scope),
            out_of_scope,
            (closed, open_),
        )


class Channels:
    def __init__(self, document: Document, condition: Callable[[Mapping[str, Any] | None], Condition]) -> None:
        self.official = tuple(slug for slug, channel in document.channels.items() if channel.official)
        unverified = document.unverified.channels if document.unverified is not None else ()
        entrances = (slug for slug, channel in document.channels.items() if channel.entrance in unverified)
        self.spoken = frozenset({*unverified, *entrances})
        """Those on which everybody is unverified, by the names that `unverified` gives them and by their own."""
        self._found: dict[tuple[str, int | None], CompiledChannel] = {}
        for slug, channel in document.channels.items():
            ready = CompiledChannel.of(slug, channel, condition)
            self._found[slug, None] = ready
            self._found[channel.entrance or slug, channel.menu_option] = ready
        self._first = self._found[(self.official or tuple(document.channels))[0], None]

    def find(self, entrance: str | None, menu_option: int | None) -> CompiledChannel | None:
        """The channel of an entrance; none named: the policy's first official one."""
        if entrance is None:
            return self._first
        exact = self._found.get((entrance, menu_option))
        if exact is None and menu_option is not None:
            return self._found.get((entrance, None))
        if exact is None:
            return next((channel for (name, _), channel in self._found.items() if name == entrance), None)
        return exact
