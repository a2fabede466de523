"""A request to the desk, as a classification, a ticket or a reply may hold it."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from app.schemas import patterns
from app.schemas.fields import Email, Id, JsonMap, Metadata, Model, ShortText, Text, When, Whole, empty

Name = Annotated[str, Field(strict=True, max_length=60, pattern=patterns.NAME)]
Tag = Annotated[str, Field(strict=True, max_length=35, pattern=patterns.LANGUAGE)]
Phone = Annotated[str, Field(strict=True, max_length=40, pattern=patterns.PHONE)]
Estimate = Annotated[int, Field(strict=True, ge=0, le=1_000_000), Whole]
Attachments = Annotated[list[Id], Field(max_length=20)]

_EXAMPLE: dict[str, Any] = {
    "account": "M1001",
    "channel": "helpdesk",
    "sender": {"email": "web@maplecycles.example"},
    "subject": "Checkout is dead",
    "body": "Since this morning every order ends in an error.",
    "facts": {"topic": "web.offline", "users_affected": 40},
}


class NamedSender(Model):
    """Who asks, as far as the entrance knows. A contact's own token says it better."""

    email: Email | None = None
    name: ShortText | None = None
    user: ShortText | None = Field(None, description="Login of the client area")
    phone: Phone | None = Field(None, description="Where they can be called back")
    mail_auth: Literal["pass", "fail", "none"] = Field("pass", description="Whether the sender's domain vouches for it")


class Requested(Model):
    account: ShortText | None = Field(None, description="Number or id; a contact's token names it already")
    on_behalf_of: ShortText | None = Field(None, description="The reseller's customer: number or id")
    channel: Name | None = Field(None, description="How it came in; left out: the policy's first official channel")
    menu_option: Annotated[int, Field(strict=True, ge=0, le=99), Whole] | None = None
    sender: NamedSender | None = None
    action: Name | None = Field(None, description="An administrative action that is asked for")
    facts: JsonMap = empty(dict, description="What is known, by the names that the policy declares")
    estimated_minutes: Estimate | None = None
    language: Tag | None = Field(None, description="In which an answer is wanted")


class ClassificationAsk(Requested):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    subject: ShortText | None = None
    body: Text | None = None
    at: When | None = Field(None, description="Decide as if it came at this instant; left out: now")


class TicketOpen(Requested):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    subject: ShortText
    body: Text | None = None
    received_at: When | None = Field(None, description="For what was taken by telephone: up to 24 hours back")
    external_ref: ShortText | None = None
    metadata: Metadata = empty(dict)
    attachments: Attachments = empty(list, description="Ids of files that you uploaded")
