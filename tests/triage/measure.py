"""How well triage reads tickets, set by set, against a TF-IDF centroid on the same phrases. Run by `make triage`.

The sets: `dev` (rewritten from real requests), `own` and `later` (ours) were looked at while phrases were extended, so
their figures flatter. `fresh` (ours) was written and labelled before that and looked at once, at the end; yet whoever
wrote it wrote the phrases, too, as of `blind`, which was written from the names of the topics alone. `public` and
`others` (rewritten from public threads) are in the words of strangers. The lexicon never sees any of them.

What nobody labelled by itself was labelled by its family, after the clauses: where those of one family differ, the
others are accepted, too.
"""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from app.triage.text import folded
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
class Tally:
    """Strict and accepted answers, with what macro-F1 needs."""

    strict: int = 0
    accepted: int = 0
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.pairs)

    def add(self, wanted: str, alternatives: Iterable[str], got: str | None, *, also: bool = False) -> None:
        self.strict += got == wanted
        self.accepted += also or got == wanted or got in tuple(alternatives)
        self.pairs.append((wanted, str(got)))

    def __str__(self) -> str:
        if not self.pairs:
            return "nothing to compare"
        strict, accepted = self.strict / self.asked, self.accepted / self.asked
        return f"{strict:.3f} strict  {accepted:.3f} accepted  F1 {macro_f1(self.pairs):.3f}  of {self.asked}"


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Mean over the classes that are wanted at least once."""
    wanted, got, both = (
        Counter(w for w, _ in pairs),
        Counter(g for _, g in pairs),
        Counter(w for w, g in pairs if w == g),
    )
    return sum(2 * both[c] / (n + got[c]) for c, n in wanted.items()) / len(wanted)


def baseline() -> Callable[[str], str]:
    """The nearest centroid of TF-IDF vectors of words, without anything clever."""
    texts = [(slug, words_of(text)) for slug, topic in topics().items() for text in _texts_of(topic.model_dump())]
    seen = Counter(word for _, words in texts for word in set(words))
    rare = {word: math.log((1 + len(texts)) / (1 + n)) + 1 for word, n in seen.items()}
    centroids: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for slug, words in texts:
        for word, weight in _vector(words, rare).items():
            centroids[slug][word] += weight
    lengths = {slug: math.sqrt(sum(w * w for w in c.values())) for slug, c in centroids.items()}

    def nearest(text: str) -> str:
        vector = _vector(words_of(text), rare)
        return max(
            sorted(centroids), key=lambda s: sum(w * centroids[s].get(f, 0.0) for f, w in vector.items()) / lengths[s]
        )

    return nearest


def words_of(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in folded(text)).split()


def _texts_of(topic: Mapping[str, Mapping[str, object]]) -> Iterable[str]:
    for texts in (topic["names"], topic["descriptions"]):
        yield from (str(text) for text in texts.values())
    for phrases in topic["phrases"].values():
        assert isinstance(phrases, tuple | list)
        yield from phrases


def _vector(words: Sequence[str], rare: Mapping[str, float]) -> dict[str, float]:
    raw = {word: (1 + math.log(n)) * rare[word] for word, n in Counter(words).items() if word in rare}
    length = math.sqrt(sum(w * w for w in raw.values())) or 1.0
    return {word: w / length for word, w in raw.items()}


def decision(policy: CompiledPolicy, ticket: Labelled, label: Label, proposal: Proposal) -> Decision:
    """By subject, body and product alone."""
    product = PRODUCTS[label.provider].get((ticket.product or "").lower())
    account = Account(number="A-1", products=(product,) if product else ())
    topic = proposal.candidates[0].topic if proposal.candidates else None
    request = Request(facts={"topic": topic} if topic else {}, topic_source="triage", language=proposal.language)
    return decide(policy, request, Situation(account=account, received_at=AT, dry_run=True), AT)


def measure(name: str, policies: Mapping[str, CompiledPolicy], nearest: Callable[[str], str]) -> None:
    topic, plain, coverage, priority, department = (Tally() for _ in range(5))
    sure: list[tuple[float, bool, bool]] = []
    hits, false_alarms, missed, abstained, without_product, to_staff = 0, 0, 0, 0, 0, 0
    languages: dict[str, Tally] = defaultdict(Tally)
    times = []
    for ticket in tickets(name):
        before = time.process_time()
        proposal = propose(lexicon(), ticket.subject, ticket.body, product=ticket.product)
        times.append(time.process_time() - before)
        got = family(proposal.candidates[0].topic) if proposal.candidates else None
        to_staff += proposal.topic is None
        naive = family(nearest(f"{ticket.subject} {ticket.body}"))
        for label in ticket.labels:
            topic.add(label.topic, label.topic_alt, got)
            languages[ticket.language].add(label.topic, label.topic_alt, got)
            plain.add(label.topic, label.topic_alt, naive)
            confidence = proposal.candidates[0].confidence if proposal.candidates else 0.0
            sure.append((confidence, got == label.topic, got == label.topic or got in label.topic_alt))
            decided = decision(policies[label.provider], ticket, label, proposal)
            alarm = proposal.signals.emergency or decided.priority == "emergency"
            hits += alarm and label.emergency
            false_alarms += alarm and not label.emergency and True not in label.emergency_alt
            missed += label.emergency and not alarm and False not in label.emergency_alt
            if "product" in decided.missing:
                without_product += 1
            elif label.coverage and decided.coverage:
                found = COVERAGES[decided.coverage]
                abstained += found is None
                open_ = found is None and (
                    label.coverage_basis in {"inferred", "policy_silent"} or bool(label.coverage_alt)
                )
                coverage.add(label.coverage, label.coverage_alt, found, also=open_)
            _priority(priority, label, decided, alarm=alarm)
            _department(department, label, decided)
    print(f"\n{name}: {len(times)} tickets, {topic.asked} labels")
    print(f"  topic family   {topic}")
    print("                 " + "  ".join(f"{tag} {_share(t.strict, t.asked)}" for tag, t in sorted(languages.items())))
    print(f"  TF-IDF centroid{'':1}{plain}; the lead is {(topic.strict - plain.strict) / topic.asked:+.3f}")
    of_decided = _share(coverage.strict, coverage.asked - abstained)
    print(f"  coverage       {coverage}; {abstained} unspecified, {without_product} ask for the product")
    print(f"                 {of_decided} strict where the policy says anything")
    print(f"  priority       {priority}")
    print(f"  department     {department}")
    alarms = f"recall {_share(hits, hits + missed)}  precision {_share(hits, hits + false_alarms)}"
    print(f"  emergencies    {alarms}  of {hits + missed}")
    print(f"  sent to staff  {to_staff / len(times):.3f}")
    half = sorted(sure, key=lambda s: -s[0])[: len(sure) // 2]
    strict, accepted = _share(sum(s[1] for s in half), len(half)), _share(sum(s[2] for s in half), len(half))
    print(f"  surest half    {strict} strict  {accepted} accepted")
    print("  confidence     " + "  ".join(_bins(sure)))
    print(f"                 {_calibration_error(sure):.3f} off on average")
    times.sort()
    median, slowest = times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
    print(f"  time           median {median:.2f} ms  p99 {slowest:.2f} ms")


def _priority(tally: Tally, label: Label, decided: Decision, *, alarm: bool) -> None:
    wanted, got = label.priority, decided.priority
    if wanted in {None, "department_sla"} or got is None:
        return
    if wanted == "emergency" and label.provider == "plutus":
        got = "emergency" if alarm else got
    tally.add(str(wanted), label.priority_alt, got)


def _department(tally: Tally, label: Label, decided: Decision) -> None:
    if label.department is None:
        return
    names = (label.department, *label.department_alt)
    got = next((name for name in names if _is_department(name, decided)), str(decided.department))
    tally.add(label.department, label.department_alt, got)


def _is_department(name: str, decided: Decision) -> bool:
    if name in LEVELS:
        return decided.level == LEVELS[name]
    if name == "escalated":
        return (decided.level or 0) >= 2
    return decided.department == DEPARTMENTS.get(name, name)


def _bins(sure: Sequence[tuple[float, bool, bool]]) -> Iterable[str]:
    for tenth in range(10):
        inside = [s for s in sure if tenth / 10 <= s[0] < (tenth + 1) / 10 or (tenth == 9 and s[0] >= 1)]
        if inside:
            said = sum(s[0] for s in inside) / len(inside)
            yield f"{said:.2f}→{sum(s[1] for s in inside) / len(inside):.2f} ({len(inside)})"


def _calibration_error(sure: Sequence[tuple[float, bool, bool]]) -> float:
    """How far what is said lies from what is right, over the ten bins by their size."""
    tenths: dict[int, list[tuple[float, bool, bool]]] = defaultdict(list)
    for one in sure:
        tenths[min(9, int(one[0] * 10))].append(one)
    return sum(abs(sum(s[0] - s[1] for s in inside)) for inside in tenths.values()) / max(1, len(sure))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def main() -> None:
    shelf = Shelf(policy_text, library())
    policies = {provider: shelf.policy(provider, {}, {}) for provider in PRODUCTS}
    before = time.process_time()
    lexicon()
    print(f"lexicon of {len(topics())} topics read in {time.process_time() - before:.2f} s of processor time")
    nearest = baseline()
    for name in SETS:
        measure(name, policies, nearest)


if __name__ == "__main__":
    main()
