"""Tickets found by their words and those of their messages, and lists that stay whole while rows arrive."""

import random
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.base.identifiers import uuid7
from app.base.vocabulary import Scope
from app.db.callers import Kind
from app.db.tables.messages import Message
from app.db.tables.providers import Provider
from app.db.ticket_lists import _SORTS, _statement
from app.schemas.tickets import Order
from tests import factories
from tests.api.test_cost import touched
from tests.frontdesk import NOW, FrontDesk, Headers

URL = "/v1/tickets"
FIRST, LAST = UUID(int=0), UUID(int=(1 << 128) - 1)


async def said(owner: asyncpg.Connection, ticket: Any, body: str, **given: Any) -> None:
    known = {"provider_id": ticket.provider_id, "id": factories.new_id(), "ticket_id": ticket.id, "body": body}
    known |= {"visibility": "public", "author_kind": "contact", "author": {}, "channel": "helpdesk"}
    known |= {"language": ticket.language, "received_at": NOW, "created_at": NOW}
    await factories.insert(owner, Message(**known | given))


async def found(front: FrontDesk, who: Headers, q: str, **more: str) -> list[str]:
    answer = await front.client.get(URL, params={"q": q, **more}, headers=who)
    assert answer.status_code == 200, answer.text
    return [ticket["subject"] for ticket in answer.json()["data"]]


async def test_tickets_are_found_by_words_of_theirs_and_of_their_messages(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    provider = await front.provider()
    staff = await front.staff(provider)

    async def ticket(subject: str, *messages: str, language: str | None = "en", **given: Any) -> Any:
        known = {"account_id": account.id, "subject": subject, "language": language, **given}
        row = await factories.ticket(front.owner, provider.id, **known)
        for message in messages:
            await said(front.owner, row, message)
        return row

    shop = await ticket("Checkout fails", "Orders were running until nine.", external_ref="CRM-77/b")
    mail = await ticket("No mail", "The mailboxes refuse PayPal's letters.", "Order 66 is lost")
    await ticket("Le panier ne marche plus", "Nos clients attendent leurs commandes.", language="fr-CA")
    await ticket("O site caiu", "As encomendas não chegam.", language="pt-BR")
    await ticket("Laden kaputt", "Bestellungen laufen nicht", language="de")
    await said(front.owner, mail, "They owe us money, beware of the chargeback", visibility="internal")
    for q, subjects in {
        "checkout": ["Checkout fails"],
        "failing": ["Checkout fails"],
        "run order": ["Checkout fails"],
        "orders": ["No mail", "Checkout fails"],
        "orders -paypal": ["Checkout fails"],
        '"orders were running"': ["Checkout fails"],
        '"running orders"': [],
        "mail 66 letter": ["No mail"],
        "CHECKOUT nine": ["Checkout fails"],
        "checkout paypal": [],
        "client commande": ["Le panier ne marche plus"],
        "encomenda": ["O site caiu"],
        "bestellungen": ["Laden kaputt"],
        "bestellung": [],
        "the": ["No mail"],
        shop.reference: ["Checkout fails"],
        shop.reference.lower().replace("-", "").replace("tst", "tst-"): ["Checkout fails"],
        "CRM-77/b": ["Checkout fails"],
        "' & | !! (( nothing": [],
    }.items():
        assert await found(front, customer, q) == subjects, q
        assert await found(front, staff, q) == subjects, q
    assert await found(front, staff, "chargeback") == ["No mail"]
    assert await found(front, staff, "mail chargeback") == ["No mail"]
    assert await found(front, staff, "orders -chargeback") == ["Checkout fails"]
    machine = await front.service(provider, Scope.SUBMIT)
    for blind in (customer, machine):
        assert await found(front, blind, "chargeback") == []
        assert await found(front, blind, "orders -chargeback") == ["No mail", "Checkout fails"]
    assert await found(front, staff, "orders", created_before=NOW.isoformat()) == []
    assert await found(front, staff, "orders", status="closed") == []
    _, _, stranger = await front.customer()
    assert await found(front, stranger, "checkout") == []
    assert await found(front, await front.staff(await front.provider("plutus")), "checkout") == []
    for q in ("-paypal", "&&", "a b c d e f g h i j k"):
        refused = await front.client.get(URL, params={"q": q}, headers=staff)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/q")


async def test_what_is_written_is_found_in_the_language_of_its_ticket(front: FrontDesk) -> None:
    _, _, customer = await front.customer()
    staff = await front.staff(await front.provider())
    opening = {
        "subject": "Checkout",
        "body": "Orders are failing.",
        "facts": {"topic": "web.offline"},
        "language": "en",
    }
    opened = await front.client.post(URL, json=opening, headers={**customer, **front.key()})
    messages = f"{URL}/{opened.json()['id']}/messages"
    for who, body in ((customer, {"body": "We were charged twice."}), (staff, {"body": "Looked at the gateways."})):
        assert (await front.client.post(messages, json=body, headers=who)).status_code == 201
    note = {"body": "Suspicious invoices", "visibility": "internal"}
    await front.client.post(messages, json=note, headers=staff)
    for q in ("order fail", "charge", "gateway"):
        assert await found(front, customer, q) == ["Checkout"], q
    assert [await found(front, who, "invoice") for who in (customer, staff)] == [[], ["Checkout"]]


async def test_a_very_long_message_can_be_written_and_found(owner: asyncpg.Connection, provider: Provider) -> None:
    choose = random.Random(3)
    words = " ".join("".join(choices) for choices in (choose.choices("abcdefghij", k=4) for _ in range(13_000)))
    ticket = await factories.ticket(owner, provider.id, language="en")
    await said(owner, ticket, f"needle {words}")
    await said(owner, ticket, "\U0001f600\u00e9" * 30_000)
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))
    assert (
        await owner.fetchval(f"SELECT matching_tickets_between('{{needles}}', true, false, '{FIRST}', '{LAST}')")
        == ticket.id
    )


