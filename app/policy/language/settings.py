"""The operator's dated choices beside a policy: readings, holidays, closures, who is on call, templates."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from app.policy.language.model import AssumptionId, Model, Slug, Tag, TopicSlug, Words


class Closure(Model):
    """A date on which nobody is there."""

    date: date
    calendars: tuple[Slug, ...] = ()
    """Left out: every calendar with opening hours; one that is always open must be named."""
    reason: Words = ""


class Settings(Model):
    """One revision, dated and never edited."""

    revision: int = Field(0, ge=0)
    effective_from: datetime | None = None
    assumptions: Mapping[AssumptionId, str] = {}
    """By assumption: the name of an alternative, or a value of the operator's own where one is accepted."""
    holidays: Mapping[str, tuple[date, ...]] = {}
    """Holiday sets that replace the document's of the same name, or stand beside them."""
    closures: tuple[Closure, ...] = ()
    on_call: Mapping[Slug, tuple[str, ...]] = {}
    """Addresses to page, by audience, department or `standby`."""
    phrases: Mapping[TopicSlug, Mapping[Tag, tuple[str, ...]]] = {}
    """Further words in which customers ask about a topic, by language; triage learns them beside the policy's own."""
    templates: Mapping[Slug, Words] = {}
    """Texts of replies and notices in place of the usual ones."""
