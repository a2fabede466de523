"""The worker: what follows from events and from time. Many may run at once, beside the API or apart from it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
import uvloop

from app.base import logging
from app.base.errors import CannotStart
from app.base.metrics import serve_metrics
from app.base.settings import Settings
from app.base.tracing import start_tracing
from app.clients.addresses import networks
from app.clients.objects import Objects
from app.clients.outbound import Outbound
from app.clients.smtp import post_of
from app.db.clock import DatabaseClock
from app.db.pool import WORKER_ROLE, Database
from app.db.readiness import check_room, check_schema
from app.jobs.deliver import Delivering
from app.jobs.rounds import rounds
from app.jobs.sequence import sequence
from app.jobs.sweep import sweep
from app.sealing.keys import SealingKeys, load_sealing_keys
from app.services.delivering import Deliver, Deliveries
from app.services.imports.working import Importing
from app.services.mail.mailroom import Mailroom
from app.services.mail.planning import plan_mail
from app.services.mail.reading import MailReader
from app.services.mail.sending import MailSender
from app.services.mail.taking_up import TakingUp
from app.services.notices.announcing import Announcer, plan_announcements
from app.services.paging.planning import PagePlanner
from app.services.paging.sending import PageSender
from app.services.sequencing import Planner, Sequencing
from app.services.shelf import Policies
from app.services.surveying import NOW_EVERY, PAST_EVERY, Surveyor
from app.services.sweeping.rounds import Sweeping
from app.services.webhooks.planning import plan_webhooks
from app.services.webhooks.sending import WebhookSender

_log = structlog.get_logger("clausedesk.worker")
_SEQUENCE_PAUSE: Final = 0.2
_SWEEP_PAUSE: Final = 1.0
_TIDY_PAUSE: Final = 15.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker works with."""

    settings: Settings
    database: Database
    clock: DatabaseClock
    sealing: SealingKeys
    outbound: Outbound
    objects: Objects
    policies: Policies
    room: Mailroom


def senders(means: Means) -> dict[str, Deliver]:
    """Who sends each kind of delivery."""
    return {
        "webhook": WebhookSender(means.database, means.outbound, means.sealing, means.clock),
        "page": PageSender(means.database, means.outbound, means.settings.paging_url),
        "mail": MailSender(means.database, means.settings, means.sealing, post_of(means.settings), means.policies),
        "announcement": Announcer(means.database, means.policies),
    }


def planners(settings: Settings) -> Sequence[Planner]:
    """Who says what is sent because of events."""
    return (
        plan_webhooks,
        plan_mail,
        plan_announcements,
        PagePlanner(timedelta(seconds=settings.paging_acknowledge_seconds)),
    )


async def work(means: Means, stop: asyncio.Event) -> None:
    """The loops, until told to stop; what is under way then is finished first."""
    database, clock = means.database, means.clock
    sequencing = Sequencing(database, planners(means.settings), clock)
    patience = timedelta(seconds=means.settings.paging_acknowledge_seconds)
    kept = timedelta(days=means.settings.mail_kept_days) or None
    sweeping = Sweeping(database, means.policies, means.objects, clock, patience, kept)
    importing = Importing(database, means.policies, clock)
    taking_up = TakingUp(database, means.policies, means.room, clock)
    surveyor = Surveyor(database, means.policies, clock)

    async def sweep_once() -> bool:
        await clock.set(database)
        return await sweep(sweeping)

    async with asyncio.TaskGroup() as loops:
        loops.create_task(rounds("sequence", partial(sequence, sequencing), stop, _SEQUENCE_PAUSE))
        loops.create_task(Delivering(Deliveries(database, senders(means), clock)).run(stop))
        loops.create_task(rounds("sweep", sweep_once, stop, _SWEEP_PAUSE))
        loops.create_task(rounds("import", importing.work, stop, _SWEEP_PAUSE))
        loops.create_task(rounds("mail", taking_up.work, stop, _TIDY_PAUSE))
        loops.create_task(rounds("replan", sweeping.replan, stop, _TIDY_PAUSE))
        loops.create_task(rounds("remind", sweeping.tell_unconfirmed, stop, _TIDY_PAUSE))
        loops.create_task(rounds("tidy", sweeping.tidy, stop, _TIDY_PAUSE))
        loops.create_task(rounds("survey", surveyor.now, stop, NOW_EVERY))
        loops.create_task(rounds("survey", surveyor.past, stop, PAST_EVERY))
        loops.create_task(rounds("survey", surveyor.log, stop, PAST_EVERY))


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """A worker of this process, while the block runs."""
    stop = asyncio.Event()
    async with _means(settings) as means:
        loops = asyncio.create_task(work(means, stop))
        try:
            yield
        finally:
            stop.set()
            await loops


@asynccontextmanager
async def _means(settings: Settings) -> AsyncIterator[Means]:
    development = settings.environment == "development"
    secret = settings.sealing_keys.get_secret_value() if settings.sealing_keys else None
    sealing = load_sealing_keys(secret, settings.data_dir, development=development)
    proxy = settings.outbound_proxy
    outbound = Outbound(allowed=networks(settings.outbound_networks), development=development, proxy=proxy)
    objects, clock = Objects.of(settings), DatabaseClock()
    room = Mailroom(objects, MailReader(settings.mail_gateway), sealing)
    database = await _connect(settings)
    try:
        await check_schema(database)
        await check_room(database, settings)
        await clock.set(database)
        yield Means(settings, database, clock, sealing, outbound, objects, Policies(database), room)
    finally:
        await outbound.close()
        await room.reader.close()
        await database.close()


def run(settings: Settings, announce: Callable[[], None]) -> None:
    """Work until SIGTERM or SIGINT and return. What keeps it from starting ends the process with one sentence."""
    logging.configure(settings.log_level)
    if settings.database_url is None:
        raise CannotStart(
            "There is no database: set DATABASE_URL. Without one, `clausedesk serve` and `demo` work beside the API."
        )
    start_tracing(settings.traces_url, "clausedesk-worker")
    if settings.worker_metrics_port:
        serve_metrics(settings.metrics_host, settings.worker_metrics_port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told_to_stop(settings, announce))


async def _until_told_to_stop(settings: Settings, announce: Callable[[], None]) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with working(settings):
        announce()
        await told.wait()
        _log.info("stopping")


async def _connect(settings: Settings) -> Database:
    assert settings.database_url is not None
    dsn = settings.database_url.get_secret_value()
    return await Database.connect(dsn, role=WORKER_ROLE, size=settings.worker_pool_size)
