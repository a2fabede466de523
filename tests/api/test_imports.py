"""Accounts and contacts by the many: each row as a single request would go, once, whoever is killed in between."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx2
import pytest

from app.api.imports import MEDIA_TYPES
from app.base.vocabulary import Role
from app.db.pool import Database
from app.services.imports import working
from app.services.imports.working import Importing
from tests.frontdesk import FrontDesk, Headers

URL = "/v1/imports"
ACCOUNTS = """number,name,products,users_total,active,metadata.crm
M1,Maple Cycles,shared_hosting,4,yes,77
M2,Birch Books,no_such_product,,,
M1,Maple again,shared_hosting,,,
M3,'=Cedar,shared_hosting,,no,
"""
CONTACTS = "\n".join(
    (
        '{"account": "M1", "role": "registered", "email": "Web@maple.example", "name": "Ada"}',
        "no json",
        '{"account": "M1", "role": "captain", "email": "b@maple.example"}',
        '{"account": "nowhere", "role": "registered", "email": "c@maple.example"}',
        '{"account": "M1", "role": "registered", "email": "nobody"}',
    )
)


class Desk:
    """An administrator who hands files in, and the worker that works them off."""

    def __init__(self, front: FrontDesk, admin: Headers, worker: Database) -> None:
        self.front, self.admin = front, admin
        self.importing = Importing(worker, front.desk.policies, lambda: front.now)

    async def hands_in(
        self, content: str, query: str = "", key: str | None = None, csv: bool = True
    ) -> httpx2.Response:
        headers = {**self.admin, **self.front.key(), "Content-Type": MEDIA_TYPES[0 if csv else 1]}
        headers |= {"Idempotency-Key": key} if key else {}
        return await self.front.client.post(URL + query, content=content.encode(), headers=headers)

    async def done(self, answer: httpx2.Response) -> list[dict[str, Any]]:
        assert answer.status_code == 202, answer.text
        while await self.importing.work():
            pass
        told = (await self.get(answer.headers["location"])).json()
        assert (told["state"], told["rows_done"]) == ("done", told["rows_total"])
        rows: list[dict[str, Any]] = (await self.get(f"{answer.headers['location']}/rows")).json()["data"]
        assert told["rows_failed"] == sum(row["outcome"] == "failed" for row in rows)
        return rows

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.front.client.get(path, headers={**self.admin, **headers})


@pytest.fixture
async def desk(front: FrontDesk, worker_database: Database) -> Desk:
    provider = await front.provider()
    return Desk(front, await front.staff(provider, Role.ADMIN), worker_database)


def outcomes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["code"] or row["outcome"] for row in rows]


async def test_each_row_is_judged_like_a_request_of_its_own(desk: Desk, owner: asyncpg.Connection) -> None:
    answer = await desk.hands_in(ACCOUNTS)
    assert (answer.json()["kind"], answer.json()["state"], answer.json()["rows_total"]) == ("accounts", "pending", 4)
    rows = await desk.done(answer)
    assert outcomes(rows) == ["created", "invalid", "already_exists", "created"]
    assert rows[1]["errors"][0]["pointer"] == "/products/0"
    maple = (await desk.get("/v1/accounts/M1")).json()
    assert (maple["id"], maple["users_total"], maple["metadata"]) == (rows[0]["id"], 4, {"crm": "77"})
    cedar = (await desk.get("/v1/accounts/M3")).json()
    assert (cedar["name"], cedar["active"]) == ("=Cedar", False)
    people = await desk.done(await desk.hands_in(CONTACTS, csv=False))
    assert outcomes(people) == ["created", "malformed_json", "invalid", "not_found", "invalid"]
    assert (await desk.get(f"/v1/contacts/{people[0]['id']}")).json()["email"] == "web@maple.example"
    # What was handed in is gone, and the log tells of each change.
    assert await owner.fetchval('SELECT count(*) FROM "import" WHERE content IS NOT NULL') == 0
    told = await owner.fetch("SELECT type, count(*) AS n FROM event GROUP BY type")
    assert {row["type"]: row["n"] for row in told} == {
        "account.created": 2,
        "contact.added": 1,
        "import.requested": 2,
        "import.finished": 2,
    }
    table = await desk.get(f"{answer.headers['location']}/rows", Accept="text/csv")
    assert table.text.splitlines()[0] == "number,outcome,id,code,detail,errors"
    assert len(table.text.splitlines()) == 5


async def test_what_is_there_is_kept_or_changed_where_that_is_asked(desk: Desk) -> None:
    first = await desk.done(await desk.hands_in(ACCOUNTS))
    kept = await desk.done(await desk.hands_in(ACCOUNTS, "?existing=keep"))
    assert outcomes(kept) == ["kept", "invalid", "kept", "kept"]
    changed = await desk.done(await desk.hands_in("number,name\nM1,Maple & Sons\n", "?existing=change"))
    assert [(row["outcome"], row["id"]) for row in changed] == [("changed", first[0]["id"])]
    maple = (await desk.get("/v1/accounts/M1")).json()
    assert (maple["name"], maple["users_total"]) == ("Maple & Sons", 4)
    person = "account,role,email,name\nM1,registered,ada@maple.example,{}\n"
    [added] = await desk.done(await desk.hands_in(person.format("Ada")))
    [renamed] = await desk.done(await desk.hands_in(person.format("Ada L."), "?existing=change"))
    assert (renamed["outcome"], renamed["id"]) == ("changed", added["id"])
    assert (await desk.get(f"/v1/contacts/{added['id']}")).json()["name"] == "Ada L."


async def test_the_same_file_sent_again_is_one_import(desk: Desk) -> None:
    first, again = [await desk.hands_in(ACCOUNTS, key="nightly") for _ in range(2)]
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert (await desk.hands_in(CONTACTS, key="nightly", csv=False)).status_code == 422


async def test_a_worker_that_is_killed_leaves_nothing_twice_and_nothing_out(
    desk: Desk, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies after rows were done and before that was noted; another goes on when the lease is over."""
    monkeypatch.setattr(working, "AT_ONCE", 2)
    content = "number,name\n" + "".join(f"N{n},Firm {n}\n" for n in range(5))
    answer = await desk.hands_in(content)

    async def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(working, "note_rows", killed)
        context.setattr(working, "release_import", _nothing)
        with pytest.raises(KeyboardInterrupt):
            await desk.importing.work()
    assert await owner.fetchval("SELECT count(*) FROM account") == 2
    assert not await desk.importing.work(), "the lease is still held"
    desk.front.now += timedelta(minutes=2)
    rows = await desk.done(answer)
    assert outcomes(rows) == ["created"] * 5
    assert await owner.fetchval("SELECT count(*) FROM account") == 5


