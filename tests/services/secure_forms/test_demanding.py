"""Whose address on file a link goes to."""

from typing import Any
from uuid import UUID

import pytest

from app.services.secure_forms.demanding import addressee

FIRST, SECOND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def listed(*people: tuple[UUID, str, str | None]) -> dict[str, Any]:
    return {"contacts": [{"id": str(id_), "role": role, "email": email} for id_, role, email in people]}


ACCOUNT = listed((FIRST, "primary", "p@x.example"), (SECOND, "secondary", "s@x.example"), (OTHER, "authorised", None))


@pytest.mark.parametrize(
    ("to", "asking", "goes_to"),
    [
        ("primary", SECOND, FIRST),
        ("secondary", FIRST, SECOND),
        ("address_on_file", SECOND, SECOND),
        ("address_on_file", OTHER, FIRST),
        ("customer", None, FIRST),
        ("authorised", OTHER, None),
        ("registrant", FIRST, None),
        ("None", FIRST, None),
    ],
)
def test_a_link_goes_to_whom_the_policy_names_and_to_nobody_else(
    to: str, asking: UUID | None, goes_to: UUID | None
) -> None:
    assert addressee(to, ACCOUNT, asking) == goes_to


def test_of_several_in_a_role_it_goes_to_the_one_who_asks() -> None:
    account = listed((FIRST, "customer", "a@x.example"), (SECOND, "customer", "b@x.example"))
    assert addressee("customer", account, SECOND) == SECOND
    assert addressee("customer", account, OTHER) == FIRST
