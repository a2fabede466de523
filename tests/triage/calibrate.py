"""Prints the numbers of app/triage/confidence.py anew, fitted on requests in strangers' words.

Each is read twice, by a lexicon that knows every second phrase of each topic and by one that knows the others: what was
looked at while phrases were written is then about as strange to it as what it has never seen.
"""

import math
from collections.abc import Iterator, Sequence

from app.policy.language.matters import Topic
from app.triage.confidence import worth
from app.triage.features import of_message, weighed
from app.triage.lexicon import Lexicon
from app.triage.proposal import told_by
from app.triage.text import read
from tests.triage.tickets import family, tickets, topics

SETS = ("dev", "public", "others")
HALVES, ROUNDS = 2, 30

Outcome = tuple[tuple[float, float, float], bool]
"""What lead and parts that agree are worth, and one; whether the family was right."""


def half_of_the_phrases(half: int) -> dict[str, Topic]:
    return {
        slug: topic.model_copy(update={"phrases": {tag: said[half::HALVES] for tag, said in topic.phrases.items()}})
        for slug, topic in topics().items()
    }


def outcomes() -> Iterator[Outcome]:
    for half in range(HALVES):
        lexicon = Lexicon.build(half_of_the_phrases(half))
        for ticket in (ticket for name in SETS for ticket in tickets(name)):
            heard = of_message(read(ticket.subject, ticket.body), ticket.product, lexicon.spelling.mended)
            scores = lexicon.closer(weighed(heard.whole, lexicon.rarity))
            if scores:
                best = lexicon.topics[max(scores, key=lambda at: (scores[at], -at))]
                lead, agreeing, said = told_by(lexicon, heard, scores)
                for label in ticket.labels:
                    yield (worth(lead, said), worth(agreeing, said), 1.0), family(best) == label.topic


def fitted(seen: Sequence[Outcome]) -> list[float]:
    """The weights of a logistic regression, by Newton's method."""
    weights = [0.0, 0.0, 0.0]
    for _ in range(ROUNDS):
        slope, bend = [0.0] * 3, [[0.0] * 3 for _ in range(3)]
        for told, right in seen:
            chance = 1 / (1 + math.exp(-sum(w * x for w, x in zip(weights, told, strict=True))))
            for i in range(3):
                slope[i] += (right - chance) * told[i]
                for j in range(3):
                    bend[i][j] += chance * (1 - chance) * told[i] * told[j]
        weights = [w + step for w, step in zip(weights, _solved(bend, slope), strict=True)]
    return weights


def _solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at, row in enumerate(rows):
        for other in rows:
            if other is not row:
                share = other[at] / row[at]
                other[:] = [a - share * b for a, b in zip(other, row, strict=True)]
    return [row[-1] / row[at] for at, row in enumerate(rows)]


def main() -> None:
    seen = list(outcomes())
    print(f"{len(seen)} read, {sum(right for _, right in seen) / len(seen):.3f} right")
    print("_LEAD, _AGREEMENT, _ALONE = " + ", ".join(f"{weight:.2f}" for weight in fitted(seen)))


if __name__ == "__main__":
    main()
