"""Files over HTTP: uploaded first, named in a ticket or message, and given out as downloads to whoever sees that."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from structlog.testing import capture_logs

from app.base.errors import Problem
from app.base.vocabulary import Role, Scope
from app.db.pool import Database
from app.schemas.attachments import Attachment
from app.schemas.listing import Listed
from app.services.attachments.sweeping import sweep_attachments
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/attachments"
LOG = b"2026-02-10 ERROR disk full\n"
TICKET: dict[str, Any] = {"subject": "Checkout is dead", "body": "See the log.", "facts": {"topic": "web.offline"}}


async def upload(
    front: FrontDesk, who: Headers, content: bytes = LOG, name: str = "error.log", status: int = 201
) -> dict[str, Any]:
    answer = await front.client.post(URL, files={"file": (name, content, "image/png")}, headers=who)
    assert answer.status_code == status, answer.text
    if status == 201:
        Attachment.model_validate_json(answer.content)
        assert answer.headers["location"] == f"{URL}/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


async def opened(front: FrontDesk, who: Headers, *files: str) -> str:
    body = {**TICKET, "attachments": files}
    answer = await front.client.post("/v1/tickets", json=body, headers={**who, **front.key()})
    assert answer.status_code == 201, answer.text
    return f"/v1/tickets/{answer.json()['id']}"


async def sees(front: FrontDesk, who: Headers, file: str) -> int:
    return (await front.client.get(f"{URL}/{file}", headers=who)).status_code


async def test_a_file_is_uploaded_named_in_a_ticket_and_downloaded(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    file = await upload(front, customer)
    assert (file["media_type"], file["size"], file["digest"]) == ("text/plain", len(LOG), sha256(LOG).hexdigest())
    assert (file["ticket"], file["expires_at"]) == (None, "2026-02-11T15:00:00Z")
    ticket = await opened(front, customer, file["id"])
    listed = await front.client.get(f"{ticket}/attachments", headers=customer)
    page = Listed[Attachment].model_validate_json(listed.content)
    assert [(str(one.id), str(one.ticket), one.expires_at) for one in page.data] == [(file["id"], ticket[-36:], None)]
    messages = (await front.client.get(f"{ticket}/messages", headers=customer)).json()["data"]
    assert [message["attachments"] for message in messages] == [[file["id"]]]
    answer = await front.client.get(f"{URL}/{file['id']}", headers=await front.staff(await front.provider()))
    assert (answer.status_code, answer.content) == (200, LOG)
    events = await front.owner.fetch("SELECT type, data FROM event ORDER BY id")
    assert [event["type"] for event in events] == ["attachment.uploaded", "ticket.opened"]
    assert events[1]["data"]["attachments"] == [file["id"]]
    stored = await front.owner.fetchval("SELECT storage_key FROM attachment")
    assert stored.startswith(f"{account.provider_id}/")
    assert "error" not in stored


PARTS: list[tuple[str, slice]] = [
    ("bytes=0-3", slice(0, 4)),
    ("bytes=3-", slice(3, None)),
    ("bytes=-5", slice(-5, None)),
    ("bytes=0-99999", slice(0, None)),
    ("bytes=-99999", slice(0, None)),
]


async def test_whoever_was_interrupted_goes_on_where_it_ended(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    url = f"{URL}/{(await upload(front, customer))['id']}"
    whole = await front.client.get(url, headers=customer)
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(len(LOG)))
    for wanted, part in PARTS:
        answer = await front.client.get(url, headers={**customer, "Range": wanted, "If-Range": whole.headers["etag"]})
        begin, end, _ = part.indices(len(LOG))
        assert (answer.status_code, answer.content) == (206, LOG[part])
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{len(LOG)}"
        assert answer.headers["content-length"] == str(end - begin)
    head = await front.client.head(url, headers={**customer, "Range": "bytes=0-3"})
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(LOG)), b"")
    for unheard in ("bytes=4-2", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=x-"):
        assert (await front.client.get(url, headers={**customer, "Range": unheard})).content == LOG
    changed = await front.client.get(url, headers={**customer, "Range": "bytes=0-3", "If-Range": '"another"'})
    assert (changed.status_code, changed.content) == (200, LOG)
    for beyond in (f"bytes={len(LOG)}-", "bytes=-0"):
        none = await front.client.get(url, headers={**customer, "Range": beyond})
        assert (none.status_code, none.json()["code"]) == (416, "range_not_satisfiable")
        assert none.headers["content-range"] == f"bytes */{len(LOG)}"


HOSTILE = [
    ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ("x.html", b"<!DOCTYPE html><script>alert(1)</script>"),
    ("x.png", b"GIF89a/*\x00\x01*/=1;<script>alert(1)</script>\x80"),
    ("..%2F..%2Fetc\r\nSet-Cookie: a=b", LOG),
    ("../../etc/passwd", LOG),
    ("invoice\u202egnp.exe", LOG),
    ('a"; filename="b.html', LOG),
    ("caf\u00e9 \u2620.txt", LOG),
    ("nul\x00.txt", LOG),
    ("x" * 1000, LOG),
]


async def test_no_content_and_no_name_is_ever_shown_in_place(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    for name, content in HOSTILE:
        file = await upload(front, customer, content, name)
        answer = await front.client.get(f"{URL}/{file['id']}", headers=customer)
        headers = answer.headers
        assert answer.content == content
        assert headers["content-disposition"].startswith('attachment; filename="')
        assert headers["content-disposition"].isascii()
        assert headers["content-disposition"].count('"') == 2
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("sandbox")
        assert headers["content-type"].partition(";")[0] in ("text/plain", "image/gif", "application/octet-stream")
        assert "set-cookie" not in headers
        assert len(headers.get_list("content-disposition")) == 1


async def test_a_file_that_nothing_names_is_its_uploaders_alone(front: FrontDesk) -> None:
    account, contact, customer = await front.customer()
    provider = await front.provider()
    colleague = await factories.contact(front.owner, account, role=contact.role, token_role=contact.token_role)
    staff = await front.staff(provider)
    file = (await upload(front, customer))["id"]
    assert await sees(front, customer, file) == 200
    for other in (front.contact(provider, colleague), staff):
        assert await sees(front, other, file) == 404
        stolen = {**TICKET, "attachments": [file], "account": account.number if other is staff else None}
        answer = await front.client.post("/v1/tickets", json=stolen, headers={**other, **front.key()})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"] == [
            {"pointer": "/attachments/0", "code": "unknown",
             "message": "There is no such file of yours, or something names it already."}
        ]  # fmt: skip
    assert await front.owner.fetchval("SELECT count(*) FROM ticket") == 0
    await opened(front, customer, file)
    assert await sees(front, front.contact(provider, colleague), file) == 200
    _, _, stranger = await front.customer()
    assert await sees(front, stranger, file) == 404
    assert await sees(front, await front.staff(await front.provider("plutus")), file) == 404
    assert await sees(front, {}, file) == 401


async def test_an_internal_notes_file_is_for_staff(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    ticket = await opened(front, customer)
    secret, shown = (await upload(front, staff))["id"], (await upload(front, staff))["id"]
    for file, visibility in ((secret, "internal"), (shown, "public")):
        body = {"body": "Look", "visibility": visibility, "attachments": [file]}
        answer = await front.client.post(f"{ticket}/messages", json=body, headers=staff)
        assert (answer.status_code, answer.json()["attachments"]) == (201, [file]), answer.text
    assert [await sees(front, who, file) for who in (customer, staff) for file in (secret, shown)] == [
        404,
        200,
        200,
        200,
    ]
    for who, files in ((customer, [shown]), (staff, [secret, shown])):
        listed = (await front.client.get(f"{ticket}/attachments", headers=who)).json()["data"]
        assert [file["id"] for file in listed] == files
    _, _, stranger = await front.customer()
    assert (await front.client.get(f"{ticket}/attachments", headers=stranger)).status_code == 404


async def test_of_two_tickets_that_name_one_file_at_once_one_gets_it(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    file = (await upload(front, customer))["id"]
    body = {**TICKET, "attachments": [file]}
    answers = await asyncio.gather(
        *(front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert await front.owner.fetchval("SELECT count(*) FROM ticket") == 1


async def test_the_same_ticket_sent_twice_names_its_file_once(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    body = {**TICKET, "attachments": [(await upload(front, customer))["id"]] * 2}
    headers = {**customer, **front.key()}
    answers = await asyncio.gather(*(front.client.post("/v1/tickets", json=body, headers=headers) for _ in range(3)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}


async def test_the_same_upload_twice_is_kept_once(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    headers = {**customer, **front.key()}
    first, second = await upload(front, headers), await upload(front, headers)
    assert first == second
    other = await upload(front, headers, b"something else", status=422)
    assert other["code"] == "idempotency_key_reused"
    assert await front.owner.fetchval("SELECT count(*) FROM attachment") == 1


async def test_who_may_not_ask_may_not_upload(front: FrontDesk) -> None:
    provider = await front.provider()
    await upload(front, await front.service(provider, Scope.PAYMENTS), status=403)
    await upload(front, {}, status=401)
    for who in (
        await front.service(provider, Scope.SUBMIT),
        await front.staff(provider, Role.ADMIN),
        await front.reseller(provider, await factories.reseller(front.owner, provider.id)),
    ):
        file = (await upload(front, who))["id"]
        assert await sees(front, who, file) == 200


def form(*parts: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    return b"".join(b"--x\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + end


FILE = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
WRONG: dict[str, tuple[str, bytes, int]] = {
    "no boundary": ("multipart/form-data", form((FILE, LOG)), 400),
    "another boundary": ("multipart/form-data; boundary=y", form((FILE, LOG)), 400),
    "no end": ("multipart/form-data; boundary=x", form((FILE, LOG), end=b""), 400),
    "no form": ("multipart/form-data; boundary=x", b"hello", 400),
    "nothing in it": ("multipart/form-data; boundary=x", b"--x--\r\n", 422),
    "a part without a name": ("multipart/form-data; boundary=x", form(("Content-Type: text/plain", LOG)), 400),
    "another name": ("multipart/form-data; boundary=x", form((FILE.replace("file", "photo", 1), LOG)), 422),
    "a field in its place": ("multipart/form-data; boundary=x", form((FILE.partition("; filename")[0], LOG)), 422),
    "two files": ("multipart/form-data; boundary=x", form((FILE, LOG), (FILE, LOG)), 422),
    "a hundred files": ("multipart/form-data; boundary=x", form(*[(FILE, LOG)] * 100), 400),
    "a second field": ("multipart/form-data; boundary=x",
                       form((FILE, LOG), ('Content-Disposition: form-data; name="account"', b"1")), 422),
    "an empty file": ("multipart/form-data; boundary=x", form((FILE, b"")), 422),
    "a program": ("multipart/form-data; boundary=x", form((FILE, b"\x7fELF\x02\x01\x01" + b"\0" * 60)), 422),
    "JSON": ("application/json", b"{}", 415),
}  # fmt: skip


async def test_no_form_at_all_is_refused(front: FrontDesk) -> None:
    _, _, who = await front.customer("mexxus")
    for kind in ({}, {"Content-Type": "text/csv"}):
        answer = await front.client.post("/v1/attachments", headers={**who, **kind})
        assert (answer.status_code, answer.headers["accept"]) == (415, "multipart/form-data")


async def test_a_form_that_is_none_is_refused_and_nothing_kept(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    for name, (kind, body, status) in WRONG.items():
        answer = await front.client.post(URL, content=body, headers={**customer, "Content-Type": kind})
        assert answer.status_code == status, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        if status == 422:
            assert answer.json()["errors"][0]["pointer"] == "/file", name
    assert await front.owner.fetchval("SELECT count(*) FROM attachment") == 0


async def test_a_file_that_is_too_large_is_refused_whether_its_length_is_told_or_not(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    limit = front.desk.settings.max_attachment_bytes
    told = await upload(front, customer, b"a" * (limit + 1), status=413)
    assert (told["code"], told["detail"]) == ("too_large", f"A file may have at most {limit} bytes.")

    async def endless() -> Any:
        yield b"--x\r\n" + FILE.encode() + b"\r\n\r\n"
        for _ in range(limit // 65_536 + 3):
            yield b"a" * 65_536

    headers = {**customer, "Content-Type": "multipart/form-data; boundary=x"}
    untold = await front.client.post(URL, content=endless(), headers=headers)
    assert (untold.status_code, untold.json()["code"]) == (413, "too_large")


async def test_files_that_nothing_names_go_after_a_day(front: FrontDesk, worker_database: Database) -> None:
    _, contact, customer = await front.customer()
    kept, left = (await upload(front, customer))["id"], (await upload(front, customer))["id"]
    await opened(front, customer, kept)
    objects = front.desk.objects
    key = await front.owner.fetchval("SELECT storage_key FROM attachment WHERE id = $1", left)
    front.now = NOW + timedelta(hours=24, minutes=1)
    customer = front.contact(await front.provider(), contact)
    assert await sees(front, customer, left) == 404
    body = {**TICKET, "attachments": [left]}
    late = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    assert late.status_code == 422
    assert await sweep_attachments(worker_database, objects, front.now) == 0
    assert await sweep_attachments(worker_database, objects, NOW + timedelta(hours=26)) == 1
    assert await sweep_attachments(worker_database, objects, NOW + timedelta(hours=26)) == 0
    assert [str(row["id"]) for row in await front.owner.fetch("SELECT id FROM attachment")] == [kept]
    assert await front.owner.fetchval("SELECT count(*) FROM event WHERE type = 'attachment.expired'") == 1
    with pytest.raises(Problem, match="file_lost"):
        await objects.get(key)
    assert await sees(front, customer, kept) == 200


async def test_a_file_that_the_store_has_lost_is_gone_and_only_a_store_that_is_away_may_be_asked_again(
    front: FrontDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, customer = await front.customer()
    file = (await upload(front, customer))["id"]
    key = uuid4().hex
    await front.owner.execute("UPDATE attachment SET storage_key = $1", key)
    with capture_logs() as log:
        lost = await front.client.get(f"{URL}/{file}", headers=customer)
    assert (lost.status_code, lost.json()["code"]) == (410, "file_lost")
    assert "retry-after" not in lost.headers
    assert "send it anew" in lost.json()["detail"]
    assert key not in lost.text
    assert [line["key"] for line in log if line["event"] == "object_lost"] == [key], "to look for in a backup"
    away = type(front.desk.objects).at("", tmp_path)
    (tmp_path / "objects").rmdir()
    monkeypatch.setattr(front.desk, "objects", away)
    asked = await front.client.get(f"{URL}/{file}", headers=customer)
    assert (asked.status_code, asked.headers["retry-after"]) == (503, "1")


async def test_the_store_out_of_order_is_told_and_leaves_no_row(
    front: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, customer = await front.customer()
    await upload(front, customer)
    monkeypatch.setattr(front.desk, "objects", type(front.desk.objects).at("memory:///", front.desk.settings.data_dir))
    await upload(front, customer)
    assert await front.owner.fetchval("SELECT count(*) FROM attachment") == 2


async def test_whoever_is_not_known_is_refused_before_the_file_is_read(front: FrontDesk) -> None:
    read = 0

    async def counted() -> Any:
        nonlocal read
        for _ in range(64):
            read += 1
            yield b"a" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer: httpx2.Response = await front.client.post(URL, content=counted(), headers=headers)
    assert answer.status_code == 401
