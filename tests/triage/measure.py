"""How well triage reads tickets, set by set, against a TF-IDF centroid on the same phrases. Run by `make triage`.

The sets: `dev` (rewritten from real requests), `own` and `later` (ours) were looked at while phrases were extended, so
their figures flatter. `fresh` and `blind` (ours) were written and labelled before, `blind` from the names of the topics
alone; yet whoever wrote them wrote the phrases, too. `public` and `others` (rewritten from public threads) are in the
words of strangers, and were looked at, too. `unseen` (in three languages, as hurried strangers write) was written and
labelled last, after phrases and code had come to rest, and nothing was done about its errors: what to expect of tickets
never seen. The lexicon never sees any of them.

What nobody labelled by itself was labelled by its family, after the clauses: where those of one family differ, the
others are accepted, too.
"""

import sys
from collections.abc import Callable, Iterable, Mapping

from app.policy.compile import CompiledPolicy
from app.policy.library.files import library, policy_text
from app.policy.scenarios.shelf import Shelf
from app.triage.lexicon import Lexicon
from app.triage.proposal import Proposal
from tests.triage.centroid import nearest_centroid
from tests.triage.costs import Costs, dear, hostile, lengths, memory, ordinary
from tests.triage.deciding import PRODUCTS, Decided, decided
from tests.triage.figures import Alarms, Answer, Pairs, Reading, Tally, share
from tests.triage.floors import below, confused, few, plainly, undecided, unfounded, unheard
from tests.triage.pairs import found, pairs
from tests.triage.tickets import Labelled, family, lexicon, proposed, tickets, topics

SETS = ("dev", "own", "later", "fresh", "public", "blind", "others", "unseen")


def reading(name: str, by: Callable[[Labelled], Proposal] = proposed) -> Reading:
    """Of the topics of a set."""
    lexicon()
    seen = Reading(name)
    for ticket in tickets(name):
        proposal = by(ticket)
        seen.tickets += 1
        seen.to_staff += proposal.topic is None
        got = family(proposal.candidates[0].topic) if proposal.candidates else None
        confidence = proposal.candidates[0].confidence if proposal.candidates else 0.0
        naive = family(nearest_centroid()(f"{ticket.subject} {ticket.body}"))
        for label in ticket.labels:
            for tally, answer in ((seen.topic, got), (seen.languages[ticket.language], got), (seen.plain, naive)):
                tally.add(label.topic, label.topic_alt, answer)
            accepted = got == label.topic or got in label.topic_alt
            seen.answers.append(Answer(confidence, got == label.topic, accepted))
    return seen


def told(read: Reading, done: Decided) -> Iterable[str]:
    """The figures of a set, line by line."""
    yield f"\n{read.name}: {read.tickets} tickets, {read.topic.asked} labels"
    yield f"  topic family   {read.topic}"
    languages = sorted(read.languages.items())
    yield "                 " + "  ".join(f"{tag} {share(tally.strict, tally.asked)}" for tag, tally in languages)
    yield f"  TF-IDF centroid {read.plain}; the lead is {read.lead:+.3f}"
    undecided_ = f"{done.abstained} unspecified, {done.without_product} ask for the product"
    yield f"  coverage       {done.coverage}; {undecided_}"
    of_decided = share(done.coverage.strict, done.coverage.asked - done.abstained)
    yield f"                 {of_decided} strict where the policy says anything"
    yield f"  priority       {done.priority}"
    yield f"                 {done.once_confirmed} once staff confirm the signals"
    yield f"  department     {done.department}"
    yield f"  emergencies    {done.alarms}"
    yield f"  sent to staff  {share(read.to_staff, read.tickets)}"
    half = read.surest_half()
    strict, accepted = sum(answer.strict for answer in half), sum(answer.accepted for answer in half)
    yield f"  surest half    {share(strict, len(half))} strict  {share(accepted, len(half))} accepted"
    bins = [
        f"{sum(a.confidence for a in inside) / len(inside):.2f}→{share(sum(a.strict for a in inside), len(inside))}"
        f" ({len(inside)})"
        for inside in read.tenths()
        if inside
    ]
    yield "  confidence     " + "  ".join(bins)
    yield f"                 {read.off():.3f} off on average"


def all_sets(policies: Mapping[str, CompiledPolicy], known: float) -> list[str]:
    """Prints them, and says what lies below a floor. `known`: megabytes that the catalogue's words take."""
    together, coverage, abstained, alarms, failed = Reading("all"), Tally(), 0, Alarms(), []
    for name in SETS:
        read, done = reading(name), decided(name, policies)
        print("\n".join(told(read, done)))
        failed += below(read)
        together.answers += read.answers
        together.tickets += read.tickets
        coverage, abstained, alarms = coverage + done.coverage, abstained + done.abstained, alarms + done.alarms
    alike = Pairs.of(pairs(), found(pairs()))
    costs = Costs(ordinary(), lengths(), hostile(), known)
    print(f"\nall sets: {together.tickets} tickets, {len(together.answers)} labels")
    of_decided = share(coverage.strict, coverage.asked - abstained)
    print(f"  coverage       {coverage}; {of_decided} strict where the policy says anything ({abstained} unspecified)")
    print(f"  confidence     {together.off():.3f} off on average")
    print(f"  emergencies    {alarms}")
    print(f"  same problem   {alike} among {len(pairs())} pairs")
    print(f"  costs          {costs}")
    return [
        *(failed + undecided(coverage, abstained) + unfounded(together) + unheard(alarms) + confused(alike)),
        *(dear(costs) + few(tickets("own"), phrases())),
    ]


def phrases() -> dict[str, str]:
    return {
        plainly(text): slug for slug, topic in topics().items() for texts in topic.phrases.values() for text in texts
    }


def main() -> int:
    known = memory()
    shelf = Shelf(policy_text, library())
    failed = all_sets({provider: shelf.policy(provider, {}, {}) for provider in PRODUCTS}, known)
    if Lexicon.build(topics()) != lexicon():
        failed.append("lexicon: learning gives something else now; run `make lexicon`")
    for line in failed:
        print(f"BELOW THE FLOOR  {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
