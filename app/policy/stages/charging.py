"""Stages fee and schedule: what the work costs, who must agree first, and when it may be done."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.base.money import rounded
from app.base.vocabulary import Coverage, FeeKind, Outcome, WorkGate
from app.policy.decision import FeeDecision, ScheduleWindow
from app.policy.language.effects import SetOutcome
from app.policy.language.prices import Fee
from app.policy.money import fees
from app.policy.money.allowances import in_turn
from app.policy.money.fees import Price
from app.policy.stages.deliberation import Deliberation
from app.policy.stages.included import include, lines
from app.policy.stages.pricing import alternatives, currency, in_money, minutes_in_question, prepay_minimum, priced

_NOTHING = Decimal(0)

# Of several closed gates the first of these shows.
GATES = (
    WorkGate.CLOSED,
    WorkGate.AWAITING_AVAILABILITY,
    WorkGate.AWAITING_STAFF_DECISION,
    WorkGate.AWAITING_QUOTE,
    WorkGate.AWAITING_CONSENT,
    WorkGate.AWAITING_PAYMENT,
    WorkGate.SCHEDULED,
)


def fee(d: Deliberation) -> None:
    """The coverage's own fee, then what rules add; the gate follows from what is still lacking."""
    d.stage = "fee"
    slug, allowance = (d.entry.fee, d.entry.allowance) if d.entry else (None, None)
    if allowance is not None and d.coverage in (Coverage.COVERED, Coverage.BILLABLE):
        _draw(d, allowance, slug)
    elif slug is not None and d.coverage in (Coverage.BILLABLE, Coverage.DISCRETIONARY):
        _charge(d, slug)
    elif d.coverage is Coverage.UNSPECIFIED:
        _left_to_staff(d)
    else:
        d.fee = _free(d)
    d.run("fee")
    settled = d.fee is not None and d.fee.lines and _settled(d, d.fee.rule) is not None
    for added, ready in () if settled else d.fee_rules:
        _add_fee(d, added)
        d.cite(ready.rule, f"fee={added}", ready.when.reads)
    if d.entry is not None:
        for gate, when in d.entry.gates:
            if when.holds(d.values) and d.coverage is not Coverage.COVERED:
                d.gates.add(gate)
    if d.request.topic_source == "triage" and d.coverage is Coverage.BILLABLE and not _price_put(d):
        d.provisional = True
        d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    if d.outcome is Outcome.REFUSED:
        _give_back(d)


def _give_back(d: Deliberation) -> None:
    """What was paid for work that is not done, once."""
    paid = d.situation.money.paid
    if paid > 0 and not any(e.type == "refund" for e in d.effects):
        d.emit("refund", amount=in_money(paid, d), currency=currency(d))


def _left_to_staff(d: Deliberation) -> None:
    """Where the policy is silent staff refuse, give it free, or put a price by the tariff that the policy names."""
    tariff = d.policy.document.unspecified.then
    match _staff_word(d):
        case "refuse":
            d.bring_about(SetOutcome(do="outcome", outcome=Outcome.REFUSED, reason="refused_at_discretion"))
        case "bill" if tariff is not None:
            d.gates.discard(WorkGate.AWAITING_STAFF_DECISION)
            _charge(d, tariff)
        case "free":
            d.gates.discard(WorkGate.AWAITING_STAFF_DECISION)
            d.fee = _free(d)
        case _:
            d.fee = _free(d)


def _staff_word(d: Deliberation) -> Any:
    """What staff have decided; who puts a price has decided to bill."""
    return d.values.get("staff_decision") or ("bill" if _price_put(d) else None)


def _price_put(d: Deliberation) -> bool:
    """Whether staff have put a price: they have read what it is about."""
    money = d.situation.money
    return money.quoted is not None or money.quoted_minutes is not None


