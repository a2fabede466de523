"""The report on triage: what staff made of what it suggested, for staff alone, safe in a spreadsheet."""

import csv
import io
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.api.spreadsheets import as_csv
from app.base.vocabulary import Role, Scope
from app.schemas.reports import TriageReport
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/reports/triage"
FULL = ("mailbox full", "My mailbox is over its quota and people get a bounce 552.")
PRINTER = ("printer", "The office printer does not print any more.")


async def opened(front: FrontDesk, said: tuple[str, str], **facts: Any) -> dict[str, Any]:
    _, _, customer = await front.customer()
    body = {"subject": said[0], "body": said[1], "facts": facts}
    answer = await front.client.post("/v1/tickets", json=body, headers={**customer, **front.key()})
    assert answer.status_code == 201, answer.text
    ticket: dict[str, Any] = answer.json()
    return ticket


async def found_out(front: FrontDesk, staff: Headers, ticket: dict[str, Any], topic: str) -> dict[str, Any]:
    said = {"customer_info": "A", "symptoms": "B", "goal": "C", "underlying_problem": "D", "topic": topic}
    answer = await front.client.post(f"/v1/tickets/{ticket['id']}/triage", json=said, headers=staff)
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def reported(front: FrontDesk, who: Headers, **asked: str) -> TriageReport:
    front.now += timedelta(minutes=1)
    answer = await front.client.get(URL, params=asked, headers=who)
    assert answer.status_code == 200, answer.text
    return TriageReport.model_validate_json(answer.content)


async def test_it_tells_what_staff_changed_and_by_which_words_triage_was_misled(front: FrontDesk) -> None:
    provider = await front.provider()
    staff = await front.staff(provider)
    tickets = [await opened(front, FULL) for _ in range(3)]
    await opened(front, FULL, topic="email.quota")
    await found_out(front, staff, tickets[0], "email.quota")
    changed = await found_out(front, staff, tickets[1], "email.error")
    assert (changed["topic"], changed["topic_source"]) == ("email.error", "staff")
    (row,) = (await reported(front, staff)).data
    assert (row.topic, row.suggested, row.taken, row.confirmed, row.changed) == ("email.quota", 3, 3, 1, 1)
    assert row.changed_share == 0.5
    assert [(to.topic, to.tickets) for to in row.changed_to] == [("email.error", 1)]
    assert "quota" in {by.words for by in row.misled_by}


async def test_the_last_word_of_staff_counts(front: FrontDesk) -> None:
    staff = await front.staff(await front.provider())
    ticket = await opened(front, FULL)
    for topic in ("email.error", "email.quota"):
        await found_out(front, staff, ticket, topic)
    (row,) = (await reported(front, staff)).data
    assert (row.confirmed, row.changed) == (1, 0)


async def test_rows_are_counted_by_periods_that_begin_in_the_policys_zone(front: FrontDesk) -> None:
    staff = await front.staff(await front.provider())
    # 02:00 in Montreal is still the day before by UTC's hand, and the other way round.
    for day, hour in ((1, 3), (1, 6), (2, 6)):
        front.now = NOW.replace(month=2, day=day, hour=hour)
        await opened(front, PRINTER)
    front.now = NOW + timedelta(hours=1)
    by_day = await reported(front, staff, period="day")
    assert [(row.period_start.isoformat(), row.suggested) for row in by_day.data] == [
        ("2026-01-31T05:00:00+00:00", 1),
        ("2026-02-01T05:00:00+00:00", 1),
        ("2026-02-02T05:00:00+00:00", 1),
    ]
    assert sum(row.suggested for row in (await reported(front, staff)).data) == 3
    since = {"since": "2026-02-01T05:00:00Z", "until": "2026-02-02T00:00:00Z"}
    assert [row.suggested for row in (await reported(front, staff, **since)).data] == [1]


async def test_it_comes_as_a_table(front: FrontDesk) -> None:
    staff = await front.staff(await front.provider())
    await found_out(front, staff, await opened(front, FULL), "email.error")
    front.now += timedelta(minutes=1)
    answer = await front.client.get(URL, headers={**staff, "Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["topic"], row["changed"], row["changed_to"]) == ("email.quota", "1", "email.error 1")
    refused = await front.client.get(URL, headers={**staff, "Accept": "text/html"})
    assert refused.status_code == 406


def test_no_cell_of_a_table_is_a_formula() -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "plain", 'with "quotes", and\nlines']
    answer = as_csv(
        "x", ["words"], [{"words": text} for text in hostile] + [{"words": [{"words": "=1"}]}, {"words": -1}]
    )
    cells = [row[0] for row in csv.reader(io.StringIO(bytes(answer.body).decode(), newline=""))][1:]
    assert cells == [*(f"'{text}" for text in hostile[:6]), *hostile[6:], "'=1", "-1"]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-02-11T00:00:00Z"},
        {"since": "2020-01-01T00:00:00Z", "period": "day"},
        {"period": "year"},
        {"since": "yesterday"},
        {"topic": "email"},
    ],
)
async def test_what_cannot_be_asked_is_told(front: FrontDesk, asked: dict[str, str]) -> None:
    staff = await front.staff(await front.provider())
    answer: httpx2.Response = await front.client.get(URL, params=asked, headers=staff)
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"]


async def test_it_is_for_staff_of_the_provider(front: FrontDesk) -> None:
    await opened(front, FULL)
    _, _, customer = await front.customer()
    provider, other = await front.provider(), await front.provider("plutus")
    for who in (customer, await front.service(provider, Scope.EVENTS)):
        assert (await front.client.get(URL, headers=who)).status_code == 403
    assert (await reported(front, await front.staff(other))).data == []
    assert len((await reported(front, await front.staff(provider, Role.ADMIN))).data) == 1
