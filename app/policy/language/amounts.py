"""Amounts as a document writes them: exact, never a float."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('an amount is written in quotes, such as "85.00"')
    return value


Price = Annotated[
    Decimal,
    Field(ge=0, max_digits=14, decimal_places=4),
    BeforeValidator(_exact),
    WithJsonSchema({"type": ["string", "integer"], "pattern": r"^\d{1,10}(\.\d{1,4})?$", "minimum": 0}),
]
