"""Notices over HTTP: drafted, scheduled, published and ended by staff, for whom the policy does not leave out."""

from datetime import timedelta
from typing import Any

import httpx2

from app.base.vocabulary import Role, Scope
from app.schemas.listing import Listed
from app.schemas.notices import Notice, PublicStatus, Recipient
from tests import factories
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/notices"
ANNOUNCED = {"kind": "announcement", "title": "PHP moves on", "body": "PHP 8.1 ends in May."}
DOWN = {"kind": "incident", "title": "hera1 is down", "body": "We are on it.", "server": "hera1"}


async def drafted(front: FrontDesk, who: Headers, body: dict[str, Any]) -> str:
    answer = await front.client.post(URL, json=body, headers=who)
    assert answer.status_code == 201, answer.text
    made = Notice.model_validate_json(answer.content)
    assert (made.state, made.version, answer.headers["etag"]) == ("draft", 1, '"1"')
    assert answer.headers["location"] == f"{URL}/{made.id}"
    return str(made.id)


async def moved(front: FrontDesk, who: Headers, id_: str, verb: str, body: Any = None) -> httpx2.Response:
    return await front.client.post(f"{URL}/{id_}/{verb}", json=body, headers=who)


async def told(front: FrontDesk, who: Headers, id_: str, **query: Any) -> list[Recipient]:
    answer = await front.client.get(f"{URL}/{id_}/recipients", params=query, headers=who)
    assert answer.status_code == 200, answer.text
    return Listed[Recipient].model_validate_json(answer.content).data


async def status(front: FrontDesk, policy: str, **query: Any) -> PublicStatus:
    provider = await front.provider(policy)
    answer = await front.client.get(f"/v1/status/{provider.slug}", params=query)
    assert answer.status_code == 200, answer.text
    return PublicStatus.model_validate_json(answer.content)


