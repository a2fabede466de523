"""The policies of a process, compiled once for each version and revision; both are immutable, so none grows stale."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from app.base.errors import Problem
from app.base.vocabulary import Scope
from app.db.policies import documents, numbers_at
from app.db.pool import Database
from app.db.providers import find_provider, latest_providers
from app.policy.compile import CompiledPolicy
from app.policy.language.document import Document
from app.policy.language.faults import PolicyFaults
from app.policy.language.settings import Settings
from app.policy.loading import check
from app.policy.settling import settle
from app.policy.tickets.ticket import Planned
from app.services.stances import MOST, Stances
from app.services.triage import Lexicons

_MOST = 64
"""Compiled policies kept; the one unused for longest goes."""
_PREPARED = 16
"""Providers whose policies are read before the first request; those of others when they are first asked for."""
_COMPARED = 8
"""Policies that a new one may share its topics with."""


class Policies:
    """Keeps what was read. Which numbers are in force is asked anew with each request's own facts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, UUID] = {}
        self._compiled: OrderedDict[tuple[UUID, int, int], CompiledPolicy | PolicyFaults] = OrderedDict()
        self._newest: dict[UUID, CompiledPolicy] = {}
        self._stances: dict[tuple[UUID, frozenset[Scope]], Stances] = {}
        self.lexicons = Lexicons()

    async def provider_id(self, slug: str) -> UUID | None:
        """A provider keeps its id for good; whether it is switched on is for the statement that reads its rows."""
        known = self._ids.get(slug)
        if known is None:
            known = await find_provider(self._database, slug)
            if known is not None:
                self._ids[slug] = known
        return known

    async def policy(self, provider_id: UUID, version: int | None, revision: int) -> CompiledPolicy:
        """This version under this revision; Problem where there is no version."""
        if version is None:
            raise Problem("no_policy")
        found = await self._get(provider_id, version, revision)
        if isinstance(found, PolicyFaults):
            # Settings are checked against every version they meet, so this one is older than they are.
            found = await self._get(provider_id, version, 0)
            if isinstance(found, PolicyFaults):
                raise found
        return found

    async def knowing(self, provider_id: UUID, policy: CompiledPolicy, *tickets: Planned) -> CompiledPolicy:
        """The policy with those that the clocks of these tickets were planned by."""
        others = {numbers for ticket in tickets for numbers in ticket.planners if numbers != policy.numbers}
        return policy.knowing([await self.policy(provider_id, *numbers) for numbers in others]) if others else policy

    async def policy_at(self, provider_id: UUID, at: datetime) -> CompiledPolicy:
        numbers = await numbers_at(self._database, provider_id, at)
        if numbers is None:
            raise Problem("not_found")
        return ended_or_not(await self.policy(provider_id, numbers.version, numbers.revision), at)

    def last_used(self, provider_id: UUID) -> CompiledPolicy | None:
        """A guess at the policy in force, for how much to read along with the facts."""
        return self._newest.get(provider_id)

    def stances(self, provider_id: UUID, scopes: frozenset[Scope]) -> Stances:
        """What is known of them to callers whose token says so; which policy counts is part of each."""
        known = self._stances.get((provider_id, scopes))
        if known is None or len(known.shown) >= MOST:
            if len(self._stances) >= _MOST:
                self._stances.clear()
            known = self._stances[provider_id, scopes] = Stances()
        return known

    async def prepare(self, now: datetime) -> None:
        """Read the policies in force and learn what their topics sound like, so that no request has to wait for it."""
        for provider_id in await latest_providers(self._database, _PREPARED):
            numbers = await numbers_at(self._database, provider_id, now)
            if numbers is not None:
                policy = await self.policy(provider_id, numbers.version, numbers.revision)
                await self.lexicons.of(policy)

    async def _get(self, provider_id: UUID, version: int, revision: int) -> CompiledPolicy | PolicyFaults:
        key = (provider_id, version, revision)
        known = self._compiled.get(key)
        if known is None:
            found = await documents(self._database, provider_id, version, revision)
            if found is None:
                raise Problem("no_policy")
            try:
                known = compiled(
                    *(found.document, found.effective_from, version, found.settings, revision, found.settled_from),
                    beside=[policy.document for policy in islice(self._newest.values(), _COMPARED)],
                )
            except PolicyFaults as unfit:
                known = unfit
            self._compiled[key] = known
            if len(self._compiled) > _MOST:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(key)
        if isinstance(known, CompiledPolicy):
            self._newest[provider_id] = known
        return known


def compiled(
    raw: Mapping[str, Any],
    effective_from: datetime,
    version: int,
    settings: Mapping[str, Any] | None,
    revision: int,
    settled_from: datetime | None = None,
    *,
    beside: Iterable[Document] = (),
) -> CompiledPolicy:
    """A stored document under stored settings; PolicyFaults (pointers into the settings) where they do not fit.

    What is equal in those that are kept beside it is held once.
    """
    chosen_by = Settings.model_validate({**(settings or {}), "revision": revision})
    values, chosen = settle(raw, chosen_by)
    document = _sharing(check(values), beside).model_copy(update={"effective_from": effective_from})
    return CompiledPolicy(document, version, revision, chosen, chosen_by.templates, settled_from)


def _sharing(document: Document, beside: Iterable[Document]) -> Document:
    """With the topics and facts of one that has the same: they are most of a document, and most are a catalogue's."""
    for other in beside:
        if other.topics == document.topics:
            facts = other.facts if other.facts == document.facts else document.facts
            return document.model_copy(update={"topics": other.topics, "facts": facts})
    return document


def ended_or_not(policy: CompiledPolicy, at: datetime) -> CompiledPolicy:
    """The policy, unless it has ended by then."""
    if not policy.in_force(at):
        raise Problem("no_policy")
    return policy
