"""Policies over HTTP: read by everybody, published once and for all, settled by dated revisions."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.base.vocabulary import Role
from app.policy.library.files import policy_text
from app.schemas.listing import Listed
from app.schemas.policies import CustomersPolicy, FullPolicyVersion, PolicyVersion, SettingsRevision
from tests.frontdesk import NOW, FrontDesk


def mexxus(**changed: str) -> dict[str, str]:
    text = policy_text("mexxus")
    assert text is not None
    for before, after in changed.items():
        text = text.replace(before, after)
    return {"source": text}


async def test_everybody_reads_the_policy_in_force(front: FrontDesk) -> None:
    await front.provider()
    answer = await front.client.get("/v1/policies/mexxus")
    assert answer.status_code == 200, answer.text
    policy = CustomersPolicy.model_validate_json(answer.content)
    assert (policy.provider, policy.version, policy.settings_revision) == ("mexxus", 1, 0)
    assert {"MEX-01", "MEX-51"} <= {clause.id for clause in policy.clauses}
    french = await front.client.get("/v1/policies/mexxus/clauses/MEX-25", headers={"Accept-Language": "fr-CA, en"})
    assert french.json()["sentence"].startswith("Le soutien")


async def test_the_documents_order_is_kept(front: FrontDesk) -> None:
    """The first official channel is the usual one, and the first department that fits takes a ticket."""
    admin = await front.staff(await front.provider(), Role.ADMIN)
    draft = mexxus(**{'amount: "85.00"': 'amount: "90.00"'})
    assert (await front.client.post("/v1/policies/mexxus/versions", json=draft, headers=admin)).status_code == 201
    policy = (await front.client.get("/v1/policies/mexxus")).json()
    assert [channel["slug"] for channel in policy["channels"]] == ["helpdesk", "email", "portal", "phone", "live_chat"]
    assert [department["slug"] for department in policy["departments"]][-1] == "support"
    _, _, customer = await front.customer()
    decision = await front.client.post(
        "/v1/classifications", json={"facts": {"topic": "web.offline"}}, headers=customer
    )
    assert decision.json()["channel"]["slug"] == "helpdesk"


async def test_a_policy_is_read_as_of_an_instant(front: FrontDesk) -> None:
    await front.provider()
    early = await front.client.get("/v1/policies/mexxus", params={"at": "1999-01-01T00:00:00Z"})
    assert (early.status_code, early.json()["code"]) == (409, "no_policy")
    naive = await front.client.get("/v1/policies/mexxus", params={"at": "2026-01-01T00:00:00"})
    assert (naive.status_code, naive.json()["errors"][0]["pointer"]) == (422, "/query/at")
    assert (await front.client.get("/v1/policies/nobody")).status_code == 404
    assert (await front.client.get("/v1/policies/mexxus/clauses/MEX-999")).status_code == 404


async def test_an_admin_publishes_and_the_next_request_sees_it(front: FrontDesk) -> None:
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    draft = mexxus(**{'amount: "85.00"': 'amount: "90.00"'})
    assert (await front.client.get("/v1/policies/mexxus")).json()["version"] == 1
    published = await front.client.post("/v1/policies/mexxus/versions", json=draft, headers=admin)
    assert published.status_code == 201, published.text
    assert published.json()["version"] == 2
    assert [c["stage"] for c in published.json()["citations"]] == ["version"]
    now = (await front.client.get("/v1/policies/mexxus")).json()
    assert (now["version"], now["prices"][0]["amount"]["amount"]) == (2, "90.00")
    again = await front.client.post("/v1/policies/mexxus/versions", json=draft, headers=admin)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    listed = await front.client.get("/v1/policies/mexxus/versions?limit=1", headers=admin)
    page = Listed[PolicyVersion].model_validate_json(listed.content)
    assert [row.version for row in page.data] == [2]
    rest = await front.client.get("/v1/policies/mexxus/versions", params={"limit": 1, "cursor": page.next_cursor or ""},
                                  headers=admin)  # fmt: skip
    assert [row["version"] for row in rest.json()["data"]] == [1]
    full = await front.client.get("/v1/policies/mexxus/versions/2", headers=admin)
    assert FullPolicyVersion.model_validate_json(full.content).source == draft["source"]
    event = await front.owner.fetchrow("SELECT * FROM event WHERE type = 'policy.published'")
    assert event["data"]["version"] == 2


async def test_customers_are_told_of_a_new_version_where_the_one_before_says_so(front: FrontDesk) -> None:
    admin = await front.staff(await front.provider(), Role.ADMIN)
    versions = "/v1/policies/mexxus/versions"
    told = mexxus(**{"change: {notice: false": "change: {notice: true"})
    assert (await front.client.post(versions, json=told, headers=admin)).json()["notices"] == []
    later = mexxus(**{"change: {notice: false": "change: {notice: true", 'amount: "85.00"': 'amount: "90.00"'})
    begins = {"effective_from": "2026-04-01T04:00:00Z"}
    published = (await front.client.post(versions, json=later, params=begins, headers=admin)).json()
    assert [effect["of"] for effect in published["effects"]] == ["policy_change"]
    (drafted,) = published["notices"]
    notice = (await front.client.get(f"/v1/notices/{drafted}", headers=admin)).json()
    assert (notice["kind"], notice["state"], notice["audience"]["accounts"]) == ("announcement", "draft", [])
    assert notice["body"] == "A new version of our support policy applies from 2026-04-01."
    out = await front.client.post(f"/v1/notices/{drafted}/publish", headers=admin | front.key())
    assert (out.status_code, out.json()["state"]) == (200, "open")


async def test_a_version_of_tomorrow_decides_from_tomorrow_on(front: FrontDesk) -> None:
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    draft = mexxus(**{'amount: "85.00"': 'amount: "90.00"'})
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    url = "/v1/policies/mexxus/versions"
    assert (await front.client.post(url, params={"effective_from": tomorrow}, json=draft, headers=admin)).is_success
    assert (await front.client.get("/v1/policies/mexxus")).json()["version"] == 1
    later = await front.client.get("/v1/policies/mexxus", params={"at": tomorrow})
    assert later.json()["version"] == 2
    yesterday = (NOW - timedelta(days=1)).isoformat()
    draft = mexxus(**{'amount: "85.00"': 'amount: "95.00"'})
    refused = await front.client.post(url, params={"effective_from": yesterday}, json=draft, headers=admin)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/effective_from")


async def test_all_that_is_wrong_with_a_draft_is_told_at_once(front: FrontDesk) -> None:
    provider = await front.provider()
    staff, admin = await front.staff(provider), await front.staff(provider, Role.ADMIN)
    draft = mexxus(
        **{"tz: America/Toronto": "tz: America/Nowhere", "calendar: always, clauses: [MEX-23]": "calendar: x"}
    )
    told = await front.client.post("/v1/policies/mexxus/validate", json=draft, headers=staff)
    assert told.status_code == 200
    assert {"/tz", "/channels/helpdesk/calendar"} <= {fault["pointer"] for fault in told.json()["errors"]}
    refused = await front.client.post("/v1/policies/mexxus/versions", json=draft, headers=admin)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert {"/tz", "/channels/helpdesk/calendar"} <= {fault["pointer"] for fault in refused.json()["errors"]}
    assert await front.owner.fetchval("SELECT count(*) FROM policy_version") == 1


@pytest.mark.parametrize(
    "body", [{}, {"source": 1}, {"source": ""}, {"source": "a: &a [*a]"}, {"provider": {}}, {"x": 1}]
)
async def test_what_is_no_policy_is_refused_with_reasons(front: FrontDesk, body: dict[str, Any]) -> None:
    admin = await front.staff(await front.provider(), Role.ADMIN)
    answer = await front.client.post("/v1/policies/mexxus/versions", json=body, headers=admin)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]


async def test_publishing_is_for_the_providers_own_admin(front: FrontDesk) -> None:
    provider, (_, _, customer) = await front.provider(), await front.customer()
    staff = await front.staff(provider)
    others = await front.staff(await front.provider("brs"), Role.ADMIN)
    url = "/v1/policies/mexxus/versions"
    answers = [await front.client.post(url, json=mexxus(), headers=who) for who in (staff, customer, others, {})]
    assert [answer.status_code for answer in answers] == [403, 403, 404, 401]
    gone = await front.staff(provider, Role.ADMIN, active=False)
    assert (await front.client.get(url, headers=gone)).status_code == 401


async def test_settings_are_settled_by_dated_revisions(front: FrontDesk) -> None:
    provider = await front.provider()
    admin = await front.staff(provider, Role.ADMIN)
    url = "/v1/policies/mexxus/settings"
    first = await front.client.get(url, headers=admin)
    assert SettingsRevision.model_validate_json(first.content).revision == 0
    body = {"assumptions": {"A_MEX_12": "as_billed"}, "closures": [{"date": "2026-03-02", "calendars": ["business"]}]}
    revised = await front.client.put(url, json=body, headers={**admin, "If-Match": '"0"'})
    assert (revised.status_code, revised.headers["etag"]) == (200, '"1"'), revised.text
    assert SettingsRevision.model_validate_json(revised.content).assumptions == {"A_MEX_12": "as_billed"}
    policy = (await front.client.get("/v1/policies/mexxus")).json()
    assert policy["settings_revision"] == 1
    assert {r["id"]: r["value"] for r in policy["readings"]}["A_MEX_12"] == "as_billed"
    stale = await front.client.put(url, json={}, headers={**admin, "If-Match": '"0"'})
    assert stale.status_code == 412
    known = await front.client.get(url, headers={**admin, "If-None-Match": '"1"'})
    assert known.status_code == 304


async def test_settings_that_no_version_could_take_are_refused(front: FrontDesk) -> None:
    admin = await front.staff(await front.provider(), Role.ADMIN)
    for body, pointer in (
        ({"assumptions": {"A_MEX_99": "x"}}, "/assumptions/A_MEX_99"),
        ({"assumptions": {"A_MEX_12": "perhaps"}}, "/assumptions/A_MEX_12"),
        ({"assumptions": {"A_X_22": "always_new"}}, "/assumptions/A_X_22"),  # described, but not written out
        ({"closures": [{"date": "2026-03-02", "calendars": ["nights"]}]}, "/closures/0/calendars"),
        ({"assumptions": {"not one": "x"}}, "/assumptions/not one"),
        ({"effective_from": "2020-01-01T00:00:00Z"}, "/effective_from"),
        ({"on_call": {"sysadmin": ["R0UT1NGKEY"]}}, "/on_call/sysadmin"),
        ({"templates": {"mail_replay": "x"}}, "/templates/mail_replay"),
        ({"templates": {"mail_reply": {"en": "{{ said }}", "fr": "{{ sayd }}"}}}, "/templates/mail_reply/fr"),
        ({"templates": {"mail_reply_subject": "{{ reference"}}, "/templates/mail_reply_subject"),
        ({"unknown": 1}, "/unknown"),
    ):
        answer = await front.client.put("/v1/policies/mexxus/settings", json=body, headers=admin)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), orjson.dumps(body)
