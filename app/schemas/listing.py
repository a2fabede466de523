"""The shape of every list."""

from typing import Generic, TypeVar

from pydantic import Field

from app.schemas.fields import Model

T = TypeVar("T")


class Listed(Model, Generic[T]):
    data: list[T]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last one.")