def _draw(d: Deliberation, name: str, slug: str | None) -> None:
    """Help that is included pays first; what it does not cover is charged by its own tariff, or the entry's."""
    before = d.situation.previous.fee if d.situation.previous is not None else None
    if d.situation.money.settled and before is not None:
        d.fee = before  # it has been drawn; nothing is drawn twice
        return
    names, following = in_turn(d.policy.document.allowances, name)
    then = following or slug
    found = include(d, names, then)
    d.left_to_charge = found.left_to_charge if found is not None else None
    if found is not None and found.left_to_charge is None:
        d.fee = _free(d).changed(status="included")
    elif then is not None:
        _charge(d, then)
    else:
        d.fee = _free(d)
        d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    d.left_to_charge = None
    if found is not None and d.fee is not None:
        d.fee = d.fee.changed(allowance=found.shown, lines=(*lines(d, found.shown), *d.fee.lines))


def _free(d: Deliberation) -> FeeDecision:
    waived = d.waived_fee or _charged_before(d)
    if waived is not None and (tariff := d.policy.document.fees.get(waived)) is not None:
        d.cite_clauses(tariff.waive_clauses, "fee waived")
        _give_back(d)
    if waived is None and not d.situation.money.waived:
        return _no_fee(currency(d))
    return FeeDecision(
        kind=FeeKind.NONE, amount=in_money(_NOTHING, d), currency=currency(d), rule=waived, status="waived"
    )


@lru_cache(maxsize=200)
def _no_fee(unit: str) -> FeeDecision:
    return FeeDecision(kind=FeeKind.NONE, amount=rounded(_NOTHING, unit), currency=unit)


def _charged_before(d: Deliberation) -> str | None:
    """The tariff of work that was to be paid for and has turned out to be free."""
    before = d.situation.previous.fee if d.situation.previous else None
    if before is None or d.coverage is not Coverage.COVERED:
        return None
    return before.rule if d.situation.money.paid > 0 or before.status == "waived" else None


def _charge(d: Deliberation, slug: str) -> None:
    tariff, money = d.policy.fee(slug), d.situation.money
    d.cite(tariff, f"fee={slug}")
    if slug in d.policy.waivers and d.policy.waivers[slug].holds(d.values):
        d.waived_fee = slug
        d.fee = _free(d)
        return
    if money.waived or money.declined:
        d.fee = described(d, slug, tariff, Price(in_money(_NOTHING, d), tariff.kind)).changed(
            status="waived" if money.waived else "not_incurred", prepay_required=False
        )
        if money.declined:
            d.gates.add(WorkGate.CLOSED)
            _give_back(d)
        return
    if (settled := _settled(d, slug)) is not None:
        d.fee = settled
        if _prepaid(tariff) and settled.balance:
            d.gates.add(WorkGate.AWAITING_PAYMENT)
        return
    if tariff.decision == "automatic" or _staff_decided(d, slug, tariff):
        _bill(d, slug, tariff)


def _settled(d: Deliberation, slug: str | None) -> FeeDecision | None:
    """What the job came to in the end; it stands, whatever is found out later but that it costs nothing."""
    before = d.situation.previous.fee if d.situation.previous is not None else None
    if not d.situation.money.settled or before is None or before.rule != slug or before.amount is None:
        return None
    return before.changed(balance=max(before.amount - d.situation.money.paid, _NOTHING))


def charge_by(d: Deliberation, slug: str) -> None:
    """The tariff's price, whatever the coverage: what somebody asks who names the tariff."""
    d.stage = "fee"
    tariff = d.policy.fee(slug)
    d.cite(tariff, f"fee={slug}")
    if tariff.kind == FeeKind.OVERTIME:
        d.fee = _overtime(d, slug, tariff)
    else:
        _bill(d, slug, tariff)


def _bill(d: Deliberation, slug: str, tariff: Fee) -> None:
    found = priced(d, slug, tariff)
    d.fee = described(d, slug, tariff, found)
    _close_gates(d, tariff, found)


