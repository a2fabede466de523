"""How well triage reads tickets, set by set, against a TF-IDF centroid on the same phrases. Run by `make triage`.

The sets: `dev` (rewritten from real requests), `own` and `later` (ours) were looked at while phrases were extended, so
their figures flatter. `fresh` and `blind` (ours) were written and labelled before, `blind` from the names of the topics
alone; yet whoever wrote them wrote the phrases, too. `public` and `others` (rewritten from public threads) are in the
words of strangers, and were looked at, too. `unseen` (the same, in three languages) was written last of all and nothing
was done about its errors: what to expect of tickets never seen. The lexicon never sees any of them.

What nobody labelled by itself was labelled by its family, after the clauses: where those of one family differ, the
others are accepted, too.
"""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.base.vocabulary import Coverage
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import Decision
from app.policy.library.files import library, policy_text
from app.policy.scenarios.shelf import Shelf
from app.policy.situation import Account, Request, Situation
from app.triage.proposal import Proposal, propose
from tests.triage.centroid import nearest_centroid
from tests.triage.figures import Alarms, Answer, Reading, Tally, below, share, unheard
from tests.triage.tickets import Label, Labelled, family, lexicon, tickets, topics

AT = datetime(2026, 2, 10, 15, tzinfo=UTC)
SETS = ("dev", "own", "later", "fresh", "public", "blind", "others")

# The labels' words for products, as the policies name them.
PRODUCTS: Mapping[str, Mapping[str, str]] = {
    "kenotronix": {
        "shared hosting": "shared",
        "mutualisé": "shared",
        "business hosting": "shared",
        "starter hosting": "shared",
        "shared": "shared",
        "vps": "vps_dedicated",
        "vps (plesk)": "vps_dedicated",
        "vps_dedicated": "vps_dedicated",
        "vps_developer": "vps_developer",
        "managed wordpress": "managed_wordpress",
        "managed_wordpress": "managed_wordpress",
        "office 365": "office365",
        "microsoft 365": "office365",
        "exchange hébergé": "office365",
        "office365": "office365",
        "gsuite": "gsuite",
        "general": "general",
    },
    "brs": {"windows hosting": "windows", "hospedagem linux": "linux"},
    "mexxus": {"reseller": "reseller_hosting", "revenda": "reseller_hosting", "shared hosting": "shared_hosting"},
    "plutus": {"shared hosting": "shared_hosting"},
    "tsc": {},
}
COVERAGES: Mapping[Coverage, str | None] = {
    Coverage.COVERED: "included",
    Coverage.SELF_SERVICE: "included",
    Coverage.BILLABLE: "advanced_billable",
    Coverage.NOT_SUPPORTED: "not_supported",
    Coverage.BEST_EFFORT: "best_effort_low",
    Coverage.DISCRETIONARY: "best_effort_low",
    Coverage.UNSPECIFIED: None,
}
DEPARTMENTS = {"service_desk": "helpdesk", "accounts_billing": "billing"}
LEVELS = {"level_1": 1, "level_2": 2, "level_3": 3}


@dataclass(slots=True)
class Decided:
    """What the policies made of the tickets of a set."""

    coverage: Tally = field(default_factory=Tally)
    priority: Tally = field(default_factory=Tally)
    department: Tally = field(default_factory=Tally)
    alarms: Alarms = field(default_factory=Alarms)
    abstained: int = 0
    without_product: int = 0


def proposed(ticket: Labelled) -> Proposal:
    return propose(lexicon(), ticket.subject, ticket.body, product=ticket.product)


def reading(name: str, by: Callable[[Labelled], Proposal] = proposed) -> Reading:
    """Of the topics of a set."""
    lexicon()
    seen = Reading(name)
    for ticket in tickets(name):
        before = time.process_time()
        proposal = by(ticket)
        seen.seconds.append(time.process_time() - before)
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


