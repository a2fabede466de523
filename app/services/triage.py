"""What a request's words suggest: a topic for whoever named none, and the facts that text may assert."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import orjson

from app.base.vocabulary import Asserter
from app.policy.compile import CompiledPolicy
from app.policy.decision import Signal, TopicCandidate
from app.policy.language.document import Document
from app.policy.language.matters import Fact, Product, Topic
from app.policy.library.files import learned_topics
from app.policy.situation import Account
from app.triage.extraction import extract
from app.triage.keeping import read_back
from app.triage.lexicon import Lexicon
from app.triage.likeness import ALIKE, Sound, compared, may_be_alike
from app.triage.proposal import proposed
from app.triage.signals import SILENT, Signals, read_signals
from app.triage.text import folded, read

_MOST = 4
"""Lexicons kept; policies on the same catalogue share one."""


@dataclass(slots=True)
class Suggested:
    """`facts` are added to what is stated; a topic among them is triage's own and decides neither refusal nor price.

    Nobody changes one.
    """

    facts: Mapping[str, Any]
    topic_source: Literal["given", "triage"] = "given"
    candidates: tuple[TopicCandidate, ...] = ()
    language: str | None = None
    signals: tuple[Signal, ...] = ()


NOTHING = Suggested({})


_Source = TypeVar("_Source")
_Result = TypeVar("_Result")


class _WorkedOut(Generic[_Source, _Result]):
    """What follows from parts of documents, which nobody changes; for as many as are usually in force."""

    def __init__(self, work_out: Callable[[_Source], _Result]) -> None:
        self._work_out = work_out
        # The source is kept beside what follows from it, so that its id cannot come to name another.
        self._known: dict[int, tuple[_Source, _Result]] = {}

    def of(self, source: _Source) -> _Result:
        known = self._known.get(id(source))
        if known is None:
            if len(self._known) >= 4 * _MOST:
                self._known.clear()
            known = self._known[id(source)] = (source, self._work_out(source))
        return known[1]


@dataclass(slots=True)
class Reading:
    """What a document makes of texts. Nobody changes one."""

    zone: ZoneInfo
    of_text: frozenset[str]
    """What the policy takes a text's word for."""
    products: Mapping[str, str]
    """What customers may call the products, folded, to their slugs."""
    has_topics: bool

    @classmethod
    def by(cls, document: Document) -> "Reading":
        topics = bool(document.topics)
        return cls(ZoneInfo(document.tz), assertable(document.facts), called(document.products), topics)


class Lexicons:
    """What the topics of policies sound like, learned before the first request or when a policy is published."""

    def __init__(self, known: OrderedDict[str, Lexicon] | None = None) -> None:
        """`known`: those that are learned already, by the digest of their topics."""
        self._known: OrderedDict[str, Lexicon] = OrderedDict() if known is None else known
        self._digests: _WorkedOut[Mapping[str, Topic], str] = _WorkedOut(digest_of)
        self._readings: _WorkedOut[Document, Reading] = _WorkedOut(Reading.by)
        self._learning = asyncio.Lock()

    async def of(self, policy: CompiledPolicy) -> Lexicon:
        topics = policy.document.topics
        return await self._learned(topics, self._digests.of(topics))

    def reading(self, policy: CompiledPolicy) -> Reading:
        return self._readings.of(policy.document)

    async def learn(self, topics: Mapping[str, Topic]) -> None:
        """For requests to come."""
        await self._learned(topics, digest_of(topics))

    async def _learned(self, topics: Mapping[str, Topic], digest: str) -> Lexicon:
        """By the first who asks, while others wait; those of topics that are known do not."""
        known = self._known.get(digest)
        if known is not None:
            self._known.move_to_end(digest)
            return known
        async with self._learning:
            known = self._known.get(digest)
            if known is None:
                known = await asyncio.to_thread(lexicon_of, topics, digest)
                self._known[digest] = known
                if len(self._known) > _MOST:
                    self._known.popitem(last=False)
            self._known.move_to_end(digest)
            return known


def lexicon_of(topics: Mapping[str, Topic], digest: str) -> Lexicon:
    """Learned long ago where the topics are a catalogue's as it comes; else now."""
    kept = next((kept for kept in map(read_back, learned_topics()) if kept.digest == digest), None)
    return kept.lexicon if kept is not None else Lexicon.build(topics)