def _staff_decided(d: Deliberation, slug: str, tariff: Fee) -> bool:
    """Whether staff have chosen to bill; refusing and giving it free end here."""
    match _staff_word(d):
        case "bill":
            return True
        case "free":
            d.fee = _free(d).changed(status="waived", rule=slug)
        case "refuse":
            d.bring_about(SetOutcome(do="outcome", outcome=Outcome.REFUSED, reason="refused_at_discretion"))
            d.fee = None
        case _:
            unknown = described(d, slug, tariff, Price(None, tariff.kind))
            d.fee = unknown.changed(status="may_apply", prepay_minimum=None)
            d.gates.add(WorkGate.AWAITING_STAFF_DECISION)
    return False


def described(d: Deliberation, slug: str, tariff: Fee, found: Price) -> FeeDecision:
    money, unit = d.situation.money, currency(d, tariff)
    prepay = tariff.payment.timing == "prepay"
    minimum = prepay_minimum(d, slug, tariff, found) if prepay else None
    indicative = tariff.indicative
    if indicative == "until_paid":
        indicative = money.quoted is None and not (found.amount is not None and money.paid >= found.amount > 0)
    rate = fees.hourly_rate(tariff, unit)
    return FeeDecision(
        kind=FeeKind(found.kind) if found.kind != "steps" else "steps",
        amount=found.amount,
        currency=unit,
        rule=slug,
        rate=format(rate, "f") if rate is not None else None,
        minutes=minutes_in_question(d),
        minimum_minutes=fees.minutes_of(tariff.minimum),
        block_minutes=fees.minutes_of(tariff.block),
        blocks=found.blocks,
        status="applies",
        indicative=bool(indicative) and money.quoted is None,
        waivable=tariff.waive_when is not None,
        consent_required=tariff.consent == "required",
        prepay_required=prepay,
        prepay_minimum=minimum,
        balance=max(found.amount - money.paid, _NOTHING) if found.amount is not None else None,
        terms=tariff.terms,
        alternatives=alternatives(d, slug, tariff, found),
        lines=found.lines,
        tax=None if tariff.tax == "unstated" else tariff.tax,
        consent_form=tariff.consent_form,
    )


def _close_gates(d: Deliberation, tariff: Fee, found: Price) -> None:
    money = d.situation.money
    if tariff.start is not None:
        d.schedule = ScheduleWindow(start=tariff.start)
    used_up = _used_up(d, tariff, found)
    if found.amount is None:
        if used_up or not _least_is_paid(d, tariff):
            d.gates.add(WorkGate.AWAITING_QUOTE)
        return
    if (
        tariff.consent == "required"
        and not _agreed_for_good(d, tariff)
        and (money.consented is None or (used_up and not _prepaid(tariff)))
    ):
        d.gates.add(WorkGate.AWAITING_CONSENT)
    assert d.fee is not None
    if _prepaid(tariff) and (money.paid < (d.fee.prepay_minimum or _NOTHING) or (used_up and money.paid > 0)):
        d.gates.add(WorkGate.AWAITING_PAYMENT)
    if money.lapsed and not d.gates.isdisjoint({WorkGate.AWAITING_CONSENT, WorkGate.AWAITING_PAYMENT}):
        d.gates.add(WorkGate.AWAITING_QUOTE)
    if d.fee.consent_required is False and not _prepaid(tariff):
        d.opened.add(WorkGate.AWAITING_CONSENT)


def _agreed_for_good(d: Deliberation, tariff: Fee) -> bool:
    """Whether the customer has agreed to this tariff on an earlier ticket, where that is enough."""
    if tariff.consent_lasts != "account" or d.account is None or d.fee is None:
        return False
    return d.fee.rule in d.account.consents


def _least_is_paid(d: Deliberation, tariff: Fee) -> bool:
    """Whether the minimum that opens the gate has been paid before anybody has estimated the work."""
    least = d.fee.prepay_minimum if d.fee is not None and _prepaid(tariff) else None
    return least is not None and d.situation.money.paid >= least > 0


def _prepaid(tariff: Fee) -> bool:
    return tariff.payment.timing == "prepay"


