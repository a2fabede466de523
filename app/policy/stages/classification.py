"""Stages classify, priority and coverage: where it goes, how urgent it is, and whether help is owed."""

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.policy.compiled.coverage import CompiledEntry
from app.policy.language.effects import SetOutcome
from app.policy.stages.deliberation import Deliberation, _add


def classify(d: Deliberation) -> None:
    """Department and level: an earlier rule's, the ticket's own, else the first department that wants it."""
    d.stage = "classify"
    if d.department is None:
        for slug, department, when in d.policy.departments:
            if when.holds(d.values):
                d.department = slug
                d.level = department.level
                d.cite(department, f"department={slug}", when.reads)
                break
    d.values["department"], d.values["level"] = d.department, d.level
    d.run("classify")
    level = d.policy.document.levels.get(d.level or 0)
    if level is not None:
        d.cite(level, f"level={d.level}")


def priority(d: Deliberation) -> None:
    """The first rule that gives one; else the policy's only class, or its lowest."""
    d.stage = "priority"
    for ready in d.policy.candidates("priority", d.values):
        if ready.when.holds(d.values):
            d.apply(ready, ready.rule.then)
            if d.priority is not None:
                break
    if d.situation.priority is not None:
        d.priority = d.situation.priority
    if d.priority is None and d.policy.document.priorities:
        d.priority = max(d.policy.document.priorities, key=d.policy.priority_rank)
    d.values["priority"] = d.priority
    if (named := d.policy.document.priorities.get(d.priority or "")) is not None:
        d.cite(named, f"priority={d.priority}")
    d.values["contract.serves"] = _contract_serves(d)


def _contract_serves(d: Deliberation) -> bool:
    contract = d.account.contract if d.account else None
    d.values["contract.overtime"] = contract.overtime.status if contract and contract.overtime else "unknown"
    if contract is None or not contract.after_hours:
        return False
    terms = d.policy.document.contract
    d.cite(terms, "contract")
    channels = contract.channels if contract.channels is not None else terms.after_hours.channels
    priorities = contract.priorities if contract.priorities is not None else terms.after_hours.priorities
    entrance = d.channel.channel.entrance if d.channel else None
    slug = d.channel.slug if d.channel else None
    return (not channels or slug in channels or entrance in channels) and (not priorities or d.priority in priorities)


# ── coverage ─────────────────────────────────────────────────────────────────
def coverage(d: Deliberation) -> None:
    """Overrides by rank, then the narrowest ordinary entry; where none holds, the policy is silent."""
    d.stage = "coverage"
    ended = d.ended
    products = _candidate_products(d)
    if len(products) < 2:
        entry, cited = _find(d, products[0] if products else None)
        _settle(d, entry, cited)
    else:
        _settle_for_all(d, products)
    if d.situation.coverage is not None and not d.strict:
        d.coverage = d.situation.coverage
        d.gates.discard(WorkGate.AWAITING_STAFF_DECISION)
        if not ended:
            d.outcome, d.reason, d.ended = Outcome.ACCEPTED, None, False
    d.values["coverage"] = d.coverage
    d.run("coverage")
    d.values["coverage"] = d.coverage


def _candidate_products(d: Deliberation) -> list[str | None]:
    """The product that is meant; where nobody has said, all that the account holds; of no account, all there are."""
    stated = d.values.get("product")
    if stated is not None:
        return [d.policy.product(str(stated))]
    held = d.account.products if d.account else ()
    return [d.policy.product(p) for p in held or d.policy.document.products]


def _settle_for_all(d: Deliberation, products: list[str | None]) -> None:
    """Several products may be meant: where they agree, that is the answer; else the product is asked for."""
    found = [_find(d, product) for product in products]
    answers = {_answer(entry) for entry, _ in found}
    if len(answers) > 1:
        _settle(d, None, ())
        _add(d.missing, ["product"])
        return
    general, cited = _find(d, None)
    if general is not None and _answer(general) in answers:
        _settle(d, general, cited)
        return
    mildest = min((entry for entry, _ in found if entry), key=lambda ready: ready.entry.strict, default=None)
    _settle(d, mildest, tuple({source.position: source for _, cited in found for source in cited}.values()))


def _answer(ready: CompiledEntry | None) -> tuple[Coverage, str | None]:
    return (_status(ready), ready.entry.fee) if ready is not None else (Coverage.UNSPECIFIED, None)


def _status(ready: CompiledEntry) -> Coverage:
    entry = ready.entry
    return entry.else_ if entry.only and entry.else_ is not None else entry.status


def _find(d: Deliberation, product: str | None) -> tuple[CompiledEntry | None, tuple[CompiledEntry, ...]]:
    """The deciding entry and the narrower one that is cited with it."""
    topic = d.values.get("topic")
    ordinary = _ordinary(d, topic, product)
    if d.stands_for is not None:
        ordinary = _ordinary(d, str(d.stands_for), product) or ordinary
    variant = d.values.get("variant")
    for ready in d.policy.coverage.overrides_for(topic):
        if not ready.concerns(product, variant) or not ready.when.holds(d.values):
            continue
        entry = ready.entry
        if entry.only and (ordinary.entry.status if ordinary else Coverage.UNSPECIFIED) in entry.only:
            return ordinary, (ready, ordinary) if ordinary else ()
        same = ordinary is not None and ordinary.entry.status is entry.status
        return ready, (ready, ordinary) if same and ordinary is not None else (ready,)
    return ordinary, (ordinary,) if ordinary else ()


def _ordinary(d: Deliberation, topic: str | None, product: str | None) -> CompiledEntry | None:
    variant = d.values.get("variant")
    for ready in d.policy.coverage.entries_for(topic):
        if ready.concerns(product, variant) and ready.when.holds(d.values):
            return ready
    return None


def _settle(d: Deliberation, ready: CompiledEntry | None, cited: tuple[CompiledEntry, ...]) -> None:
    d.entry = ready
    if ready is not None and ready.entry.override is not None and ready.entry.status is Coverage.COVERED:
        ordinary = _ordinary(d, d.values.get("topic"), None)
        d.waived_fee = ordinary.entry.fee if ordinary else None
    if ready is None:
        silence = d.policy.document.unspecified
        d.coverage = Coverage.UNSPECIFIED
        d.cite(silence, "coverage=unspecified", ("topic", "product"))
        if silence.gate is not WorkGate.OPEN:
            d.gates.add(silence.gate)
        return
    entry = ready.entry
    d.coverage = _status(ready)
    d.strict = entry.strict
    d.provisional = entry.provisional_when is not None and ready.provisional.holds(d.values)
    for source in cited:
        reads = ("topic", *(("product",) if source.entry.products else ()), *source.when.reads)
        d.cite(source.entry, f"coverage={d.coverage}", reads)
    _add(d.suggestions, entry.suggest)
    _add(d.missing, entry.missing)
    for effect in entry.effects:
        d.bring_about(effect)
    if d.coverage is Coverage.UNSPECIFIED and d.policy.document.unspecified.gate is not WorkGate.OPEN:
        d.cite(d.policy.document.unspecified, "coverage=unspecified")
        d.gates.add(d.policy.document.unspecified.gate)
    if d.coverage is Coverage.NOT_SUPPORTED:
        _not_supported(d, entry.reason or "topic_not_supported")


def _not_supported(d: Deliberation, reason: str) -> None:
    """A topic that a person has given or confirmed is refused; one that triage proposed is looked at first."""
    if d.request.topic_source == "triage":
        d.provisional = True
        d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    elif not d.ended:
        d.bring_about(SetOutcome(do="outcome", outcome=Outcome.REFUSED, reason=reason))
