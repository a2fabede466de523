"""Steps about listed people and what they may have done."""

from typing import Any

from app.policy.scenarios import steps
from tests.api.playing.answers import done, reasons, refused
from tests.api.playing.play import Play
from tests.api.playing.town import NotOffered


async def action(play: Play, step: steps.ActionStep) -> dict[str, Any]:
    account = step.account or (await play.account_of(play.tickets[step.ticket]) if step.ticket else None)
    who, body = await play.asked(step, account)
    body |= {"action": step.action, "facts": step.facts}
    body |= step.model_dump(include={"channel", "menu_option"}, exclude_none=True)
    body |= {"account": play.file.accounts[account].account} if account is not None else {}
    body |= {"ticket": play.tickets[step.ticket]} if step.ticket is not None else {}
    told = await play.front.client.post("/v1/authority", json=body, headers=who)
    answer = await play.sent(who, "/v1/actions", body)
    authority = told.json()
    if answer.status_code != 201:
        assert (told.status_code, authority["allowed"]) == (200, False), told.text
        return {**refused(answer), **{name: authority[name] for name in ("outcome", "standing", "redirect")},
                **reasons(authority)}  # fmt: skip
    assert authority["allowed"] is (answer.json()["outcome"] == "accepted"), told.text
    assert authority["citations"] == answer.json()["decision"]["citations"]
    return play.groups(await play.read(answer.json()["id"]))


async def contact(play: Play, step: steps.ContactStep) -> dict[str, Any]:
    done = await _change_of_contacts(play, step)
    listed = await play.front.client.get(
        f"/v1/accounts/{play.file.accounts[step.account].account}/contacts",
        params={"limit": 100},
        headers=await play.town.by_staff(None),
    )
    of_role = [person for person in listed.json()["data"] if person["role"] == step.role]
    return {**done, "contacts": {"role": step.role, "count": len(of_role)}} if step.role is not None else done


async def _change_of_contacts(play: Play, step: steps.ContactStep) -> dict[str, Any]:
    if step.facts:
        raise NotOffered("a change of contacts with facts")
    number = play.file.accounts[step.account].account
    who = await (play.town.by_staff(None) if step.op == "add" else play.town.by_customer(step.sender, step.account))
    if step.op == "add":
        named = step.sender or play.file.accounts[step.account].contacts[0]
        said = ("email", "user", "name", "mail_auth")
        sender = {name: value for name in said if (value := getattr(named, name, None)) is not None}
        body = {"role": step.role, "email": step.email, "sender": sender}
        return done(await play.sent(who, f"/v1/accounts/{number}/contacts", body))
    if step.op == "confirm_all":
        return done(await play.sent(who, f"/v1/accounts/{number}/confirm-contacts", None))
    people = play.town.people[step.account]
    of_role = [p for p in people if p.role == step.role and step.email is None]
    found = next((p for p in (*people, *of_role) if p in of_role or p.email == step.email), None)
    if found is None:
        raise NotOffered("a change of somebody who is not listed")
    path, headers = f"/v1/contacts/{found.id}", {**who, "If-Match": "*"}
    if step.op == "remove":
        answer = await play.front.client.delete(path, headers=headers)
    else:
        answer = await play.front.client.patch(path, json={"email": step.new_email}, headers=headers)
    return done(answer)
