"""A deliberation that is asked about a message on the way: marked before, and taken back to where it stood then."""

from operator import attrgetter
from typing import Any

from app.policy.stages.deliberation import Deliberation

Mark = tuple[Any, ...]
_KEPT = attrgetter(
    "request", "stage", "channel", "standing", "account", "alike", "values", "_citations", "_assumptions"
)


def marked(d: Deliberation) -> Mark:
    """Where it stands; who asks, what is stated and what is cited from here on is written beside that."""
    mark = _KEPT(d)
    d.moved, d.values = False, d.values.copy()
    d._citations, d._assumptions = d._citations.copy(), d._assumptions.copy()
    return mark


def taken_back(d: Deliberation, mark: Mark) -> None:
    """Only while no rule has brought anything about, which nobody undoes: `d.moved` tells."""
    d.request, d.stage, d.channel, d.standing, d.account, d.alike, d.values, d._citations, d._assumptions = mark