async def test_stale_accounts_are_left_out_of_an_announcement_with_the_clause(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    who = await front.staff(provider)
    await front.customer("plutus", product="shared", number="A1", server="hera1")
    await front.customer("plutus", product="shared", number="B2", contact_info_current=False)
    await front.customer("plutus", product="reseller", number="C3", state="closed")
    everybody = await drafted(front, who, ANNOUNCED)
    first, second = await told(front, who, everybody)
    assert (first.account.number, first.included, first.reason) == ("A1", True, None)
    assert (second.account.number, second.included, second.reason) == ("B2", False, "contact_info_outdated")
    assert [c.clause for c in second.citations] == ["PLU-13"]
    urgent = await drafted(front, who, {**ANNOUNCED, "kind": "security"})
    assert [r.included for r in await told(front, who, urgent)] == [True, True]
    for audience, expected in (
        ({"accounts": ["B2"]}, ["B2"]),
        ({"servers": ["hera1"]}, ["A1"]),
        ({"products": ["shared"], "accounts": ["B2"]}, ["A1", "B2"]),
        ({"servers": ["elsewhere"]}, []),
    ):
        narrowed = await drafted(front, who, {**ANNOUNCED, "audience": audience})
        assert [r.account.number for r in await told(front, who, narrowed)] == expected
    assert [r.account.number for r in await told(front, who, await drafted(front, who, DOWN))] == ["A1"]
    pages = await front.client.get(f"{URL}/{everybody}/recipients?limit=1", headers=who)
    following = await front.client.get(
        f"{URL}/{everybody}/recipients?limit=1&cursor={pages.json()['next_cursor']}", headers=who
    )
    assert [r["account"]["number"] for r in following.json()["data"]] == ["B2"]


async def test_an_incident_links_the_open_tickets_of_its_server_and_ends(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    who = await front.staff(provider)
    account, _, _ = await front.customer("plutus", product="shared", server="hera1")
    other, _, _ = await front.customer("plutus", product="shared", server="zeus3")
    hit = await factories.ticket(front.owner, provider.id, account_id=account.id)
    spared = await factories.ticket(front.owner, provider.id, account_id=other.id)
    over = await factories.ticket(front.owner, provider.id, account_id=account.id, status="closed")
    id_ = await drafted(front, who, DOWN)
    assert (await status(front, "plutus")).state == "operational"
    published = await moved(front, who, id_, "publish")
    assert published.json()["state"] == "open"
    incidents = {r["id"]: r["incident"] for r in await front.owner.fetch("SELECT id, incident FROM ticket")}
    assert incidents == {hit.id: "hera1", spared.id: None, over.id: None}
    linked = await front.owner.fetch("SELECT subject_id, seq, data FROM event WHERE type = 'ticket.linked'")
    assert [(e["subject_id"], e["seq"], e["data"]["notice"]) for e in linked] == [(hit.id, 2, id_)]
    again = await moved(front, who, await drafted(front, who, DOWN), "publish")
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    shown = await status(front, "plutus")
    assert (shown.state, [str(n.id) for n in shown.incidents], shown.history) == ("incident", [id_], [])
    front.now += timedelta(hours=2)
    who = await front.staff(provider)
    assert (await moved(front, who, id_, "resolve")).json()["ends_at"] == "2026-02-10T17:00:00Z"
    shown = await status(front, "plutus")
    assert (shown.state, shown.incidents, [str(n.id) for n in shown.history]) == ("operational", [], [id_])
    front.now += timedelta(days=8)
    assert (await status(front, "plutus")).history == []
    assert len((await status(front, "plutus", days=30)).history) == 1


async def test_planned_maintenance_is_public_before_during_and_after(front: FrontDesk) -> None:
    who = await front.staff(await front.provider("mexxus"))
    planned = {"kind": "maintenance", "title": "New disks", "body": "Ten minutes.", "server": "s1"}
    id_ = await drafted(front, who, planned)
    window = {"starts_at": "2026-02-11T01:00:00-05:00", "ends_at": "2026-02-11T03:00:00-05:00"}
    inverted = {**window, "ends_at": "2026-02-11T00:00:00-05:00"}
    assert (await moved(front, who, id_, "schedule", inverted)).status_code == 422
    scheduled = (await moved(front, who, id_, "schedule", window)).json()
    assert (scheduled["state"], scheduled["starts_at"]) == ("scheduled", "2026-02-11T06:00:00Z")
    front.now = NOW
    assert [(n.title, n.server) for n in (await status(front, "mexxus")).maintenance] == [("New disks", "s1")]
    assert (await status(front, "mexxus")).state == "operational"
    front.now = NOW + timedelta(hours=16)
    assert (await status(front, "mexxus")).state == "maintenance"
    front.now = NOW + timedelta(hours=20)
    shown = await status(front, "mexxus")
    assert (shown.state, shown.maintenance, [n.title for n in shown.history]) == ("operational", [], ["New disks"])
    who = await front.staff(await front.provider("mexxus"))
    assert (await moved(front, who, id_, "withdraw")).json()["state"] == "withdrawn"
    assert (await status(front, "mexxus")).history == []
    assert (await moved(front, who, id_, "publish")).status_code == 409


async def test_the_status_comes_as_a_page_and_is_cheap_to_ask_again(front: FrontDesk) -> None:
    provider = await front.provider("mexxus")
    who = await front.staff(provider)
    id_ = await drafted(front, who, {**DOWN, "title": "<b>hera1</b>", "body": "a | b"})
    await moved(front, who, id_, "publish")
    await moved(front, who, await drafted(front, who, {**DOWN, "server": None}), "publish")
    url = f"/v1/status/{provider.slug}"
    read = await front.client.get(url)
    assert read.headers["cache-control"] == "public, max-age=15"
    front.now += timedelta(minutes=5)
    same = await front.client.get(url, headers={"If-None-Match": f'"x", W/{read.headers["etag"]}'})
    assert (same.status_code, same.content) == (304, b"")
    page = await front.client.get(url, headers={"Accept": "text/html", "Accept-Language": "pt-BR"})
    assert "Incidentes em aberto" in page.text
    assert "&lt;b&gt;hera1&lt;/b&gt;" in page.text
    assert page.headers["etag"] != read.headers["etag"]
    marked = await front.client.get(url, headers={"Accept": "text/markdown"})
    assert "Something is down." in marked.text
    await moved(front, who, id_, "resolve")
    assert (await front.client.get(url, headers={"If-None-Match": read.headers["etag"]})).status_code == 200
    assert (await front.client.get("/v1/status/nobody")).status_code == 404


async def test_nothing_of_single_accounts_is_public(front: FrontDesk) -> None:
    provider = await front.provider("mexxus")
    who = await front.staff(provider)
    await front.customer("mexxus", number="M1")
    for body in ({**DOWN, "audience": {"accounts": ["M1"]}}, ANNOUNCED):
        assert (await moved(front, who, await drafted(front, who, body), "publish")).status_code == 200
    shown = await status(front, "mexxus")
    assert (shown.state, shown.incidents, shown.history) == ("operational", [], [])


async def test_its_metadata_is_merged_within_bounds(front: FrontDesk) -> None:
    who = await front.staff(await front.provider("mexxus"))
    url = f"{URL}/{await drafted(front, who, {**ANNOUNCED, 'metadata': {'b': '2'}})}"
    anyway = {**who, "If-Match": "*"}
    unmoved = await front.client.patch(url, json={"metadata": {}}, headers=anyway)
    assert unmoved.json()["metadata"] == {"b": "2"}, "a patch that names nothing takes nothing away"
    full = await front.client.patch(url, json={"metadata": {str(n): "x" for n in range(50)}}, headers=anyway)
    assert full.json()["errors"][0]["pointer"] == "/metadata"
    assert (await front.client.patch(url, json={"metadata": None}, headers=anyway)).json()["metadata"] == {}


async def test_a_notice_is_described_as_long_as_it_is_not_over(front: FrontDesk) -> None:
    provider = await front.provider("mexxus")
    who = await front.staff(provider)
    id_ = await drafted(front, who, {**ANNOUNCED, "metadata": {"a": "1", "b": "2"}, "external_ref": "N1"})
    url = f"{URL}/{id_}"
    assert (await front.client.patch(url, json={"title": "x"}, headers=who)).status_code == 428
    changed = await front.client.patch(
        url, json={"title": "PHP ends", "metadata": {"a": None}}, headers={**who, "If-Match": '"1"'}
    )
    shown = changed.json()
    assert (shown["title"], shown["metadata"], changed.headers["etag"]) == ("PHP ends", {"b": "2"}, '"2"')
    stale = await front.client.patch(url, json={"title": "x"}, headers={**who, "If-Match": '"1"'})
    assert stale.status_code == 412
    read = await front.client.get(url, headers={**who, "If-None-Match": '"2"'})
    assert read.status_code == 304
    await moved(front, who, id_, "publish")
    wider = await front.client.patch(url, json={"audience": {}}, headers={**who, "If-Match": "*"})
    assert wider.json()["detail"].startswith("It is out already")
    await moved(front, who, id_, "withdraw")
    assert (await front.client.patch(url, json={"title": "x"}, headers={**who, "If-Match": "*"})).status_code == 409
    twin = await front.client.post(URL, json={**ANNOUNCED, "external_ref": "N1"}, headers=who)
    assert (twin.status_code, twin.json()["code"]) == (409, "already_exists")
    unknown = await front.client.post(URL, json={**ANNOUNCED, "audience": {"accounts": ["nobody"]}}, headers=who)
    assert unknown.json()["errors"][0]["pointer"] == "/audience/accounts/0"
    listed = await front.client.get(f"{URL}?kind=announcement&state=withdrawn&external_ref=N1", headers=who)
    assert [n["id"] for n in listed.json()["data"]] == [id_]
    log = await front.owner.fetch("SELECT type, seq FROM event WHERE subject_kind = 'notice' ORDER BY seq")
    assert [(e["type"], e["seq"]) for e in log] == [
        ("notice.created", 1),
        ("notice.changed", 2),
        ("notice.published", 3),
        ("notice.withdrawn", 4),
    ]


async def test_a_repeated_publication_gets_its_answer_again(front: FrontDesk) -> None:
    who = await front.staff(await front.provider("mexxus"), Role.ADMIN)
    id_ = await drafted(front, who, ANNOUNCED)
    key = front.key()
    first = await moved(front, {**who, **key}, id_, "publish")
    second = await moved(front, {**who, **key}, id_, "publish")
    assert (second.content, second.headers["idempotent-replayed"]) == (first.content, "true")


async def test_notices_are_for_staff(front: FrontDesk) -> None:
    provider = await front.provider("mexxus")
    _, _, customer = await front.customer("mexxus")
    reseller = await front.reseller(provider, await factories.reseller(front.owner, provider.id))
    for who in (customer, reseller, await front.service(provider, Scope.EVENTS)):
        assert (await front.client.get(URL, headers=who)).status_code == 403
        assert (await front.client.post(URL, json=ANNOUNCED, headers=who)).status_code == 403
    assert (await front.client.get(URL)).status_code == 401
    mine = await drafted(front, await front.staff(provider), ANNOUNCED)
    stranger = await front.staff(await front.provider("plutus"))
    assert (await front.client.get(f"{URL}/{mine}", headers=stranger)).status_code == 404
    assert (await moved(front, stranger, mine, "publish")).status_code == 404
