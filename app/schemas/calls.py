"""What was asked by telephone, chat, voicemail or on an emergency line, on the wire."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from app.schemas.fields import Email, Id, JsonMap, Metadata, Model, ShortText, Text, When, Whole
from app.schemas.requests import Estimate, Name, Phone, Tag

_EXAMPLE: dict[str, Any] = {
    "channel": "phone",
    "menu_option": 2,
    "caller": {"name": "Thandi Mokoena", "phone": "+27 21 555 0133"},
    "account": "acmeco",
    "body": "Nothing can be reached since two in the morning, from the office and from home.",
    "facts": {"down": True, "computers_tested": 2, "networks_tested": 2},
}


class Caller(Model):
    """Who calls, as they say themselves. Nobody is believed on the telephone before they were called back."""

    name: ShortText | None = None
    phone: Phone | None = Field(None, description="The number that the telephone shows")
    email: Email | None = None
    user: ShortText | None = Field(None, description="Login of the client area; of a chat behind its sign-in only")


class CallTake(Model):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    channel: Name = Field(description="The telephone, chat, voicemail or emergency line, as the policy names it")
    menu_option: Annotated[int, Field(strict=True, ge=0, le=99), Whole] | None = None
    caller: Caller = Caller()
    account: ShortText | None = Field(None, description="As they say it; one that does not exist loses no call")
    subject: ShortText | None = Field(None, description="Left out: the beginning of what was said")
    body: Text | None = Field(None, description="What was said")
    action: Name | None = Field(None, description="An administrative action that is asked for")
    facts: JsonMap = Field({}, description="What is known, by the names that the policy declares")
    estimated_minutes: Estimate | None = None
    language: Tag | None = Field(None, description="In which an answer is wanted")
    received_at: When | None = Field(None, description="When they called: up to 24 hours back; left out: now")
    external_ref: ShortText | None = None
    metadata: Metadata = Field({})
    attachments: Annotated[list[Id], Field(max_length=20)] = Field([], description="Ids of uploaded files")