def _used_up(d: Deliberation, tariff: Fee, found: Price) -> bool:
    """Whether the work done has reached the end of the time that was paid for or agreed to."""
    money = d.situation.money
    if tariff.terms == "as_billed" or money.minutes_used == 0:
        return False
    if _prepaid(tariff):
        bought = fees.paid_minutes(tariff, currency(d, tariff), money.paid)
        if tariff.kind == FeeKind.FLAT_UNTIL:
            over = bought is not None and money.minutes_used > bought and money.quoted is None
            if over:
                d.gates.add(WorkGate.AWAITING_QUOTE)
            return over
        over = bought is not None and money.minutes_used >= bought
        if over and found.amount is not None and money.paid >= found.amount:
            d.gates.add(WorkGate.AWAITING_QUOTE)  # all that was quoted is paid and used up
            return False
        return over
    agreed = fees.paid_minutes(tariff, currency(d, tariff), money.consented or _NOTHING)
    return agreed is not None and money.minutes_used >= agreed


def _add_fee(d: Deliberation, slug: str) -> None:
    """A fee of a rule's own stands beside the coverage's; where that is free or included, it is the one shown."""
    tariff = d.policy.fee(slug)
    d.cite(tariff, f"fee={slug}")
    if tariff.kind == FeeKind.OVERTIME:
        added = _overtime(d, slug, tariff)
    else:
        found = priced(d, slug, tariff)
        added = described(d, slug, tariff, found)
    if d.fee is None:
        d.fee = added
        return
    if d.fee.kind == FeeKind.NONE:
        d.fee = added.changed(allowance=d.fee.allowance, lines=(*d.fee.lines, *added.lines))
        return
    known = d.fee.amount is not None and added.amount is not None and d.fee.currency == added.currency
    total = (d.fee.amount or _NOTHING) + (added.amount or _NOTHING) if known else None
    d.fee = d.fee.changed(amount=total, lines=(*d.fee.lines, *added.lines))


def _overtime(d: Deliberation, slug: str, tariff: Fee) -> FeeDecision:
    """By the customer's own contract: included, at its rate, or not known."""
    contract = d.account.contract if d.account else None
    overtime = contract.overtime if contract else None
    status: dict[str, Any] = {"status": "may_apply", "indicative": True}
    amount: Decimal | None = None
    if overtime is not None and overtime.status == "included":
        amount, status = in_money(_NOTHING, d), {"status": "included"}
    elif overtime is not None and overtime.status == "applies":
        status = {"status": "applies", "rate": overtime.rate}
    consent = tariff.consent == "required"
    return FeeDecision(
        kind=FeeKind.OVERTIME, amount=amount, currency=currency(d), rule=slug, consent_required=consent, **status
    )


def schedule(d: Deliberation) -> None:
    d.stage = "schedule"
    if d.situation.scheduled:
        d.values["transition"] = "schedule"
    d.run("schedule")
    d.values["transition"] = d.situation.transition
    _keep_window(d)


def _keep_window(d: Deliberation) -> None:
    """A window of staff's own takes the place of the policy's, or stands where the policy has none, until it opens."""
    window = d.situation.window
    planned = d.schedule is not None and d.schedule.from_ is not None
    if window is None or window.from_ is None or not (planned or not d.policy.rules.get("schedule")):
        return
    over = window.until is not None and window.until <= d.at
    if over and planned:
        return
    d.schedule = window
    if d.at < window.from_:
        d.gates.add(WorkGate.SCHEDULED)
    else:
        d.gates.discard(WorkGate.SCHEDULED)


def work_gate(d: Deliberation) -> WorkGate:
    """Permission to do the work: the first gate that is still closed."""
    if d.outcome in (Outcome.REFUSED, Outcome.AUTO_CLOSED, Outcome.MERGED) and not d.written_up:
        return WorkGate.CLOSED
    closed = d.gates - d.opened
    return next((gate for gate in GATES if gate in closed), WorkGate.OPEN) if closed else WorkGate.OPEN
