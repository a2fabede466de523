"""The reports on promises and money, told by what a desk has really done; as JSON, and as a table."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from app.schemas.reports import FeesReport, MoneyMoved, PromiseKept, SlaReport
from tests.api.test_reports import opened
from tests.frontdesk import FrontDesk, Headers
from tests.services.reports.counting import counted

MINUTE = timedelta(minutes=1)
DOWN = ("Down", "Nobody can open it.")


async def post(front: FrontDesk, path: str, who: Headers, body: dict[str, Any]) -> dict[str, Any]:
    answer = await front.client.post(f"/v1/{path}", json=body, headers={**who, **front.key()})
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def sla(front: FrontDesk, who: Headers, **asked: Any) -> SlaReport:
    answer = await front.client.get("/v1/reports/sla", params=asked, headers=who)
    assert answer.status_code == 200, answer.text
    return SlaReport.model_validate_json(answer.content)


async def test_it_tells_how_many_promises_were_kept_and_how_long_it_took(front: FrontDesk, owner_dsn: str) -> None:
    staff = await front.staff(await front.provider())
    tickets = [await opened(front, DOWN, topic="web.offline") for _ in range(3)]
    for ticket, after in zip(tickets[:2], (10, 30), strict=True):
        front.now += after * MINUTE
        await post(front, f"tickets/{ticket['id']}/messages", staff, {"body": "We look at it."})
    front.now += timedelta(hours=9)
    await post(front, f"tickets/{tickets[2]['id']}/messages", staff, {"body": "Sorry for the delay."})
    nobody_counted = await sla(front, staff)
    assert (nobody_counted.data, nobody_counted.counted_at) == ([], None)
    await counted(front, owner_dsn)
    told = await sla(front, staff, by=["priority"])
    (row,) = [row for row in told.data if row.metric == "first_response"]
    assert (row.clocks, row.met, row.breached, row.going, row.priority) == (3, 2, 1, 0, tickets[0]["priority"])
    assert (row.attainment, row.median_seconds, row.p90_seconds) == (0.6667, 2400, 580 * 60)
    assert [(one.excused_by, one.clocks) for one in row.breaches] == [(None, 1)]
    assert row.department is None
    assert row.provider == "mexxus"
    assert told.counted_at is not None
    # A shorter time, and one in which nothing was received.
    by_day = await sla(front, staff, period="day", since="2026-02-10T12:00:00Z")
    assert {row.period_start.isoformat() for row in by_day.data} == {"2026-02-10T05:00:00+00:00"}
    assert (await sla(front, staff, until="2026-02-10T05:00:00Z")).data == []
    table = await front.client.get("/v1/reports/sla", headers={**staff, "Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert set(rows[0]) == set(PromiseKept.model_fields)
    assert {row["attainment"] for row in rows} == {"0.6667"}


async def test_money_is_told_by_tariff_and_currency(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    staff = await front.staff(provider)
    account, _, customer = await front.customer("plutus")
    priced = {"account": account.number, "facts": {"topic": "code.debug"}, "estimated_minutes": 40}
    quotes = [await post(front, "quotes", staff, priced) for _ in range(2)]
    agreed = await post(front, f"quotes/{quotes[0]['id']}/consent", customer, {})
    assert agreed["status"] == "consented"
    await post(front, f"quotes/{quotes[1]['id']}/waive", staff, {"reason": "Ours"})
    front.now += MINUTE
    answer = await front.client.get("/v1/reports/fees", headers=staff)
    (row,) = FeesReport.model_validate_json(answer.content).data
    assert (row.currency, row.rule, row.quotes, row.consents, row.consent_ratio) == (
        "ZAR",
        quotes[0]["rule"],
        2,
        1,
        0.5,
    )
    assert (row.quoted, row.consented, row.waived, row.paid) == ("453.34", "226.67", "226.67", "0.00")
    table = await front.client.get("/v1/reports/fees", headers={**staff, "Accept": "text/csv"})
    assert next(csv.reader(io.StringIO(table.text))) == list(MoneyMoved.model_fields)


@pytest.mark.parametrize("path", ["sla", "fees"])
async def test_they_are_for_staff_and_for_a_time_that_can_be_shown(front: FrontDesk, path: str) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    url = f"/v1/reports/{path}"
    assert (await front.client.get(url, headers=customer)).status_code == 403
    refused = await front.client.get(url, params={"since": "2020-01-01T00:00:00Z", "period": "day"}, headers=staff)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/since"
