"""What is said along with the verbs on a ticket."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from app.schemas.fields import JsonMap, Minutes, Model, ShortText, Text, When, Whole
from app.schemas.requests import Estimate, Name

StaffName = Annotated[ShortText, Field(description="Id or address of a staff member, or `me`", examples=["me"])]
LevelNumber = Annotated[int, Field(strict=True, ge=0, le=99), Whole]
Cause = Literal["provider", "customer", "third_party", "unknown"]


class Triage(Model):
    """What the first level found out. What the policy wants before escalation or work may come step by step."""

    customer_info: Text | None = None
    symptoms: Text | None = None
    goal: Text | None = None
    underlying_problem: Text | None = None
    reproduction_attempt: Name | None = Field(None, examples=["reproduced", "not_reproduced", "not_possible"])
    topic: ShortText | None = None
    facts: JsonMap = Field({})


class Assign(Model):
    staff: StaffName


class HandOver(Model):
    staff: StaffName
    note: Text


class Escalate(Model):
    to_level: LevelNumber
    reason: Text


class Transfer(Model):
    department: Name
    reason: Text


class Diagnose(Model):
    cause: Cause
    note: Text
    facts: JsonMap = Field({})
    estimated_minutes: Estimate | None = None


class Verify(Model):
    method: Name = Field(examples=["call_back"])
    result: Literal["positive", "negative"]
    note: Text


class Availability(Model):
    available: bool = Field(strict=True)
    note: Text


class Negotiate(Model):
    due_at: When
    agreed_with: ShortText = Field(description="Who of the customer's people agreed to it")


class Window(Model):
    model_config = ConfigDict(populate_by_name=True)

    from_: When = Field(alias="from")
    until: When | None = None


class Schedule(Model):
    window: Window | None = Field(None, description="Left out: the next one that the policy allows")


class Excuse(Model):
    metric: Name
    code: Name = Field(description="One of the policy's delay codes")
    note: Text


class Override(Model):
    field: Literal["coverage", "priority", "level", "department"]
    value: ShortText | LevelNumber
    reason: Text


class RecordWork(Model):
    minutes: Minutes
    note: Text


class Resolve(Model):
    resolution: Text


class Reopen(Model):
    reason: Text


class Merge(Model):
    into: ShortText = Field(description="Id or reference of the ticket that goes on")
