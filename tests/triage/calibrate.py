"""Prints the curve of app/triage/confidence.py anew, from the phrases of the catalogue alone.

Five times a fifth of the phrases is kept from the lexicon; messages are made of one or two kept phrases of one topic
among two stray ones, and the share of right families is made monotone over their sureness.
"""

from collections.abc import Iterator, Sequence

from app.policy.language.matters import Topic
from app.triage.features import of_message, weighed
from app.triage.lexicon import Lexicon
from app.triage.proposal import sure_of
from app.triage.text import read
from tests.triage.tickets import family, topics

FOLDS, POINTS = 5, 12


def messages(fold: int) -> tuple[dict[str, Topic], list[tuple[str, str, str]]]:
    """Topics without the kept phrases; subject, body and topic of each message."""
    left, kept = {}, []
    for slug, topic in topics().items():
        phrases = {
            tag: tuple(p for at, p in enumerate(said) if at % FOLDS != fold) for tag, said in topic.phrases.items()
        }
        left[slug] = topic.model_copy(update={"phrases": phrases})
        kept += [(slug, tag, said[fold::FOLDS]) for tag, said in topic.phrases.items() if said[fold::FOLDS]]
    made = []
    by_tag = {tag: [entry for entry in kept if entry[1] == tag] for _, tag, _ in kept}
    for at, (slug, tag, said) in enumerate(kept):
        for place, phrase in enumerate(said):
            other = said[(place + 1) % len(said)] if place % 2 else ""
            strays = [by_tag[tag][(at * 97 + step + place) % len(by_tag[tag])][2][0] for step in (31, 73)]
            made.append((phrase, ". ".join([strays[0], other, strays[1]]), slug))
    return left, made


def outcomes() -> Iterator[tuple[float, bool]]:
    for fold in range(FOLDS):
        left, made = messages(fold)
        lexicon = Lexicon.build(left)
        for subject, body, slug in made:
            heard = of_message(read(subject, body), None, lexicon.spelling.mended)
            scores = lexicon.scores(weighed(heard.whole, lexicon.rarity))
            if scores:
                best = lexicon.topics[max(scores, key=lambda at: (scores[at], -at))]
                yield sure_of(lexicon, heard, scores), family(best) == family(slug)


def monotone(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Pooled neighbours, so that the share never falls."""
    size = len(pairs) // POINTS
    blocks: list[list[float]] = []
    for at in range(0, len(pairs), size):
        chunk = pairs[at : at + size]
        blocks.append([sum(s for s, _ in chunk), sum(r for _, r in chunk), len(chunk)])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return [(s / n, r / n) for s, r, n in blocks]


def main() -> None:
    pairs = sorted(outcomes())
    print(f"{len(pairs)} messages, {sum(right for _, right in pairs) / len(pairs):.3f} right")
    print("_CURVE = (" + ", ".join(f"({x:.2f}, {y:.2f})" for x, y in monotone(pairs)) + ")")


if __name__ == "__main__":
    main()