def digest_of(topics: Mapping[str, Topic]) -> str:
    said = {slug: topic.model_dump(mode="json") for slug, topic in topics.items()}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def suggest(
    lexicons: Lexicons,
    policy: CompiledPolicy,
    words: tuple[str, str],
    stated: Mapping[str, Any],
    account: Account | None,
    usernames: tuple[str, ...],
    received_at: datetime,
) -> Suggested:
    """From subject and body. What somebody has stated is never replaced, and what text may not assert is left out."""
    subject, body = words
    if not subject and not body:
        return NOTHING
    told, reading = read(subject, body), lexicons.reading(policy)
    domains = account.hosted_domains if account is not None else ()
    found = extract(told, received_at=received_at, zone=reading.zone, usernames=usernames, domains=domains)
    facts = {name: value for name, value in found.items() if name in reading.of_text and name not in stated}
    if "occurred_at" in facts:
        facts["occurred_at"] = found["occurred_at"].isoformat().replace("+00:00", "Z")
    signals = read_signals(told, found.get("error_message"), products=reading.products)
    if "topic" in stated or not reading.has_topics:
        return Suggested(facts, signals=shown(signals))
    product = account.products[0] if account is not None and len(account.products) == 1 else None
    proposal = proposed(await lexicons.of(policy), told, signals, product=product)
    candidates = tuple([TopicCandidate(c.topic, c.confidence, c.because) for c in proposal.candidates])
    if proposal.topic is None:
        return Suggested(facts, "given", candidates, proposal.language, shown(signals))
    facts["topic"] = proposal.topic
    return Suggested(facts, "triage", candidates, proposal.language, shown(signals))


def shown(signals: Signals) -> tuple[Signal, ...]:
    """As decisions carry them."""
    if signals is SILENT:
        return ()
    return tuple([Signal(hint.name, hint.value, hint.because) for hint in signals.hints()])


def called(products: Mapping[str, Product]) -> dict[str, str]:
    """What customers may call the products, folded, to their slugs."""
    names: dict[str, str] = {}
    for slug, product in products.items():
        if not product.general:
            own = product.name.values() if isinstance(product.name, Mapping) else (product.name,)
            names |= dict.fromkeys((*own, slug.replace("_", " "), *product.variants), slug)
    found: dict[str, str] = {}
    for name, slug in names.items():
        if name.strip():
            found[folded(name)] = min(slug, found.get(folded(name), slug))
    return found


_OF_TEXT: Final = {
    **dict.fromkeys(("first_name", "last_name", "account_username", "error_message", "hosted_domain"), "text"),
    "description": "bool",
    "occurred_at": "instant",
}
"""What is extracted from texts, and as what the policy has to read it."""


def assertable(facts: Mapping[str, Fact]) -> frozenset[str]:
    """Of what is extracted from a text, what the policy knows and takes a text's word for."""
    return frozenset(
        name
        for name, kind in _OF_TEXT.items()
        if (fact := facts.get(name)) is not None and fact.type == kind and Asserter.TEXT in fact.asserted_by
    )


# ── said before ──────────────────────────────────────────────────────────────
_COMPARED = 10
"""So many open tickets of an account at most, the newest."""


async def said_before(
    lexicons: Lexicons, policy: CompiledPolicy, words: tuple[str, str], tickets: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[str, ...]]:
    """Open tickets that tell of the same problem, the likest first, with the words that both have.

    Where the policy merges nothing, or nothing was said, nobody is asked.
    """
    said = "\n".join(words).strip()
    if not tickets or not policy.joins_duplicates or not any(map(str.isalpha, said)):
        return {}
    lexicon = await lexicons.of(policy)
    ours, found = Sound(lexicon, said), []
    for ticket in tickets[-_COMPARED:]:
        theirs = Sound(lexicon, f"{ticket['subject']}\n{ticket['said'] or ''}")
        if may_be_alike(ours, theirs):
            found.append((compared(ours, theirs), str(ticket["id"])))
    alike = sorted(((like, id_) for like, id_ in found if like.score >= ALIKE), key=lambda pair: -pair[0].score)
    return {id_: like.because for like, id_ in alike}
