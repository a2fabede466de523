"""A mark of its own in every field of every operation, looked for wherever others than the asker could read it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx2
import pytest
import structlog
from opentelemetry.trace import Tracer
from prometheus_client import Counter

from app.base.metrics import REGISTRY
from app.base.settings import Settings
from app.main import create_app
from tests import factories
from tests.api.walking import Walk, operations_of
from tests.api.walking_desk import CALLS, Ground
from tests.canaries.fields import NAMES, PERSONAL, SECRET, WORDS, Field
from tests.canaries.places import out_of_place
from tests.canaries.surfaces import Surfaces, dumped, files_in, mark, marks_in, places_of_marks, watched
from tests.canaries.sweep import Sweep, at_work, subscribed
from tests.clients.receiver import Receiver, receiving
from tests.frontdesk import FrontDesk
from tests.reliability.report import caught, examined

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]
PART = "canaries"
DOCUMENT: dict[str, Any] = create_app(Settings()).openapi()
NEVER_TAKEN = {
    "create_token /client_secret": "There is one that is right, and the walk has it from the desk.",
    "fill_secure_form /link": "There is one that is right, and the walk has it from the desk.",
    "add_contact /sender/email": "Who asks for it must be listed.",
    "ask_for_action /sender/email": "Who asks for it must be listed.",
    "create_account /facts/error_message": "It is a ticket's fact.",
    "create_account /facts/error_message/(a password)": "It is a ticket's fact.",
    "change_account /facts/error_message": "It is a ticket's fact.",
    "change_account /facts/error_message/(a password)": "It is a ticket's fact.",
}
"""Fields for words, people and secrets in which nothing of a caller's own is ever accepted, and why."""
PLANTED = {"logs": 9001, "spans": 9002, "metrics": 9003, "problems": 9004, "webhooks": 9005, "event.data": 9005}
"""Leaks of ours, by place and number of the mark."""
_LEFT = """
SELECT EXISTS (SELECT FROM event WHERE position IS NULL) OR EXISTS (SELECT FROM import WHERE state = 'pending')
  OR EXISTS (SELECT FROM delivery WHERE webhook_id = $1::uuid AND state <> 'delivered')"""


@dataclass
class Swept:
    sweep: Sweep
    surfaces: Surfaces
    found: dict[str, set[str]]


@pytest.fixture(scope="module")
async def swept(shared_front: FrontDesk, owner_dsn: str, _owner: asyncpg.Connection) -> Swept:
    front, objects = shared_front, shared_front.desk.settings.data_dir / "objects"
    ground = await Ground.laid(front)
    walk = Walk(operations_of(DOCUMENT), front.client, CALLS, ground.arrange)
    sweep = Sweep(walk, DOCUMENT["components"]["schemas"])
    async with receiving() as receiver:
        with watched() as seen:
            webhook = await subscribed(front, ground.callers["admin"], receiver)
            await sweep.fields()
            await sweep.files()
            await sweep.around()
            planted = await _plant(front, _owner, ground, sweep, seen.tracer)
            before, files = dumped(owner_dsn), files_in(objects)
            async with at_work(front, owner_dsn):
                await _until_done(_owner, webhook)
            said = seen
        surfaces = dumped(owner_dsn) | said.surfaces() | _told(receiver)
        REGISTRY.unregister(planted)
    for place, values in before.items():
        surfaces.setdefault(place, []).extend(values)
    surfaces["problems"] = sweep.problems
    surfaces["mails"] = files_in(front.desk.settings.data_dir / "outbox")
    surfaces["attachments"] = [*files, *files_in(objects)]
    return Swept(sweep, surfaces, places_of_marks(surfaces))


def _told(receiver: Receiver) -> Surfaces:
    return {"webhooks": [f"{got.path} {got.headers} {got.body.decode()}" for got in receiver.got]}


async def _until_done(owner: asyncpg.Connection, webhook: str) -> None:
    async with asyncio.timeout(150):
        while await owner.fetchval(_LEFT, webhook):
            await asyncio.sleep(0.2)


async def _plant(front: FrontDesk, owner: asyncpg.Connection, ground: Ground, sweep: Sweep, tracer: Tracer) -> Counter:
    """A leak of each sort."""
    structlog.get_logger("clausedesk.planted").warning("planted", subject=mark(PLANTED["logs"]))
    with tracer.start_as_current_span("planted") as made:
        made.set_attribute("subject", mark(PLANTED["spans"]))
    counter = Counter("planted", "Of who asks.", ["sender"], registry=REGISTRY)
    counter.labels(mark(PLANTED["metrics"])).inc()
    sweep.problems.append(httpx2.Response(422, json={"detail": mark(PLANTED["problems"])}).text)
    data = {"subject": mark(PLANTED["webhooks"])}
    await factories.event(owner, ground.provider.id, type="ticket.replied", data=data)
    return counter


def test_nothing_stands_where_its_kind_must_not(swept: Swept) -> None:
    said, wrong = swept.sweep.said, {}
    for marked, where in swept.found.items():
        if marked in said and (beyond := out_of_place(said[marked].kind, where)):
            wrong[str(said[marked])] = sorted(beyond)
    examined(PART, len(said), len(wrong))
    assert len(said) > 1_000
    assert not wrong


def test_what_is_shown_once_stands_nowhere(swept: Swept) -> None:
    """Tokens, secrets of clients and webhooks, and links, as answers showed them."""
    shown = swept.sweep.shown
    leaked = [place for place, texts in swept.surfaces.items() for one in shown if any(one in text for text in texts)]
    examined(PART, len(shown), len(leaked))
    assert len(shown) > 10
    assert not leaked


def test_every_field_for_words_people_and_secrets_was_taken_once(swept: Swept) -> None:
    """Else nothing would be proved by its mark being nowhere."""
    fields: dict[str, bool] = {}
    for marked, one in swept.sweep.said.items():
        if one.pointer[0] not in ("path", "query", "header") and one.given_kind != PERSONAL and one.kind != NAMES:
            fields[str(one)] = fields.get(str(one), False) or swept.sweep.taken[marked]
    assert len(fields) > 100
    assert {name for name, taken in fields.items() if not taken} == set(NEVER_TAKEN)


def test_what_was_taken_is_seen_where_it_belongs(swept: Swept) -> None:
    """The search finds what is there: in rows, in what was answered, in files, in letters and in webhooks."""
    seen = {place for places in swept.found.values() for place in places}
    assert seen >= {"ticket.subject", "message.body", "contact.email", "message.author", "idempotency_key.body"}
    assert seen >= {"attachments", "mails", "webhooks", "event.data", "delivery.payload", "inbound_mail.sender"}


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_leak_is_found(swept: Swept, place: str) -> None:
    found = place in swept.found.get(mark(PLANTED[place]), set())
    caught(PART, f"a leak into {place}", int(found))
    assert found
    for kind in (SECRET, PERSONAL, WORDS):
        assert place in out_of_place(kind, {place})


def test_a_mark_is_found_however_it_is_spelled() -> None:
    marked = mark(7)
    assert marks_in(f'{{"a": "{marked.upper()}."}}') == marks_in(f"\\x{marked.encode().hex()}") == {marked}
    assert marks_in(f"call +49309990{7:04d}") == {marked}
    assert marks_in("zebrafinch and 49 30 9990") == set()


def test_an_unknown_name_is_of_a_kind_too() -> None:
    kinds = {name: Field("open_ticket", ("sender", name), {}).kind for name in ("email", "name", "plumage")}
    assert kinds == {"email": PERSONAL, "name": PERSONAL, "plumage": NAMES}