async def test_the_words_of_a_usual_message_stay_in_its_row(owner: asyncpg.Connection, provider: Provider) -> None:
    ticket = await factories.ticket(owner, provider.id, language="en")
    for words in (100, 1_000):
        await said(owner, ticket, " ".join(f"something{n}" for n in range(words)))
    usual, long = await owner.fetch(
        """SELECT pg_column_size(m) AS size, pg_column_compression(m.search) AS elsewhere FROM message AS m
           ORDER BY length(body)"""
    )
    assert usual["size"] > 2_000, "it would go elsewhere, as PostgreSQL has it"
    assert usual["elsewhere"] is None
    assert long["elsewhere"] is not None, "the control is too long to stay"


# ── how it is found ──────────────────────────────────────────────────────────
def scans(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """Every scan of a plan: how, and of what."""
    of = plan.get("Index Name") or plan.get("Relation Name")
    here = [(plan["Node Type"], of)] if of is not None else []
    return here + [scan for inner in plan.get("Plans", ()) for scan in scans(inner)]


async def planned(owner: asyncpg.Connection, statement: str, *args: object) -> list[tuple[str, str]]:
    async with owner.transaction():
        # A table of three rows is read whole unless that is made dear; where it still is, no index fits.
        await owner.execute("SET LOCAL enable_seqscan = off")
        await owner.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        rows = await owner.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *args)
    plan: dict[str, Any] = rows[0]["Plan"]
    return scans(plan)


async def years_of_tickets(owner: asyncpg.Connection, provider: Provider, **given: Any) -> None:
    """One every third hour, each with a message; every twentieth of them names what is rare."""
    like = await factories.ticket(owner, provider.id, subject="Checkout", **given)
    await said(owner, like, "Checkout is dead")
    own = {
        "id": "made.id",
        "reference": "'TST-' || n",
        "subject": "CASE WHEN n % 20 = 0 THEN 'Rare' ELSE t.subject END",
    }
    for table, changed in (("ticket", own), ("message", {"id": "made.id", "ticket_id": "made.id"})):
        columns = [row[0] for row in await owner.fetch(_WRITTEN, table)]
        values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        await owner.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {_MADE.format(table=table)}", NOW)
        await owner.execute(
            f"VACUUM ANALYZE {table}"
        )  # as autovacuum does in its own time, which a test cannot wait for


