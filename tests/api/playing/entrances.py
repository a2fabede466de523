"""Steps of scenarios that come by other entrances: calls, what monitoring reports, and notices to customers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx2

from app.base.vocabulary import Scope
from app.policy.scenarios import steps
from app.policy.scenarios.file import FileAccount
from tests.api.playing.play import Play
from tests.api.playing.town import Town
from tests.frontdesk import library_policy

Files = Mapping[str, FileAccount]


# ── calls ────────────────────────────────────────────────────────────────────
def is_call(town: Town, body: Mapping[str, Any]) -> bool:
    """Whether it comes by telephone, chat or an emergency line, and from somebody who is not signed in there."""
    document = library_policy(town.provider.slug)[1].document
    channel, sender = body.get("channel"), body.get("sender", {})
    offered = document.channels.get(str(channel))
    spoken = document.unverified is not None and channel in document.unverified.channels
    if sender.keys() - {"name", "email", "user"} or "on_behalf_of" in body or (spoken and "user" in sender):
        return False
    return spoken or channel == "live_chat" or (offered is not None and offered.emergency)


def as_call(body: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in body.items() if name != "sender"}
    return {**said, "caller": body.get("sender", {})}


# ── what monitoring reports ──────────────────────────────────────────────────
async def report(town: Town, step: steps.EventStep, files: Files) -> httpx2.Response:
    told = step.model_dump(mode="json", exclude={"at", "account", "ticket"}, exclude_none=True)
    if step.account is not None:
        told["account"] = files[step.account].account
    who = await town.by_service(Scope.EVENTS)
    return await town.front.client.post("/v1/monitoring/events", json=told, headers={**who, **town.front.key()})


async def account_after(town: Town, id_: UUID | str, files: Files, responsible: str | None) -> dict[str, Any]:
    """The account as it stands, in the words of scenarios."""
    owner = town.front.owner
    row = await owner.fetchrow("SELECT state, contact_info_current, abuse_count FROM account WHERE id = $1", id_)
    people = await owner.fetch(
        "SELECT email, login, role, flag FROM contact WHERE account_id = $1 AND removed_at IS NULL", id_
    )
    contacts = [
        {"email": p["email"], "user": p["login"], "role": p["role"], **({"flag": p["flag"]} if p["flag"] else {})}
        for p in people
    ]
    reseller = {"responsible": named(files, responsible)} if responsible is not None else {}
    return {**row, "contacts": contacts, **reseller}


def named(files: Files, number: str) -> str:
    return next((name for name, account in files.items() if account.account == number), number)


# ── notices ──────────────────────────────────────────────────────────────────
async def announce(play: Play, step: steps.NoticeStep) -> dict[str, Any]:
    """Published, and whom it is for."""
    who, client, files = await play.town.by_staff(None), play.front.client, play.file.accounts
    numbers = [files[name].account for name in step.accounts]
    body = {"kind": step.kind, "title": step.topic or "…", "body": "…", "audience": {"accounts": numbers}}
    made = await client.post("/v1/notices", json=body, headers=who)
    assert made.status_code == 201, made.text
    url = made.headers["location"]
    published = await client.post(f"{url}/publish", headers=who)
    assert published.status_code == 200, published.text
    listed = (await client.get(f"{url}/recipients?limit=100", headers=who)).json()["data"]
    told = {named(files, r["account"]["number"]): r for r in listed}
    left_out = [{"account": name, "reason": r["reason"]} for name, r in told.items() if not r["included"]]
    return {
        "notice": {"recipients": [name for name in step.accounts if told[name]["included"]], "excluded": left_out},
        "cites": [c["clause"] for r in listed for c in r["citations"]],
    }
