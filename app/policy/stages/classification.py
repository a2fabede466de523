"""Stages classify, priority and coverage: where it goes, how urgent it is, and whether help is owed."""

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.policy.compiled.conditions import Values
from app.policy.compiled.coverage import CompiledEntry
from app.policy.language.effects import SetOutcome
from app.policy.stages.deliberation import Deliberation, added


def classify(d: Deliberation) -> None:
    """Department and level: an earlier rule's, the ticket's own, else the first department that wants it."""
    d.stage = "classify"
    if d.department is None:
        for slug, department, when in d.policy.departments.candidates(d.values):
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
        d.missing = added(d.missing, ["product"])
        return
    general, cited = _find(d, None)
    if general is not None and _answer(general) in answers:
        _settle(d, general, cited)
        return
    mildest = min((entry for entry, _ in found if entry), key=lambda ready: ready.strict, default=None)
    _settle(d, mildest, tuple({source.position: source for _, cited in found for source in cited}.values()))


def _answer(ready: CompiledEntry | None) -> tuple[Coverage, str | None]:
    return (ready.gives, ready.fee) if ready is not None else (Coverage.UNSPECIFIED, None)


def _find(d: Deliberation, product: str | None) -> tuple[CompiledEntry | None, tuple[CompiledEntry, ...]]:
    """The deciding entry and the narrower one that is cited with it."""
    values, table = d.values, d.policy.coverage
    variant = values.get("variant")
    entries, overrides = table.candidates(values.get("topic"), product, variant)
    ordinary = _first(entries, values)
    if d.stands_for is not None:
        ordinary = _first(table.candidates(str(d.stands_for), product, variant).ordinary, values) or ordinary
    over = _first(overrides, values)
    if over is None:
        return ordinary, (ordinary,) if ordinary else ()
    entry = over.entry
    status = ordinary.entry.status if ordinary else None
    if entry.only and (status or Coverage.UNSPECIFIED) in entry.only:
        return ordinary, (over, ordinary) if ordinary else ()
    return over, (over, ordinary) if ordinary and entry.status is status else (over,)


def _first(entries: tuple[CompiledEntry, ...], values: Values) -> CompiledEntry | None:
    for ready in entries:
        if ready.when.holds(values):
            return ready
    return None


def _settle(d: Deliberation, ready: CompiledEntry | None, cited: tuple[CompiledEntry, ...]) -> None:
    d.entry = ready
    silence = d.policy.document.unspecified
    if ready is None:
        d.coverage = Coverage.UNSPECIFIED
        d.cite(silence, "coverage=unspecified", ("topic", "product"))
        if silence.gate is not WorkGate.OPEN:
            d.gates.add(silence.gate)
        return
    entry, status = ready.entry, ready.gives
    if ready.waives:
        table, values = d.policy.coverage, d.values
        ordinary = _first(table.candidates(values.get("topic"), None, values.get("variant")).ordinary, values)
        d.waived_fee = ordinary.fee if ordinary else None
    d.coverage, d.strict = status, ready.strict
    d.provisional = ready.provisional is not None and ready.provisional.holds(d.values)
    for source in cited:
        d.cite(source.entry, f"coverage={status}", source.reads)
    if ready.adds:
        d.suggestions, d.missing = added(d.suggestions, entry.suggest), added(d.missing, entry.missing)
        for effect in entry.effects:
            d.bring_about(effect)
    if status is Coverage.UNSPECIFIED and silence.gate is not WorkGate.OPEN:
        d.cite(silence, "coverage=unspecified")
        d.gates.add(silence.gate)
    if status is Coverage.NOT_SUPPORTED:
        _not_supported(d, entry.reason or "topic_not_supported")


def _not_supported(d: Deliberation, reason: str) -> None:
    """A topic that a person has given or confirmed is refused; one that triage proposed is looked at first."""
    if d.request.topic_source == "triage":
        d.provisional = True
        d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    elif not d.ended:
        d.bring_about(SetOutcome(do="outcome", outcome=Outcome.REFUSED, reason=reason))
