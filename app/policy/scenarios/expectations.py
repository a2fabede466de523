"""What a scenario may expect of an answer: closed, so that an expectation nobody knows is a fault and never passes."""

from datetime import date
from typing import Any, Literal, get_args

from pydantic import Field

from app.base.vocabulary import ClockState, Coverage, FeeKind, Outcome, Strength, Terms, TicketStatus, WorkGate
from app.policy.language.effects import Emit
from app.policy.language.model import AssumptionId, ClauseId, Model, Slug, Tag
from app.policy.scenarios.steps import AccountName, Amount, Count, Instant, TicketName
from app.policy.situation import ListedContact

EFFECT_TYPES = frozenset(
    {*get_args(Emit.model_fields["do"].annotation), "charge", "refund", "flag_contact", "send_password", "link", "draw"}
)


class AllowanceUsedExpected(Model):
    allowance: Slug | None = None
    unit: Slug | None = None
    drawn: Amount | None = None
    left: Amount | None = None
    rest: Amount | None = None


class AllowanceExpected(AllowanceUsedExpected):
    then: tuple[AllowanceUsedExpected, ...] | None = None


class FeeExpected(Model):
    amount: Amount | None = None
    currency: str | None = None
    rule: Slug | None = None
    kind: FeeKind | Literal["steps"] | None = None
    rate: str | None = None
    minutes: Count | None = None
    minimum_minutes: Count | None = None
    block_minutes: Count | None = None
    blocks: Count | None = None
    status: Literal["applies", "may_apply", "included", "waived", "not_incurred"] | None = None
    indicative: bool | None = None
    waivable: bool | None = None
    consent_required: bool | None = None
    prepay_required: bool | None = None
    prepay_minimum: Amount | None = None
    balance: Amount | None = None
    terms: Terms | None = None
    alternatives: tuple[Amount, ...] | None = None
    tax: Literal["included", "excluded"] | None = None
    consent_form: Literal["reply", "click", "signature"] | None = None
    allowance: AllowanceExpected | None = None


class ScheduleExpected(Model):
    from_: Instant | None = Field(None, alias="from")
    until: Instant | None = None
    start: str | None = None


class TargetExpected(Model):
    due: Instant | None = None
    earliest: Instant | None = None
    kind: Slug | None = None
    strength: Strength | None = None
    clock_start: Instant | None = None
    status: ClockState | None = None


class Combinations(Model):
    any_of: tuple[tuple[Slug, ...], ...]


class EffectExpected(Model):
    type: str
    to: str | None = None
    audience: Slug | None = None
    multiple: bool | None = None
    at: Instant | None = None
    of: str | None = None
    by: str | None = None
    before: str | None = None
    count: Count | None = None
    channel: Slug | None = None
    effort: Literal["must", "best_effort"] | None = None
    status: str | None = None
    account: AccountName | None = None
    mode: Literal["discretionary", "automatic"] | None = None
    until: str | None = None
    amount: Amount | None = None
    currency: str | None = None
    timing: Literal["prepay", "postpay"] | None = None
    priority: Slug | None = None
    server: str | None = None
    task: Slug | None = None
    domain: str | None = None
    role: Slug | None = None
    flag: str | None = None
    language: Tag | None = None
    from_: Instant | None = Field(None, alias="from")
    plugin: str | None = None
    metric: Slug | None = None
    allowance: Slug | None = None
    unit: Slug | None = None


class TicketExpected(Model):
    status: TicketStatus | None = None
    merged_into: TicketName | None = None
    appended: bool | None = None
    level: Count | None = None
    department: Slug | None = None
    assignee: str | None = None
    incident: str | None = None
    delay_codes: tuple[Slug, ...] | None = None


class AccountExpected(Model):
    state: Literal["active", "on_hold"] | None = None
    contact_info_current: bool | None = None
    contacts: tuple[ListedContact, ...] | None = None
    abuse_count: Count | None = None
    responsible: AccountName | None = None


class ContactsExpected(Model):
    role: Slug | None = None
    count: Count | None = None
    limit: Count | None = None


class ActionExpected(Model):
    roles: tuple[Slug, ...] | None = None
    destructive: bool | None = None


class ChannelExpected(Model):
    official: bool | None = None
    open: bool | None = None


class BreachExpected(Model):
    metric: Slug | None = None
    late_seconds: Count | None = None
    excused: bool | None = None
    liability: str | None = None


class ExcludedExpected(Model):
    account: AccountName | None = None
    reason: Slug | None = None


class NoticeExpected(Model):
    recipients: tuple[AccountName, ...] | None = None
    excluded: tuple[ExcludedExpected, ...] | None = None


class GoalExpected(Model):
    min: Amount | None = None
    max: Amount | None = None


class ReportExpected(Model):
    value: Amount | None = None
    goal: GoalExpected | None = None
    status: Literal["below", "within", "above", "no_data"] | None = None
    met: bool | None = None
    overdue: tuple[TicketName, ...] | None = None


class QueueExpected(Model):
    order: tuple[TicketName, ...] | None = None
    override_requires: tuple[Slug, ...] | None = None


class PolicyExpected(Model):
    version: Count | None = None
    published: date | None = None
    effective_from: Instant | None = None
    strength: Strength | None = None
    clauses: Count | None = None
    acknowledgement_required: bool | None = None
    availability: tuple[ClauseId, ...] | None = None


class Expected(Model):
    """`then` of a scenario; what is not written is not checked."""

    outcome: Outcome | None = None
    reason: Slug | None = None
    standing: Slug | None = None
    notify_sender: bool | None = None
    priority: Slug | None = None
    department: Slug | None = None
    level: Count | None = None
    language: str | None = None
    coverage: Coverage | None = None
    strict: bool | None = None
    coverage_provisional: bool | None = None
    fee: FeeExpected | None = None
    work_gate: WorkGate | None = None
    schedule: ScheduleExpected | None = None
    targets: dict[Slug, TargetExpected | None] | None = None
    missing: tuple[str | Combinations, ...] | None = None
    recommendations: tuple[str, ...] | None = None
    suggestions: tuple[str, ...] | None = None
    redirect: tuple[str, ...] | None = None
    effects: tuple[EffectExpected, ...] | None = None
    no_effects: tuple[str, ...] | None = None
    ticket: TicketExpected | None = None
    account: AccountExpected | None = None
    contacts: ContactsExpected | None = None
    action: ActionExpected | None = None
    channel: ChannelExpected | None = None
    notice: NoticeExpected | None = None
    breach: BreachExpected | None = None
    report: ReportExpected | None = None
    queue: QueueExpected | None = None
    policy: PolicyExpected | None = None
    explained: Literal[True] | None = None
    cites: tuple[ClauseId, ...] | None = None
    assumptions: tuple[AssumptionId, ...] | None = None


def unknown_effects(then: dict[str, Any]) -> list[str]:
    """Types of effects in an expectation that nothing can bring about."""
    named = [e.get("type") for e in then.get("effects") or () if isinstance(e, dict)]
    return [str(t) for t in (*named, *(then.get("no_effects") or ())) if t not in EFFECT_TYPES]
