"""Administrative actions on the wire: asked for, judged, confirmed."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.base.vocabulary import Outcome
from app.schemas.callers import Named
from app.schemas.decisions import AssumptionUsed, Citation, DecisionShown
from app.schemas.fields import Model, ShortText, Text
from app.schemas.requests import Name, Requested
from app.schemas.tickets import MessageOfTicket, Redaction

_EXAMPLE: dict[str, Any] = {"account": "acmeco", "channel": "email", "action": "password_recovery",
                            "sender": {"email": "thandi@acme-bakery.co.za"}}  # fmt: skip


class AuthorityAsk(Requested):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    action: Name = Field(description="One of the policy's actions", examples=["password_recovery"])
    ticket: ShortText | None = Field(None, description="Id or reference of the ticket in which it is asked for")


class ActionAsk(AuthorityAsk):
    subject: ShortText | None = Field(None, description="Left out: the action's own name")
    body: Text | None = None


class ActionTerms(Model):
    name: str = Field(description="As the policy calls it")
    roles: list[str] = Field(description="Who may ask for it; none named: every listed person")
    requires: list[str] = Field(description="`ticket`, `account`, `authenticated`, `secure_form`, `confirmation`")
    confirmation: str | None = Field(description="The fact that confirms what cannot be undone")
    verify: list[str] = Field(description="Ways in which staff check who asks")
    destructive: bool


class Judged(Model):
    allowed: bool
    outcome: Outcome = Field(description="`held`: it may still come, once what is missing is there")
    reason: str | None
    missing: list[Any]
    redirect: list[str]
    verify: list[str] = Field(description="How staff may check who asks, while that has to be done")
    deliver_to: str | None = Field(description="Whose address on file what is secret goes to")
    standing: str | None
    citations: list[Citation]
    assumptions: list[AssumptionUsed]


class Authority(Judged):
    action: str
    terms: ActionTerms
    in_a_ticket: Judged | None = Field(description="Where only the ticket is missing: what would be said in one")


class Action(Model):
    """What became of it; the ticket of the same id carries it from here on."""

    id: UUID
    action: str
    terms: ActionTerms
    outcome: Outcome
    reason: str | None
    missing: list[Any]
    verify: list[str]
    deliver_to: str | None
    account: Named | None
    ticket: MessageOfTicket
    asked_in: UUID | None = Field(description="The ticket in which it was asked for")
    decision: DecisionShown
    redacted: list[Redaction] = Field([])
