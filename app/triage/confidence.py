"""How sure a proposal is, as a chance of being right."""

from bisect import bisect_right
from itertools import pairwise

# Lead over the best rival of another area → share of those that are right.
_CURVE = ((0.0, 0.2), (0.1, 0.5), (0.3, 0.8), (0.6, 0.95), (1.0, 0.98))


def chance(lead: float) -> float:
    """Between the points of the curve in a straight line; never decreasing."""
    at = bisect_right([x for x, _ in _CURVE], lead)
    if at == 0:
        return _CURVE[0][1]
    if at == len(_CURVE):
        return _CURVE[-1][1]
    (x0, y0), (x1, y1) = list(pairwise(_CURVE))[at - 1]
    return y0 + (y1 - y0) * (lead - x0) / (x1 - x0)