_WRITTEN = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'search'"""
_MADE = """(SELECT * FROM {table} LIMIT 1) AS t, LATERAL (
  SELECT n, (lpad(to_hex(extract(epoch FROM $1::timestamptz - n * interval '3 hours')::bigint * 1000), 12, '0')
    || '7' || lpad(to_hex(n), 19, '0'))::uuid AS id FROM generate_series(1, 3000) AS n) AS made"""


async def test_the_newest_are_found_without_reading_all_that_match(
    owner: asyncpg.Connection, provider: Provider
) -> None:
    await years_of_tickets(owner, provider)
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))

    async def read(many: int) -> int:
        """Pages of the database that a search of so many reads."""
        search = "SELECT cardinality(matching) FROM matching_tickets_before('{checkout}', true, $1, $2)"
        # Once before, so that what is read to plan it is known.
        for _ in range(2):
            assert await owner.fetchval(search, LAST, many) == min(many, 3_001)
            plan = await owner.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {search}", LAST, many)
        return touched(plan)

    assert await read(84) * 3 < await read(10_000), "the control reads them all"


@pytest.mark.parametrize("many", [40, 700, 1_100, 6_000])
async def test_each_step_back_finds_what_matches_among_its_tickets(
    owner: asyncpg.Connection, provider: Provider, many: int
) -> None:
    """By reading them or by their words, to an end that is counted or reckoned: all of them, each once."""
    await years_of_tickets(owner, provider)
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))
    for terms in (["checkout"], ["rare"], ["checkout", "-rare"], ["dead", "rare"], ["rare", "nothing"], ["&", "rare"]):
        before, seen, steps = LAST, list[UUID](), 0
        while before != FIRST:
            step = await owner.fetchrow(
                "SELECT first, matching FROM matching_tickets_before($1, false, $2, $3)", terms, before, many
            )
            among = "SELECT array_agg(id) FROM matching_tickets_between($1, false, false, $2, $3) AS id"
            assert step["first"] < before
            assert set(step["matching"]) == set(await owner.fetchval(among, terms, step["first"], before) or ())
            seen += step["matching"]
            before, steps = step["first"], steps + 1
        whole = await owner.fetchval(among, terms, FIRST, LAST)
        assert sorted(seen) == sorted(whole or ()), terms
        assert steps <= 3_001 // many + 3


@pytest.mark.parametrize(("many", "enough"), [(256, 20), (40, 3_001), (1_100, 20)])
async def test_each_step_back_within_an_account_finds_what_matches_among_its_tickets(
    owner: asyncpg.Connection, provider: Provider, many: int, enough: int
) -> None:
    """As far as there are enough, and the next one goes on from there."""
    account = await factories.account(owner, provider.id)
    await years_of_tickets(owner, provider, account_id=account.id)
    other = await factories.account(owner, provider.id)
    await owner.execute("UPDATE ticket SET account_id = $1 WHERE right(id::text, 1) = '3'", other.id)
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))
    for terms in (["checkout", "-rare"], ["dead", "rare"], ["rare", "nothing"], ["&", "rare"], ["&"]):
        before, seen = LAST, list[UUID]()
        while before != FIRST:
            step = await owner.fetchrow(
                "SELECT first, matching FROM matching_tickets_of_before($1, $2, $3, $4, $5)",
                *(account.id, terms, before, many, enough),
            )
            assert step["first"] < before
            assert len(step["matching"]) <= (enough if many <= 256 else many)
            assert all(step["first"] <= id_ < before for id_ in step["matching"])
            seen += step["matching"]
            before = step["first"]
        every = f"SELECT array_agg(id) FROM matching_tickets_of_between($1, $2, '{FIRST}', '{LAST}', false) AS id"
        assert sorted(seen) == sorted(await owner.fetchval(every, account.id, terms) or ()), terms


async def test_a_search_of_open_tickets_finds_what_a_search_of_all_does_and_reads_none_that_have_ended(
    owner: asyncpg.Connection, provider: Provider
) -> None:
    await years_of_tickets(owner, provider, status="closed")
    await owner.execute("UPDATE ticket SET status = 'open' WHERE right(id::text, 2) IN ('0a', '14', '1e', '28')")
    await owner.execute("VACUUM ANALYZE ticket")
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))
    search = "SELECT array_agg(id ORDER BY id) FROM matching_open_tickets($1, false) AS id"
    every = f"matching_tickets_between($1, false, false, '{FIRST}', '{LAST}')"
    whole = f"""SELECT array_agg(id ORDER BY id) FROM {every} AS id
      WHERE id IN (SELECT id FROM ticket WHERE status = 'open')"""
    for terms in (["checkout"], ["rare"], ["checkout", "-rare"], ["dead", "rare"], ["rare", "nothing"], ["&", "rare"]):
        assert await owner.fetchval(search, terms) == await owner.fetchval(whole, terms), terms
    costs = [
        touched(await owner.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", ["checkout"]))
        for statement in (search, whole)
    ]
    assert costs[0] * 3 < costs[1], "the control reads all there ever were"


async def test_a_search_of_an_account_finds_all_of_it_page_by_page(front: FrontDesk) -> None:
    account, _, customer = await front.customer()
    await years_of_tickets(front.owner, await front.provider(), account_id=account.id)
    newest = "SELECT array_agg(id::text ORDER BY id DESC) FROM ticket WHERE (subject = 'Rare') = $1"
    rare, others = await front.owner.fetchval(newest, True), await front.owner.fetchval(newest, False)
    assert (len(rare), len(others)) == (150, 2851)
    for q, expected, pages in (("rare dead", rare, 4), ("dead -rare", others[:120], 3), ("dead rare nothing", [], 1)):
        seen: list[str] = []
        query: dict[str, Any] = {"q": q, "limit": 40}
        for _ in range(pages):
            page = (await front.client.get(URL, params=query, headers=customer)).json()
            seen += [ticket["id"] for ticket in page["data"]]
            query["cursor"] = page["next_cursor"]
        assert seen == expected, q
        assert (query["cursor"] is None) == (q != "dead -rare")
    changed = (await front.client.get(URL, params={"q": "rare", "sort": "-updated_at"}, headers=customer)).json()[
        "data"
    ]
    assert {ticket["id"] for ticket in changed} < set(rare)


async def test_text_search_goes_by_its_indexes(owner: asyncpg.Connection, provider: Provider) -> None:
    await years_of_tickets(owner, provider)
    body = await owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'matching_tickets_between'")
    hits = re.search(r"hits := ARRAY\((.+?)\);", body, re.DOTALL)
    assert hits is not None
    known = {"own": f"'{provider.id}'", "first": f"'{FIRST}'", "last": f"'{LAST}'", "notes": "true", "found": "NULL"}
    known["term.words"] = "'rare'::tsquery"
    statement = re.sub("|".join(rf"\b{name}\b" for name in known), lambda name: known[name[0]], hits[1])
    found = await planned(owner, statement.replace("NULL IS NULL OR", "true OR").replace("ANY(NULL)", "ANY('{}')"))
    assert {name for how, name in found if how == "Bitmap Index Scan"} == {"ix_ticket_search", "ix_message_search"}
    assert [scan for scan in found if scan[0] == "Seq Scan"] == []
    control = await planned(owner, "SELECT id FROM ticket WHERE subject ILIKE $1", "%checkout%")
    assert control == [("Seq Scan", "ticket")]


async def test_text_search_of_an_account_reads_none_of_what_others_have(
    owner: asyncpg.Connection, provider: Provider
) -> None:
    accounts = [await factories.account(owner, provider.id) for _ in range(30)]
    for account in accounts * 12:
        await factories.ticket(owner, provider.id, account_id=account.id, subject="Checkout is dead")
    await owner.execute("ANALYZE ticket")  # as autovacuum does in its own time, which a test cannot wait for
    await owner.execute("SELECT set_config('app.provider', $1, false)", str(provider.id))

    async def indexes(function: str) -> set[str]:
        """Those by which tickets are read, and the table where it is read whole."""
        body = await owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function)
        of_one = body.replace("= account)", f"= '{accounts[0].id}')").replace("notes", "false")
        plan = await owner.fetchval(f"EXPLAIN (FORMAT JSON) {of_one.replace('terms', '$1::text[]')}", ["checkout"])
        found = scans(plan[0]["Plan"])
        return {name for how, name in found if "ticket" in name and "message" not in name and how != "Bitmap Heap Scan"}

    assert await indexes("matching_tickets_of") == {"ix_ticket_account"}
    everywhere = "EXPLAIN (FORMAT JSON) SELECT id FROM ticket WHERE search @@ $1::tsquery"
    control = scans((await owner.fetchval(everywhere, "checkout"))[0]["Plan"])
    assert {name for _, name in control} != {"ix_ticket_account"}, "the control finds those of all accounts"


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("kind", [Kind.STAFF, Kind.CONTACT])
async def test_no_list_reads_every_ticket(owner: asyncpg.Connection, kind: Kind, order: Order) -> None:
    """Each order has its index, whoever asks; only what a caller sees stands between."""
    rows = _statement(kind, (), order, None, 25).replace("$1", f"'{factories.new_id()}'::uuid")
    seen = f"(SELECT '{factories.new_id()}'::uuid AS caller_account) AS caller"
    found = await planned(owner, f"SELECT page.id FROM {seen}, LATERAL ({rows}) AS page")
    assert [scan for scan in found if scan == ("Seq Scan", "ticket")] == []
    assert any("ticket" in name for _, name in found)


async def test_what_lies_below_a_topic_is_listed_with_it_newest_first(front: FrontDesk) -> None:
    provider = await front.provider()
    staff = await front.staff(provider)
    topics = ("web", "web.error", "web.error.500", "web-shop", "webmail", "web.", "web/x", "email", None, "Web.error")
    choose = random.Random(5)
    made = [choose.choice(topics) for _ in range(60)]
    for n, topic in enumerate(made):
        await factories.ticket(front.owner, provider.id, id=uuid7(NOW + timedelta(seconds=n)), topic=topic, level=n % 2)
    for asked, below in (
        ("web", ("web", "web.", "web.error", "web.error.500")),
        ("web.error", ("web.error", "web.error.500")),
    ):
        for level in (None, 1):
            query: dict[str, Any] = {"topic": asked, "limit": 4} | ({"level": level} if level is not None else {})
            seen: list[str | None] = []
            while query.get("cursor", "") is not None:
                page = (await front.client.get(URL, params=query, headers=staff)).json()
                seen += [ticket["topic"] for ticket in page["data"]]
                query["cursor"] = page["next_cursor"]
            newest = [topic for n, topic in enumerate(made) if topic in below and (level is None or n % 2 == level)]
            assert seen == newest[::-1], (asked, level)


# ── pages while rows arrive ──────────────────────────────────────────────────
@pytest.mark.parametrize("sort", list(_SORTS))
async def test_pages_show_every_ticket_once_while_others_arrive(front: FrontDesk, sort: Order) -> None:
    provider = await front.provider()
    staff = await front.staff(provider)
    choose = random.Random(11)

    async def arrive() -> str:
        when = NOW + timedelta(minutes=choose.randrange(5))
        due = choose.choice([None, when])
        row = await factories.ticket(front.owner, provider.id, updated_at=when, next_due_at=due, subject="Checkout")
        return str(row.id)

    there = [await arrive() for _ in range(12)]
    seen: list[str] = []
    query: dict[str, Any] = {"sort": sort, "limit": 3, "q": "checkout"}
    while True:
        page = (await front.client.get(URL, params=query, headers=staff)).json()
        seen += [ticket["id"] for ticket in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
        if len(seen) < 24:
            await arrive()
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


@pytest.mark.parametrize("filters", [{}, {"status": "open"}])
async def test_the_newest_that_match_fill_each_page_whatever_lies_between_them(
    front: FrontDesk, filters: dict[str, str]
) -> None:
    """An hour or ten years apart, among others that match in part or are not asked for."""
    provider = await front.provider()
    staff = await front.staff(provider)
    choose = random.Random(5)
    wanted = []
    for n in range(60):
        at = NOW + timedelta(minutes=5) - timedelta(hours=10 ** choose.uniform(-1, 5))
        subject = choose.choice(("Checkout of mail", "Checkout of nothing", "mail"))
        status = choose.choice(("open", "closed"))
        row = await factories.ticket(front.owner, provider.id, id=uuid7(at), subject=subject, status=status)
        if subject == "Checkout of mail" and filters.get("status", status) == status:
            wanted.append(row.id)
        if n % 7 == 0:
            await said(front.owner, row, "checkout, mail", visibility="internal")
            await said(front.owner, row, "checkout, mail", author_kind="staff")
            wanted = list({*wanted, row.id}) if filters.get("status", status) == status else wanted
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 4, "q": "mail checkout", **filters}
    while True:
        page = (await front.client.get(URL, params=query, headers=staff)).json()
        seen += [ticket["id"] for ticket in page["data"]]
        assert len(page["data"]) == 4 or page["next_cursor"] is None
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [str(id_) for id_ in sorted(wanted, reverse=True)]