def decided(name: str, policies: Mapping[str, CompiledPolicy]) -> Decided:
    seen = Decided()
    for ticket in tickets(name):
        proposal = proposed(ticket)
        for label in ticket.labels:
            answer = _decision(policies[label.provider], ticket, label, proposal)
            alarm = proposal.signals.emergency or answer.priority == "emergency"
            seen.alarms.add(alarm, label.emergency, label.emergency_alt)
            _coverage(seen, label, answer)
            _priority(seen.priority, label, answer, alarm=alarm)
            _department(seen.department, label, answer)
    return seen


def _decision(policy: CompiledPolicy, ticket: Labelled, label: Label, proposal: Proposal) -> Decision:
    """By subject, body and product alone."""
    product = PRODUCTS[label.provider].get((ticket.product or "").lower())
    account = Account(number="A-1", products=(product,) if product else ())
    topic = proposal.candidates[0].topic if proposal.candidates else None
    request = Request(facts={"topic": topic} if topic else {}, topic_source="triage", language=proposal.language)
    return decide(policy, request, Situation(account=account, received_at=AT, dry_run=True), AT)


def _coverage(seen: Decided, label: Label, answer: Decision) -> None:
    if "product" in answer.missing:
        seen.without_product += 1
    elif label.coverage and answer.coverage:
        found = COVERAGES[answer.coverage]
        seen.abstained += found is None
        open_ = found is None and (label.coverage_basis in {"inferred", "policy_silent"} or bool(label.coverage_alt))
        seen.coverage.add(label.coverage, label.coverage_alt, found, also=open_)


def _priority(tally: Tally, label: Label, answer: Decision, *, alarm: bool) -> None:
    wanted, got = label.priority, answer.priority
    if wanted in {None, "department_sla"} or got is None:
        return
    if wanted == "emergency" and label.provider == "plutus":
        got = "emergency" if alarm else got
    tally.add(str(wanted), label.priority_alt, got)


def _department(tally: Tally, label: Label, answer: Decision) -> None:
    if label.department is None:
        return
    names = (label.department, *label.department_alt)
    got = next((name for name in names if _is_department(name, answer)), str(answer.department))
    tally.add(label.department, label.department_alt, got)


def _is_department(name: str, answer: Decision) -> bool:
    if name in LEVELS:
        return answer.level == LEVELS[name]
    if name == "escalated":
        return (answer.level or 0) >= 2
    return answer.department == DEPARTMENTS.get(name, name)


def told(read: Reading, done: Decided) -> Iterable[str]:
    """The figures of a set, line by line."""
    yield f"\n{read.name}: {len(read.seconds)} tickets, {read.topic.asked} labels"
    yield f"  topic family   {read.topic}"
    languages = sorted(read.languages.items())
    yield "                 " + "  ".join(f"{tag} {share(tally.strict, tally.asked)}" for tag, tally in languages)
    yield f"  TF-IDF centroid {read.plain}; the lead is {read.lead:+.3f}"
    undecided = f"{done.abstained} unspecified, {done.without_product} ask for the product"
    yield f"  coverage       {done.coverage}; {undecided}"
    of_decided = share(done.coverage.strict, done.coverage.asked - done.abstained)
    yield f"                 {of_decided} strict where the policy says anything"
    yield f"  priority       {done.priority}"
    yield f"  department     {done.department}"
    yield f"  emergencies    {done.alarms}"
    yield f"  sent to staff  {share(read.to_staff, len(read.seconds))}"
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
    times = sorted(read.seconds)
    median, slowest = times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
    yield f"  time           median {median:.2f} ms  p99 {slowest:.2f} ms"


def main() -> int:
    shelf = Shelf(policy_text, library())
    policies = {provider: shelf.policy(provider, {}, {}) for provider in PRODUCTS}
    before = time.process_time()
    lexicon()
    print(f"lexicon of {len(topics())} topics read in {time.process_time() - before:.2f} s of processor time")
    alarms, failed = Alarms(), []
    for name in SETS:
        read, done = reading(name), decided(name, policies)
        print("\n".join(told(read, done)))
        failed += below(read)
        alarms.heard, alarms.missed = alarms.heard + done.alarms.heard, alarms.missed + done.alarms.missed
        alarms.false += done.alarms.false
    print(f"\nall emergencies  {alarms}")
    failed += unheard(alarms)
    for line in failed:
        print(f"BELOW THE FLOOR  {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
