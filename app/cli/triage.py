"""`clausedesk triage FILE|-`: what triage makes of one message, in words, and what would be decided by it."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from app.base.clock import system_clock
from app.cli.as_json import AsJson, as_text
from app.cli.policy import fail, loaded
from app.policy.compile import CompiledPolicy
from app.policy.decide import decide
from app.policy.decision import AnyOf, Decision, jsonable
from app.policy.library.files import providers
from app.policy.situation import Account, Request, Situation
from app.services.triage import called, digest_of, lexicon_of, shown
from app.triage.proposal import SURE_ENOUGH, Proposal, propose
from app.triage.text import Told, read

_MOST_BYTES, _MOST_CITED = 1_000_000, 6
_SUBJECT = "subject:"


@dataclass(frozen=True, slots=True)
class _Message:
    subject: str
    body: str


def triage(
    message: Annotated[
        str, typer.Argument(help="A text file, or - for standard input. Its first line may be `Subject: …`.")
    ],
    *,
    policy: Annotated[
        str | None,
        typer.Option(help="A file, or a provider whose policy comes with the desk; default: the first of these."),
    ] = None,
    product: Annotated[str | None, typer.Option(help="What the account has, by the policy's slug.")] = None,
    language: Annotated[str | None, typer.Option(help="Language tag, where it is known.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what a message seems to be about and by which words, what it hints at, and what would be asked or decided.

    Nothing is stored, and no server is needed. Triage only suggests: below its threshold staff choose the topic.
    """
    told = _message(message)
    named = policy or providers()[0]
    document = loaded(named).document
    chosen = {id_: assumption.value for id_, assumption in document.assumptions.items()}
    compiled = CompiledPolicy(document, version=1, revision=0, chosen=chosen)
    products = document.products
    if product is not None and product not in products:
        fail(f"{named} has no product {product}; it has {', '.join(products) or 'none'}.")
    lexicon = lexicon_of(document.topics, digest_of(document.topics))
    proposal = propose(lexicon, told.subject, told.body, language=language, product=product, products=called(products))
    decision = _decision(compiled, proposal, product)
    if as_json:
        print(as_text(_as_json(proposal, decision)))
    else:
        print("\n".join(_in_words(compiled, read(told.subject, told.body), proposal, decision)))


def _message(named: str) -> _Message:
    try:
        raw = sys.stdin.buffer.read(_MOST_BYTES + 1) if named == "-" else _bytes(Path(named))
    except OSError as error:
        fail(f"{named} cannot be read: {error.strerror}.")
    if len(raw) > _MOST_BYTES:
        fail(f"{named} is longer than a message may be, which is {_MOST_BYTES // 1_000_000} MB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(f"{named} is not UTF-8 text.")
    if not text.strip():
        fail(f"{named} says nothing.")
    first, _, rest = text.lstrip().partition("\n")
    if first.lower().startswith(_SUBJECT):
        return _Message(first[len(_SUBJECT) :].strip(), rest)
    return _Message("", text)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_BYTES + 1)


def _decision(policy: CompiledPolicy, proposal: Proposal, product: str | None) -> Decision:
    """Of a request that says no more than this, from an account that the desk knows."""
    facts = {"topic": proposal.topic} if proposal.topic else {}
    request = Request(facts=facts, topic_source="triage", language=proposal.language)
    at = system_clock()
    account = Account(number="-", products=(product,) if product else ())
    situation = Situation(account=account, received_at=at, dry_run=True, signals=shown(proposal.signals))
    return decide(policy, request, situation, at)


def _as_json(proposal: Proposal, decision: Decision) -> dict[str, Any]:
    return {
        "language": proposal.language,
        "topic": proposal.topic,
        "threshold": SURE_ENOUGH,
        "topic_candidates": [
            {"topic": c.topic, "confidence": c.confidence, "because": list(c.because)} for c in proposal.candidates
        ],
        "signals": [
            {"name": hint.name, "value": hint.value, "because": list(hint.because)} for hint in proposal.signals.hints()
        ],
        "decision": jsonable(decision),
    }


def _in_words(policy: CompiledPolicy, told: Told, proposal: Proposal, decision: Decision) -> Iterator[str]:
    yield f"Language: {proposal.language or 'not clear'}"
    yield from _apart(told)
    yield ""
    yield "What it may be about:"
    for candidate in proposal.candidates:
        words = ", ".join(f"“{word}”" for word in candidate.because)
        yield f"  {candidate.confidence:4.0%}  {candidate.topic}: {words}"
    if not proposal.candidates:
        yield "  Nothing: no topic is known by any of its words."
    hints = proposal.signals.hints()
    if hints:
        yield ""
        yield "What it hints at, for staff to see; nothing is decided by it:"
        for hint in hints:
            value = "" if hint.value is True else f" {hint.value}"
            words = ", ".join(f"“{word}”" for word in hint.because)
            yield f"  {hint.name}{value}: {words}"
    yield ""
    yield from _next(policy, proposal, decision)


def _apart(told: Told) -> Iterator[str]:
    """What was not read as the sender's own words."""
    parts = [
        (told.logs, "lines of a log or program, which count little"),
        (told.quoted, "lines that are quoted"),
        ("\n".join(told.signature), "lines of a signature"),
    ]
    apart = [f"{len(text.splitlines())} {what}" for text, what in parts if text]
    if apart:
        yield f"Set apart: {'; '.join(apart)}"


def _next(policy: CompiledPolicy, proposal: Proposal, decision: Decision) -> Iterator[str]:
    name = policy.document.provider
    if proposal.topic is None:
        yield f"Next, by the policy of {name}: less sure than {SURE_ENOUGH:.0%}, so staff choose the topic."
    else:
        yield f"Next, by the policy of {name}, if {proposal.topic} is taken and nothing else is known:"
    said = {
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "department": decision.department,
        "level": decision.level,
        "priority": decision.priority,
        "coverage": decision.coverage.value if decision.coverage else None,
        "work": decision.work_gate.value,
    }
    yield "  " + ", ".join(f"{what} {value}" for what, value in said.items() if value is not None)
    missing = [_either(one) if isinstance(one, AnyOf) else one for one in decision.missing]
    if missing:
        yield f"  asked for: {', '.join(missing)}"
    cited = dict.fromkeys(f"  {citation.clause}: {citation.sentence}" for citation in decision.citations)
    yield from list(cited)[:_MOST_CITED]


def _either(missing: AnyOf) -> str:
    return " or ".join("+".join(names) for names in missing.any_of)
