"""Files on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.schemas.fields import Model


class Attachment(Model):
    id: UUID
    name: str = Field(examples=["screenshot.png"])
    media_type: str = Field(description="As its content tells, whatever its name says")
    size: int = Field(description="In bytes")
    digest: str = Field(description="SHA-256 in hex")
    ticket: UUID | None
    message: UUID | None = Field(description="That it came with; its visibility is the file's")
    created_at: datetime
    expires_at: datetime | None = Field(description="When it goes unless a ticket or message names it")
