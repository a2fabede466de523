"""How sure a proposal is, as a chance of being right."""

import math

# The log odds of being right: so much for each unit of lead, for each part that agrees, and without either. Fitted and
# printed by `python -m tests.triage.calibrate`: requests in strangers' words (the sets dev, public and others), read by
# two lexicons that each know half of the phrases, as language that no phrase foresaw is read.
_LEAD, _AGREEMENT, _ALONE = 4.79, 0.51, -0.22
_ENOUGH_SAID = 4


def sureness(lead: float, agreeing: int, said: int) -> float:
    """Log odds of being right.

    `lead`: over the best rival of another area; `agreeing`: how many parts of the message lead to the same area by
    themselves; both are worth little where next to nothing was said. `said`: how many things that speak for it.
    """
    return _LEAD * worth(lead, said) + _AGREEMENT * worth(agreeing, said) + _ALONE


def worth(told: float, said: int) -> float:
    return told * min(1.0, said / _ENOUGH_SAID)


def chance(sure: float) -> float:
    """Of log odds."""
    return 1 / (1 + math.exp(-sure))
