"""Tickets as they are shown."""

import pytest

from app.services.tickets.view import written_amount


@pytest.mark.parametrize(
    ("held", "currency", "shown"),
    [
        ("85.0000", "CAD", "85.00"),
        ("8000.0000", "JPY", "8000"),
        ("5.5000", "KWD", "5.500"),
        ("0.0000", "JPY", "0"),
        ("0.1234", "EUR", "0.1234"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(held: str, currency: str, shown: str) -> None:
    assert written_amount(held, currency) == shown
