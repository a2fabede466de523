"""Decisions on the wire, as the API describes them."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from app.base.vocabulary import Coverage, Outcome, WorkGate
from app.schemas.fields import Model


class Citation(Model):
    clause: str
    sentence: str = Field(description="The clause in the language of the decision")
    stage: str
    effect: str
    because: dict[str, Any] = Field(description="The facts that were looked at")


class AssumptionUsed(Model):
    id: str
    value: str


class TargetShown(Model):
    metric: str
    kind: str
    clock_start: datetime | None
    earliest_at: datetime | None
    due_at: datetime | None
    calendar: str | None
    strength: str
    liability: str
    status: str | None


class FeeShown(Model):
    model_config = ConfigDict(frozen=True, extra="allow")

    kind: str
    amount: str | None
    currency: str


class TopicCandidateShown(Model):
    topic: str
    confidence: float = Field(description="The chance that it is right, as measured")
    because: list[str] = Field(description="Words that led to it, strongest first")


class SignalShown(Model):
    name: str = Field(description="people, scope, cause, urgent, emergency, angry, error or product")
    value: str | int | bool
    because: list[str] = Field(description="Words that gave it")


class DecisionShown(Model):
    """What was decided, and for each part of it which clause says so. New members may be added."""

    model_config = ConfigDict(frozen=True, extra="allow")

    provider: str
    policy_version: int
    settings_revision: int
    at: datetime
    outcome: Outcome
    reason: str | None
    standing: str | None
    notify_sender: bool
    topic: str | None
    topic_source: str | None
    topic_candidates: list[TopicCandidateShown] = Field([], description="What triage made of the text, likeliest first")
    signals: list[SignalShown] = Field([], description="What else the text hints at; nothing is decided by it")
    priority: str | None
    department: str | None
    level: int | None
    language: str
    targets: list[TargetShown]
    coverage: Coverage | None
    coverage_provisional: bool
    fee: FeeShown | None
    work_gate: WorkGate
    schedule: dict[str, Any] | None
    missing: list[Any]
    completeness: float | None
    recommendations: list[str]
    suggestions: list[str]
    redirect: list[str]
    effects: list[dict[str, Any]]
    citations: list[Citation]
    assumptions: list[AssumptionUsed]
