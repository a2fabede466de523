"""What a reader of the policy is told: which version is in force, how firm it is, and what it says about itself."""

from collections.abc import Sequence
from datetime import date, datetime

from app.base.vocabulary import Strength
from app.policy.compile import CompiledPolicy
from app.policy.desk.explaining import Explained, reasoning


class About(Explained):
    """A version of a policy in a few words."""

    provider: str
    version: int
    published: date | None
    effective_from: datetime | None
    strength: Strength
    clauses: int
    """How many."""
    acknowledgement_required: bool
    availability: tuple[str, ...]
    """Clauses that state when help is available."""


def in_force(versions: Sequence[CompiledPolicy], at: datetime) -> CompiledPolicy | None:
    """The version of an instant: of those that have begun and not ended, the one that began last."""
    begun = [v for v in versions if v.in_force(at)]
    return max(begun, key=_beginning, default=None)


def _beginning(policy: CompiledPolicy) -> tuple[bool, datetime | None, int]:
    start = policy.document.effective_from
    return (start is not None, start, policy.version)


def deciding(versions: Sequence[CompiledPolicy], received_at: datetime, now: datetime) -> CompiledPolicy | None:
    """The version that decides about a ticket: that of its receipt, unless the present one takes open tickets over."""
    present = in_force(versions, now)
    if present is not None and present.document.change.open_tickets == "migrate":
        return present
    return in_force(versions, received_at)


def newest(versions: Sequence[CompiledPolicy]) -> CompiledPolicy:
    return max(versions, key=lambda v: v.version)


def about(policy: CompiledPolicy, at: datetime) -> About:
    """What the policy says about itself, with the readings that its hours rest on."""
    document = policy.document
    d = reasoning(policy, at, "version")
    d.cite(document.about, "about")
    d.cite_clauses(document.about.availability, "availability")
    for slug, calendar in document.calendars.items():
        d.cite(calendar, f"calendar={slug}")
    return About(
        provider=document.provider,
        version=policy.version,
        published=document.published,
        effective_from=document.effective_from,
        strength=document.strength,
        clauses=len(document.clauses),
        acknowledgement_required=document.about.acknowledgement_required,
        availability=document.about.availability,
        citations=d.citations,
        assumptions=d.assumptions,
    )