async def _nothing(*_: object) -> None:
    """A process that is gone releases nothing."""


async def test_progress_can_be_watched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 2)
    monkeypatch.setattr(working, "_TURN", timedelta())
    answer = await desk.hands_in("number,name\n" + "".join(f"P{n},Firm {n}\n" for n in range(5)))
    seen, place = [], answer.headers["location"]
    tag = answer.headers["etag"]
    while await desk.importing.work():
        told = await desk.get(place, **{"If-None-Match": tag})
        tag = told.headers["etag"]
        seen.append((told.json()["state"], told.json()["rows_done"]))
    assert seen == [("running", 2), ("running", 4), ("done", 5)]
    assert (await desk.get(place, **{"If-None-Match": tag})).status_code == 304


async def test_a_file_is_read_as_spreadsheets_write_it(desk: Desk) -> None:
    """A byte order mark, Windows' line ends, quotation marks, a comma and a line end within a cell, empty lines."""
    content = '\ufeffnumber,name\r\nM1,"Maple, ""Cycles"""\r\n\r\nM2,"Birch\nBooks"\r\nM3,Cedar,surplus\r\n'
    rows = await desk.done(await desk.hands_in(content))
    assert outcomes(rows) == ["created", "invalid", "invalid"]
    assert [row["errors"][0]["pointer"] for row in rows[1:]] == ["/name", "/more cells than the head"]
    assert (await desk.get("/v1/accounts/M1")).json()["name"] == 'Maple, "Cycles"'


NO_FILES = (
    b"number,name\n",
    b"number,colour\nM1,red\n",
    b"number,number\nM1,M1\n",
    b'number,name\nM1,"Maple\n',
    b"number,name\nM1,\xff\n",
)


async def test_what_is_no_such_file_is_refused_at_once(desk: Desk, owner: asyncpg.Connection) -> None:
    for content in NO_FILES:
        headers = {**desk.admin, **desk.front.key(), "Content-Type": "text/csv"}
        answer = await desk.front.client.post(URL, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), content
    bare = await desk.front.client.post(URL, headers={**desk.admin, **desk.front.key()})
    assert [error["message"] for error in bare.json()["errors"]] == ["Send the file as the body."]
    assert await owner.fetchval('SELECT count(*) FROM "import"') == 0


async def test_it_is_for_administrators_as_long_as_they_are_some(desk: Desk, owner: asyncpg.Connection) -> None:
    provider = await desk.front.provider()
    staff = await desk.front.staff(provider)
    refused = await desk.front.client.post(
        URL, content=b"number,name\nM1,a\n", headers={**staff, **desk.front.key(), "Content-Type": "text/csv"}
    )
    assert refused.status_code == 403
    answer = await desk.hands_in("number,name\nM1,Maple\n")
    await owner.execute("UPDATE staff SET active = false WHERE role = 'admin'")
    while await desk.importing.work():
        pass
    assert await owner.fetchval("SELECT code FROM import_row") == "unauthenticated"
    assert await owner.fetchval("SELECT count(*) FROM account") == 0
    assert answer.status_code == 202
