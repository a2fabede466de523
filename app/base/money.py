"""Money: an exact decimal with its currency, rounded in this one place."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

# ISO 4217 currencies whose minor unit is not a hundredth.
_MINOR_UNITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    "CLF": 4,
}

Currency = Annotated[
    str,
    # The length is told only: whoever breaks it is told of the letters, which helps more.
    Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["CAD"], json_schema_extra={"maxLength": 3}),
]
Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=14, decimal_places=4, allow_inf_nan=False, examples=["85.00"]),
    PlainSerializer(lambda v: format(v, "f"), return_type=str),
]
"""An exact amount, never negative; a string in JSON."""


_WRITTEN = r"^[0-9]{1,10}(\.[0-9]{1,4})?$"


def _written(value: object) -> object:
    """A number of JSON is no exact amount."""
    if isinstance(value, Decimal) or (isinstance(value, str) and re.fullmatch(_WRITTEN, value, re.ASCII)):
        return value
    raise PydanticCustomError("type", 'This must be an amount in a string, such as "85.00".')


class Money(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Annotated[
        Amount,
        BeforeValidator(_written),
        WithJsonSchema({"type": "string", "maxLength": 15, "pattern": _WRITTEN, "examples": ["85.00"]}),
    ]
    currency: Currency


def minor_units(currency: str) -> int:
    """Digits after the point: 2 for most, 0 for the yen, 3 for the dinar of Kuwait."""
    return _MINOR_UNITS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's minor unit."""
    return amount.quantize(_LEAST[minor_units(currency)], rounding=ROUND_HALF_UP)


def to_the_point(amount: Decimal, currency: str) -> Decimal:
    """A price for one as it is shown: to the minor unit where that is exact, else to four digits."""
    plain = rounded(amount, currency)
    return plain if plain == amount else amount.quantize(_LEAST[4], rounding=ROUND_HALF_UP)


_LEAST = tuple(Decimal(1).scaleb(-digits) for digits in range(5))
