"""How sure a proposal is, as a chance of being right."""

from bisect import bisect_right
from itertools import pairwise

# A part of the message, subject or body, that leads to the same area by itself is worth this much lead.
_AGREEMENT = 0.3
# Sureness → share of those that are right. Printed by `python -m tests.triage.calibrate`: messages of one or two
# phrases of a topic among two stray ones, read by lexicons built without these phrases, then made monotone.
_CURVE = (
    (0.03, 0.41),
    (0.28, 0.45),
    (0.34, 0.48),
    (0.37, 0.56),
    (0.39, 0.68),
    (0.42, 0.72),
    (0.45, 0.81),
    (0.49, 0.90),
    (0.62, 0.93),
    (0.91, 0.97),
    (1.19, 0.99),
)


def sureness(lead: float, agreeing: int) -> float:
    """`lead` over the best rival of another area; how many parts of the message agree."""
    return lead + _AGREEMENT * agreeing


def chance(sure: float) -> float:
    """Between the points of the curve in a straight line; never decreasing."""
    at = bisect_right([x for x, _ in _CURVE], sure)
    if at == 0:
        return _CURVE[0][1]
    if at == len(_CURVE):
        return _CURVE[-1][1]
    (x0, y0), (x1, y1) = list(pairwise(_CURVE))[at - 1]
    return y0 + (y1 - y0) * (sure - x0) / (x1 - x0)
