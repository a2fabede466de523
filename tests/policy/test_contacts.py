"""Changes of the listed people: who may ask, how many there may be, and which addresses will do."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.base.vocabulary import Outcome
from app.policy.compile import CompiledPolicy
from app.policy.desk.contacts import ContactChange, ContactsAnswer, change_contacts
from app.policy.situation import Account, ListedContact, Sender
from tests.policy.harbour import HELPER, NOON, OWNER, PIER, QUAY, STAFF, STRANGER, cites, harbour

POLICY = harbour()


def change(
    op: Any,
    *,
    account: Account = QUAY,
    sender: Sender | None = OWNER,
    others: tuple[Account, ...] = (PIER,),
    policy: CompiledPolicy = POLICY,
    **fields: str,
) -> ContactsAnswer:
    return change_contacts(policy, account, ContactChange(op=op, **fields), sender, {}, others, NOON)


def people(answer: ContactsAnswer) -> list[tuple[str, str | None]]:
    return [(c.role, c.email) for c in answer.account.contacts]


def test_a_listed_person_adds_another() -> None:
    answer = change("add", role="helper", email="di@else.example")
    assert answer.decision.outcome is Outcome.ACCEPTED
    assert ("helper", "di@else.example") in people(answer)
    assert (answer.role, answer.count, answer.limit) == ("helper", 2, 2)
    assert cites(answer.decision, "HAR-5")


def test_the_account_that_was_given_stays_as_it_was() -> None:
    change("add", role="helper", email="di@else.example")
    assert len(QUAY.contacts) == 2


def test_one_more_than_the_role_allows_is_refused() -> None:
    answer = change("add", role="owner", email="di@else.example")
    assert (answer.decision.outcome, answer.decision.reason) == (Outcome.REFUSED, "contact_limit_reached")
    assert (answer.count, answer.limit) == (1, 1)
    assert answer.account == QUAY
    assert cites(answer.decision, "HAR-5")


@pytest.mark.parametrize("address", ["x@quay.example", "x@mail.quay.example", "X@QUAY.EXAMPLE"])
def test_an_address_on_or_below_a_hosted_domain_fails_with_the_account(address: str) -> None:
    answer = change("add", role="helper", email=address)
    assert answer.decision.reason == "secondary_contact_on_hosted_domain"
    assert cites(answer.decision, "HAR-6")


@pytest.mark.parametrize("address", ["x@notquay.example", "x@quay.example.org", "x@example"])
def test_a_look_alike_domain_is_another_domain(address: str) -> None:
    assert change("add", role="helper", email=address).decision.outcome is Outcome.ACCEPTED


def test_an_address_hosted_for_somebody_else_only_warns_unless_the_policy_minds_the_whole_provider() -> None:
    answer = change("add", role="helper", email="x@pier.example")
    assert answer.decision.outcome is Outcome.ACCEPTED
    assert [e.type for e in answer.decision.effects] == ["warn"]
    minding = harbour({"contacts": {"helper": {"not_on": "provider"}}})
    refused = change("add", policy=minding, role="helper", email="x@pier.example")
    assert refused.decision.reason == "secondary_contact_on_hosted_domain"


@pytest.mark.parametrize("address", ["nobody", "a b@c.example", "", "x@@y.example"])
def test_something_that_is_no_address_is_refused(address: str) -> None:
    assert change("add", role="helper", email=address).decision.reason == "email_invalid"


def test_only_the_owner_changes_the_owner() -> None:
    fields: dict[str, Any] = {"role": "owner", "email": "ann@quay.example", "new_email": "ann@new.example"}
    assert change("replace", sender=HELPER, **fields).decision.reason == "role_not_permitted"
    done = change("replace", sender=OWNER, **fields)
    assert people(done)[0] == ("owner", "ann@new.example")
    assert done.account.contacts[0].name == "Ann Ray"


def test_without_a_role_the_one_of_the_address_is_meant() -> None:
    done = change("replace", email="bo@elsewhere.example", new_email="bo@new.example")
    assert (done.role, done.decision.outcome) == ("helper", Outcome.ACCEPTED)
    assert change("replace", email="ann@quay.example", new_email="x@y.example", sender=HELPER).decision.reason == (
        "role_not_permitted"
    )


def test_without_an_address_the_only_person_of_the_role_is_meant() -> None:
    done = change("replace", role="helper", new_email="bo@new.example")
    assert ("helper", "bo@new.example") in people(done)


def test_an_address_that_forwards_to_a_hosted_one_fails_with_it_where_the_policy_minds() -> None:
    strict = harbour({"contacts": {"helper": {"through_redirects": True}}})
    forwarded = ContactChange(op="add", role="helper", email="cy@free.example", forwards_to=("cy@quay.example",))
    for policy, outcome in ((strict, "refused"), (harbour(), "accepted")):
        done = change_contacts(policy, QUAY, forwarded, OWNER, {}, (), NOON)
        assert done.decision.outcome.value == outcome


def test_a_replacement_needs_no_place_of_its_own_and_ends_a_flag() -> None:
    moved = ListedContact(role="helper", email="b@x.example", flag="needs_replacement")
    flagged = QUAY.model_copy(update={"contacts": (QUAY.contacts[0], moved)})
    full = harbour({"contacts": {"helper": {"max": 1}}})
    done = change("replace", account=flagged, policy=full, email="b@x.example", new_email="b@y.example")
    assert done.decision.outcome is Outcome.ACCEPTED
    assert done.account.contacts[1].flag is None


def test_a_replacement_must_fit_as_a_new_person_must() -> None:
    answer = change("replace", email="bo@elsewhere.example", new_email="bo@quay.example")
    assert answer.decision.reason == "secondary_contact_on_hosted_domain"


@pytest.mark.parametrize("op", ["replace", "remove"])
def test_whoever_is_not_listed_cannot_be_replaced_or_removed(op: str) -> None:
    answer = change(op, role="helper", email="nobody@here.example", new_email="x@y.example")
    assert answer.decision.reason == "person_not_listed"
    assert answer.account == QUAY


def test_a_person_is_removed_but_not_below_the_least_number() -> None:
    assert people(change("remove", email="bo@elsewhere.example")) == [("owner", "ann@quay.example")]
    needed = harbour({"contacts": {"helper": {"min": 1}}})
    assert change("remove", policy=needed, email="bo@elsewhere.example").decision.reason == "contact_limit_reached"


def test_confirming_everybody_makes_old_data_current_again() -> None:
    stale = QUAY.model_copy(update={"contact_info_current": False})
    done = change("confirm_all", account=stale)
    assert done.account.contact_info_current is True
    assert (done.role, done.count, done.limit) == (None, None, None)


def test_whoever_has_no_tie_to_the_account_changes_nobody() -> None:
    open_to_all = harbour({"rules": {"strangers": {"when": {"sender.standing": "unlisted", "topic": "sales"}}}})
    answer = change("remove", policy=open_to_all, sender=STRANGER, email="bo@elsewhere.example")
    assert (answer.decision.outcome, answer.decision.reason) == (Outcome.HELD, "identity_verification_pending")
    assert answer.account == QUAY
    assert change("confirm_all", sender=STRANGER).decision.reason == "sender_unlisted"


def test_mail_that_fails_authentication_is_nobodys() -> None:
    forged = OWNER.changed(mail_auth="fail")
    assert change("confirm_all", sender=forged).decision.outcome is Outcome.REFUSED


def test_staff_may() -> None:
    assert change("add", sender=STAFF, role="helper", email="di@else.example").decision.outcome is Outcome.ACCEPTED


def test_where_a_policy_says_who_manages_contacts_the_others_do_not() -> None:
    named = harbour({"contacts": {"owner": {"may": ["manage_contacts"]}}})
    assert change("confirm_all", policy=named, sender=HELPER).decision.reason == "role_not_permitted"
    assert change("confirm_all", policy=named, sender=OWNER).decision.outcome is Outcome.ACCEPTED


def test_what_cannot_be_undone_is_held_until_it_is_confirmed() -> None:
    terms = {"requires": ["confirmation"], "confirmation": "data_loss_confirmed"}
    careful = harbour({"actions": {"change_contacts": terms}})
    answer = change("confirm_all", policy=careful)
    assert (answer.decision.outcome, answer.decision.reason) == (Outcome.HELD, "confirmation_required")


_CHANGES = st.builds(
    ContactChange,
    op=st.sampled_from(["add", "replace", "remove"]),
    role=st.sampled_from(["owner", "helper"]),
    email=st.sampled_from(["a@x.example", "b@y.example", "c@quay.example", "ann@quay.example"]),
    new_email=st.sampled_from(["d@z.example", "e@sub.quay.example"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_CHANGES, max_size=6))
def test_however_people_come_and_go_no_role_outgrows_its_limit_and_no_helper_lives_on_the_account(
    changes: list[ContactChange],
) -> None:
    account = QUAY
    for wanted in changes:
        account = change_contacts(POLICY, account, wanted, STAFF, {}, (), NOON).account
    for role, terms in POLICY.document.contacts.items():
        assert sum(c.role == role for c in account.contacts) <= (terms.max or 0)
    assert not any(c.role == "helper" and (c.email or "").endswith("quay.example") for c in account.contacts)
