"""The floors below which no reading may fall, and what lies below them, in words."""

from collections import Counter
from collections.abc import Collection, Mapping

from tests.triage.figures import Alarms, Pairs, Reading, Tally, macro_f1
from tests.triage.tickets import Labelled

# Of every set; and ahead of the centroid of all but those in our words that it reads nearly without a fault itself.
SUREST_HALF, LEAD, PLAIN_IS_GOOD = 0.9, 0.1, 0.88
STRICT, ACCEPTED, MACRO_F1 = 0.8, 0.9, 0.75
# Of all sets together.
COVERAGE, OFF = 0.85, 0.08
RECALL, PRECISION = 0.9, 0.6
# Of the labelled pairs.
SAME_FOUND, SAME_RIGHT = 0.7, 0.95
# Of the larger set in our words.
TICKETS, IN_EACH_LANGUAGE = 600, 150


def below(reading: Reading) -> list[str]:
    half = reading.surest_half()
    if not half:
        return [f"{reading.name}: nothing was read"]
    topic, asked = reading.topic, reading.topic.asked
    right = sum(answer.strict for answer in half) / len(half)
    found = []
    if right < SUREST_HALF:
        found.append(f"{reading.name}: {right:.3f} of the half that triage is surest of are right, not {SUREST_HALF}")
    if reading.lead < LEAD and reading.plain.strict < PLAIN_IS_GOOD * reading.plain.asked:
        found.append(f"{reading.name}: {reading.lead:+.3f} ahead of the nearest centroid, not {LEAD:+.3f}")
    if topic.strict < STRICT * asked or topic.accepted < ACCEPTED * asked or macro_f1(topic.pairs) < MACRO_F1:
        found.append(f"{reading.name}: topics {topic}, not {STRICT}, {ACCEPTED} and {MACRO_F1}")
    return found


def undecided(coverage: Tally, abstained: int) -> list[str]:
    """Where the policies say anything at all."""
    if coverage.asked == abstained or coverage.strict < COVERAGE * (coverage.asked - abstained):
        return [f"coverage: {coverage.strict} of {coverage.asked - abstained} are right, not {COVERAGE}"]
    return []


def unfounded(reading: Reading) -> list[str]:
    """Confidence that is not what comes true."""
    return [] if reading.answers and reading.off() <= OFF else [f"confidence: {reading.off():.3f} off, not {OFF}"]


def unheard(alarms: Alarms) -> list[str]:
    """The floors for emergencies, over all sets together."""
    if alarms.heard < RECALL * (alarms.heard + alarms.missed) or not alarms.heard:
        return [f"emergencies: {alarms}, where {RECALL} are to be heard"]
    if alarms.heard < PRECISION * (alarms.heard + alarms.false):
        return [f"emergencies: {alarms}, where {PRECISION} are to be some"]
    return []


def confused(pairs: Pairs) -> list[str]:
    if not pairs.right or pairs.right < SAME_RIGHT * pairs.found:
        return [f"pairs: {pairs}, where {SAME_RIGHT} of those found are to be the same problem"]
    if pairs.right < SAME_FOUND * pairs.same:
        return [f"pairs: {pairs}, where {SAME_FOUND} are to be found"]
    return []


def few(tickets: Collection[Labelled], phrases: Mapping[str, str]) -> list[str]:
    """Too few of our own, or some that are phrases of the catalogue. `phrases`: folded, to their topics."""
    found = []
    languages = Counter(ticket.language for ticket in tickets)
    if len(tickets) < TICKETS or len(languages) < 3 or min(languages.values()) < IN_EACH_LANGUAGE:
        found.append(f"own: {dict(languages)}, not {TICKETS} and {IN_EACH_LANGUAGE} in each of three languages")
    return found + [
        f"{ticket.id}: is a phrase of {phrases[said]}"
        for ticket in tickets
        if (said := plainly(ticket.body)) in phrases
    ]


def plainly(text: str) -> str:
    """Letters and digits alone."""
    return "".join(c for c in text.casefold() if c.isalnum())
