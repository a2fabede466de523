"""Accounts over HTTP: put on hold by staff, released or adopted by their own reseller, their people confirmed."""

import asyncio
from typing import Any

from app.base.vocabulary import Scope
from app.schemas.accounts import Account
from tests import factories
from tests.frontdesk import FrontDesk, Headers

URL = "/v1/accounts"


async def did(front: FrontDesk, who: Headers, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = await front.client.post(f"{URL}/{path}", json=body or None, headers=who)
    assert answer.status_code == status, answer.text
    if status == 200:
        Account.model_validate_json(answer.content)
    found: dict[str, Any] = answer.json()
    return found


async def test_staff_hold_an_account_and_release_it(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    held = await did(front, staff, f"{account.number}/hold", reason="The reseller is silent")
    assert (held["state"], held["version"]) == ("on_hold", 2)
    assert held == (await front.client.get(f"{URL}/{account.id}", headers=customer)).json()
    again = await did(front, staff, f"{account.number}/hold", 409, reason="Once more")
    assert again["code"] == "conflict"
    refused = await did(front, customer, f"{account.number}/release", 403)
    assert (refused["code"], refused["citations"][0]["clause"]) == ("role_not_permitted", "MEX-34")
    assert (await did(front, staff, f"{account.id}/release"))["state"] == "active"
    rows = await front.owner.fetch("SELECT type, data::text FROM event WHERE subject_id = $1 ORDER BY seq", account.id)
    assert [row["type"] for row in rows] == ["account.held", "account.released"]
    assert "silent" not in rows[0]["data"]


async def test_a_held_account_is_adopted_by_its_own_reseller_alone(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    provider = await front.provider()
    staff = await front.staff(provider)
    parent = await factories.reseller(front.owner, provider.id)
    own = await factories.reseller(front.owner, provider.id, parent_id=parent.id)
    stranger = await factories.reseller(front.owner, provider.id)
    await front.owner.execute("UPDATE account SET reseller_id = $1 WHERE id = $2", own.id, account.id)
    await did(front, staff, f"{account.number}/hold", reason="x")
    path = f"{account.number}/adopt"
    for who in (staff, customer, await front.reseller(provider, parent)):
        assert (await did(front, who, path, 403))["code"] == "not_own_customer"
    await did(front, await front.reseller(provider, stranger), path, 404)
    await did(front, await front.service(provider, Scope.SUBMIT), path, 403)
    assert (await did(front, await front.reseller(provider, own), path))["state"] == "active"
    assert (await did(front, await front.reseller(provider, own), path, 409))["code"] == "conflict"


async def test_listed_people_are_confirmed(front: FrontDesk) -> None:
    account, _, customer = await front.customer(contact_info_current=False)
    _, _, stranger = await front.customer()
    await did(front, stranger, f"{account.number}/confirm-contacts", 404)
    confirmed = await did(front, customer, f"{account.number}/confirm-contacts")
    assert (confirmed["contact_info_current"], confirmed["contact_info_confirmed_at"]) == (True, "2026-02-10T15:00:00Z")
    match = {**customer, "If-Match": '"1"'}
    await did(front, match, f"{account.number}/confirm-contacts", 412)


async def test_of_two_holds_at_once_one_comes_second(front: FrontDesk) -> None:
    account, _, _ = await front.customer()
    staff = await front.staff(await front.provider())
    url = f"{URL}/{account.id}/hold"
    answers = await asyncio.gather(*(front.client.post(url, json={"reason": "x"}, headers=staff) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
