"""`GET /v1/me`: everybody is told who they are, by their row as it stands now."""

from app.base.vocabulary import Role, Scope
from app.schemas.callers import Me
from tests import factories
from tests.frontdesk import FrontDesk, Headers


async def me(front: FrontDesk, who: Headers) -> Me:
    answer = await front.client.get("/v1/me", headers=who)
    assert answer.status_code == 200, answer.text
    return Me.model_validate_json(answer.content)


async def test_everybody_is_told_who_they_are(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    provider = await front.provider()
    known = await me(front, customer)
    assert (known.kind, known.id, known.email, known.listed_as) == ("contact", contact.id, contact.email, "registered")
    assert known.account
    assert known.account.number == account.number
    staff = await me(front, await front.staff(provider, level=2, departments=["support"], supervisor=True))
    assert (staff.level, staff.departments, staff.supervisor) == (2, ["support"], True)
    assert "publish_policies" not in staff.may
    assert "publish_policies" in (await me(front, await front.staff(provider, Role.ADMIN))).may
    machine = await me(front, await front.service(provider, Scope.SUBMIT, Scope.EVENTS))
    assert machine.scopes == [Scope.EVENTS, Scope.SUBMIT]
    firm = await factories.reseller(front.owner, provider.id)
    reseller = await me(front, await front.reseller(provider, firm))
    assert reseller.reseller
    assert reseller.reseller.number == firm.number


async def test_right_is_what_token_and_row_both_say(front: FrontDesk) -> None:
    provider = await front.provider()
    client = await factories.api_client(front.owner, provider.id, scopes=["submit"])
    scopes = frozenset({Scope.SUBMIT, Scope.PAYMENTS})
    assert (await me(front, front.bearer(provider, Role.SERVICE, client.id, scopes=scopes))).scopes == [Scope.SUBMIT]
    admin = await factories.staff(front.owner, provider.id, role="admin")
    assert (await me(front, front.bearer(provider, Role.STAFF, admin.id))).role is Role.STAFF
    staff = await factories.staff(front.owner, provider.id)
    forged = await front.client.get("/v1/me", headers=front.bearer(provider, Role.ADMIN, staff.id))
    assert forged.status_code == 401


async def test_whoever_is_removed_is_out_at_the_next_call(front: FrontDesk) -> None:
    _, contact, customer = await front.customer()
    provider = await front.provider()
    staff = await front.staff(provider)
    machine = await front.service(provider, Scope.SUBMIT)
    firm = await factories.reseller(front.owner, provider.id)
    reseller = await front.reseller(provider, firm)
    everybody = (customer, staff, machine, reseller)
    assert [(await front.client.get("/v1/me", headers=who)).status_code for who in everybody] == [200] * 4
    await front.owner.execute("UPDATE contact SET removed_at = now() WHERE id = $1", contact.id)
    await front.owner.execute("UPDATE staff SET active = false; UPDATE api_client SET active = false")
    await front.owner.execute("UPDATE reseller SET active = false")
    assert [(await front.client.get("/v1/me", headers=who)).status_code for who in everybody] == [401] * 4


async def test_a_provider_that_is_switched_off_lets_nobody_in(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    await me(front, customer)
    await front.owner.execute("UPDATE provider SET active = false")
    assert (await front.client.get("/v1/me", headers=customer)).status_code == 401


async def test_a_contact_is_out_with_the_client_that_acts_for_them(front: FrontDesk) -> None:
    account, contact, _ = await front.customer()
    provider = await front.provider()
    client = await factories.api_client(front.owner, provider.id)
    acting = front.bearer(
        provider,
        Role(contact.token_role),
        contact.id,
        account=account.id,
        contact=contact.id,
        acting_client=str(client.id),
    )
    await me(front, acting)
    await front.owner.execute("UPDATE api_client SET active = false")
    assert (await front.client.get("/v1/me", headers=acting)).status_code == 401
