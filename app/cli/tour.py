"""What a stranger is shown when the demonstration is ready: who can call, and three requests to paste."""

import json
import shlex
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import httpx2
import yaml

from app.api.deps import Desk
from app.base.vocabulary import Role, Scope
from app.main import create_app
from app.services.callers import own_issuer
from app.services.oauth import Mint
from app.services.subjects import Wanted, token_for
from app.tokens.trust import MAX_LIFE_SECONDS

Tour = Mapping[str, Any]


def read_tour() -> Tour:
    tour: Tour = yaml.safe_load((files("app.demo") / "tour.yaml").read_text("utf-8"))
    return tour


async def welcome(desk: Desk, tour: Tour) -> str:
    """The whole page; the ticket that it speaks of is opened if it is not there yet."""
    tokens = {name: await _token(desk, caller) for name, caller in tour["callers"].items()}
    first = tour["first_ticket"]
    ticket = await _first_ticket(desk, first["request"], tokens[first["caller"]])
    return _page(desk.settings.origin, tour, tokens, ticket)


async def _token(desk: Desk, caller: Mapping[str, Any]) -> str:
    scopes = tuple(map(Scope, caller.get("scopes", ())))
    wanted = Wanted(**{**caller, "role": Role(caller["role"]), "scopes": scopes})
    mint = Mint(desk.keys, own_issuer(desk.settings), MAX_LIFE_SECONDS, desk.clock())
    return await token_for(desk.database, wanted, mint)


async def _first_ticket(desk: Desk, request: Mapping[str, Any], token: str) -> str:
    """Its reference. It is opened as any frontend would: by calling the API."""
    transport = httpx2.ASGITransport(app=create_app(desk.settings, clock=desk.clock, desk=desk))
    name = request["external_ref"]
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"demonstration-{name}"}
    async with httpx2.AsyncClient(transport=transport, base_url=desk.settings.origin, headers=headers) as frontend:
        there = await frontend.get("/v1/tickets", params={"external_ref": name})
        there.raise_for_status()
        found = there.json()["data"]
        if not found:
            opened = await frontend.post("/v1/tickets", json=request)
            opened.raise_for_status()
            found = [opened.json()]
    reference: str = found[0]["reference"]
    return reference


def _page(origin: str, tour: Tour, tokens: Mapping[str, str], ticket: str) -> str:
    lines = ["", f"Clausedesk is ready. Try everything at {origin}/docs", f"and a client area at {origin}/demo", ""]
    lines.append("Development tokens, good for a day (`clausedesk token --help` makes others):")
    for name, token in tokens.items():
        lines += ["", f"  {name}, {_who(tour['callers'][name])}", token]
    for number, request in enumerate(tour["requests"], start=1):
        path = request["path"].format(first_ticket=ticket)
        lines += ["", f"{number}. {request['says']}:"]
        lines.append(_curl(request["method"], origin + path, request.get("json"), tokens[request["caller"]]))
    return "\n".join([*lines, "", "Stop with Ctrl-C; the data stay.", ""])


def _who(caller: Mapping[str, Any]) -> str:
    of = caller.get("account") or caller.get("reseller") or ", ".join(caller.get("scopes", ()))
    return f"{caller['role']} of {caller['provider']}" + (f" ({of})" if of else "")


def _curl(method: str, url: str, body: Any, token: str) -> str:
    """One line to paste; the token, which nobody reads, stands at the end."""
    words = ["curl", "-sS", url]
    if body is not None:
        words += ["-d", json.dumps(body, ensure_ascii=False), "-H", "Content-Type: application/json"]
    line = shlex.join(words)
    if method == "POST":
        line += ' -H "Idempotency-Key: $(date +%s%N)"'
    return f"{line} -H {shlex.quote(f'Authorization: Bearer {token}')} | python3 -m json.tool"
