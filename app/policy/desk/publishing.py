"""A new version of a policy: immutable, dated, and told to customers beforehand only where the policy says so."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.policy.compile import CompiledPolicy
from app.policy.decide import answer
from app.policy.decision import Decision
from app.policy.desk.explaining import reasoning
from app.policy.language.document import Document
from app.policy.language.model import Duration, Model, Slug
from app.policy.language.promises import Target


class TargetChange(Model):
    """Fields of the targets of a metric, replaced; with a priority, for that priority alone."""

    target: Slug
    priority: Slug | None = None
    min: Duration | None = None
    max: Duration | None = None


class CannotPublish(Exception):  # noqa: N818 - it reads as what happened
    """A version that cannot be, in words."""


def revised(document: Document, changes: Sequence[TargetChange]) -> Document:
    """The document with other times."""
    targets = document.targets
    for change in changes:
        targets = _with(targets, change)
    return document.model_copy(update={"targets": targets})


def publish(
    policy: CompiledPolicy, document: Document, *, version: int, effective_from: datetime, at: datetime
) -> tuple[CompiledPolicy, Decision]:
    """`document` as the version after `policy`, and what follows from publishing it."""
    if effective_from < at:
        raise CannotPublish("a version takes effect when it is published, or later")
    today = at.astimezone(ZoneInfo(document.tz)).date()
    dated = document.model_copy(update={"published": today, "effective_from": effective_from})
    after = CompiledPolicy(
        dated, version=version, revision=policy.revision, chosen=policy.chosen, templates=policy.templates
    )
    return after, announced(policy, at)


def announced(policy: CompiledPolicy, at: datetime) -> Decision:
    """What the policy in force says of its change: whether customers are told, and by which clause."""
    d = reasoning(policy, at, "version")
    change = policy.document.change
    d.cite(change, "a new version")
    if change.notice:
        d.emit("notify", to="customer", of="policy_change", at=at)
    return answer(d)


def _with(targets: tuple[Target, ...], change: TargetChange) -> tuple[Target, ...]:
    """The targets that a change is about; where none names the priority, the general ones are narrowed to it."""
    of_metric = [t for t in targets if t.metric == change.target]
    naming = [t for t in of_metric if change.priority in _priorities(t)]
    meant = of_metric if change.priority is None else naming or [t for t in of_metric if not _priorities(t)]
    if not meant:
        about = f" for {change.priority}" if change.priority else ""
        raise CannotPublish(f"the policy has no target {change.target}{about}")
    return tuple(made for t in targets for made in (_changed(t, change) if t in meant else (t,)))


def _changed(target: Target, change: TargetChange) -> tuple[Target, ...]:
    times = {"min": change.min, "max": change.max}
    replaced = target.model_copy(update={name: length for name, length in times.items() if length is not None})
    if change.priority is None or _priorities(target) == (change.priority,):
        return (replaced,)
    return (replaced.model_copy(update={"when": {**target.when, "priority": change.priority}}), target)


def _priorities(target: Target) -> tuple[str, ...]:
    named = target.when.get("priority")
    return tuple(str(p) for p in named) if isinstance(named, list) else (named,) if isinstance(named, str) else ()
