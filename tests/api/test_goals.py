"""A provider's own goals over HTTP, read from its tickets; what the policies' goals say is told by their scenarios."""

from datetime import timedelta

from app.db.pool import Database
from app.schemas.goals import GoalsReport
from app.services.shelf import Policies
from app.services.surveying import Surveyor
from tests import factories
from tests.frontdesk import NOW, FrontDesk

URL = "/v1/reports/goals"


async def test_it_counts_what_was_received_in_the_while_that_is_asked_for(front: FrontDesk) -> None:
    provider = await front.provider("plutus")
    for days, level in ((1, 1), (2, 2), (40, 1)):
        given = {"level": level, "received_at": NOW - timedelta(days=days), "resolved_at": NOW}
        await factories.ticket(front.owner, provider.id, status="resolved", **given)
    await factories.ticket(front.owner, provider.id, department="support")
    staff, reports = await front.staff(provider), []
    for asked in ({}, {"since": (NOW - timedelta(days=50)).isoformat()}):
        answer = await front.client.get(URL, params=asked, headers=staff)
        assert answer.status_code == 200, answer.text
        reports.append(GoalsReport.model_validate_json(answer.content))
    assert [(r.counts["solved"], r.counts["solved_at_level_1"], r.data[0].value) for r in reports] == [
        (2, 1, "0.5000"),
        (3, 2, "0.6667"),
    ]
    assert (reports[0].counts["tickets_open"], reports[0].counts["tickets_without_due"]) == (1, 1)
    assert [c.clause for c in reports[0].data[0].citations] == ["PLU-43"]


async def test_days_that_were_counted_and_those_that_were_not_add_up_to_the_same(
    front: FrontDesk, worker_database: Database
) -> None:
    provider = await front.provider("mexxus")
    for hours in range(0, 96, 5):
        given = {"level": 1 + hours % 2, "received_at": NOW - timedelta(hours=hours)}
        given |= {"resolved_at": NOW} if hours % 3 else {}
        await factories.ticket(front.owner, provider.id, **given)
    staff = await front.staff(provider)

    async def counted(since: int, until: int) -> list[int]:
        asked = {"since": NOW - timedelta(hours=since), "until": NOW - timedelta(hours=until)}
        answer = await front.client.get(URL, params={k: v.isoformat() for k, v in asked.items()}, headers=staff)
        counts = GoalsReport.model_validate_json(answer.content).counts
        return [counts[name] for name in ("received", "handled_at_level_1", "solved", "solved_at_level_1")]

    # Within a day, over midnight, and over whole days with parts of others at both ends.
    whiles = ((6, 1), (20, 2), (50, 0), (95, 13), (70, 40))
    before = [await counted(*hours) for hours in whiles]
    assert [received for received, *_ in before] == [1, 4, 10, 17, 6]
    surveyor = Surveyor(worker_database, Policies(worker_database), lambda: NOW)
    while await surveyor.past():
        pass
    assert await front.owner.fetchval("SELECT counted_at FROM tally") is not None
    assert [await counted(*hours) for hours in whiles] == before
    # It is the tallies that are read.
    await front.owner.execute("UPDATE ticket_tally SET received = received + 1000")
    assert (await counted(95, 13))[0] > 1000
    assert await counted(6, 1) == before[0]


async def test_it_is_for_staff_and_for_a_while_that_has_a_length(front: FrontDesk) -> None:
    _, _, customer = await front.customer("plutus", product="shared")
    assert (await front.client.get(URL, headers=customer)).status_code == 403
    staff = await front.staff(await front.provider("plutus"))
    wrong = await front.client.get(URL, params={"since": (NOW + timedelta(days=1)).isoformat()}, headers=staff)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/since")


async def test_a_goal_about_scans_is_read_from_the_product_that_has_waited_longest(front: FrontDesk) -> None:
    provider = await front.provider("kenotronix")
    hours_ago = {hours: int((NOW - timedelta(hours=hours)).timestamp()) for hours in (1, 30)}
    scans = {"security_scan": {"vps_dedicated": hours_ago[30], "shared": hours_ago[1]}}
    await front.owner.execute(
        "INSERT INTO tally (provider_id, position, zone, stale, scans, looked_at) VALUES ($1, 0, '', '{}', $2, $3)",
        *(provider.id, scans, NOW),
    )
    answer = await front.client.get(URL, headers=await front.staff(provider))
    read = {standing.metric: standing for standing in GoalsReport.model_validate_json(answer.content).data}
    late, unheard_of = read["security_scan_age"], read["plugin_scan_age"]
    assert (late.value, late.status, late.met) == (str(30 * 3600), "above", False)
    assert (unheard_of.value, unheard_of.status) == (None, "no_data")
