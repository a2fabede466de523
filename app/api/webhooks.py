"""Webhooks, their deliveries, and the letters that are dead."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from fastapi.responses import Response

from app.api.callers import ADMINS, ADMINS_OR_MONITORING, STAFF
from app.api.deps import DeskDep
from app.api.errands import ErrandDep, RepeatableErrand, answered, sent
from app.api.etags import DemandedVersion, ExpectedVersion, IfNoneMatch, etag, unchanged
from app.api.pagination import PageDep
from app.api.routing import desk_router
from app.clients.addresses import networks
from app.schemas.fields import Id
from app.schemas.listing import Listed
from app.schemas.webhooks import (
    Delivery,
    DeliveryKind,
    Redeliver,
    Redelivered,
    Webhook,
    WebhookChange,
    WebhookCreate,
    WebhookRotate,
    WebhookWithSecret,
)
from app.services import sent as sent_before
from app.services.webhooks import managing
from app.services.webhooks.managing import Ground

router = desk_router("/v1/webhooks", "webhooks")
dead_letters = desk_router("/v1/dead-letters", "webhooks")

WebhookId = Annotated[Id, Path(description="Id of the webhook")]
State = Literal["pending", "delivered", "dead"]


async def _ground(desk: DeskDep) -> Ground:
    settings = desk.settings
    plain_http = settings.environment == "development" or bool(settings.outbound_networks)
    return Ground(desk.sealing, plain_http, networks(settings.outbound_networks))


GroundDep = Annotated[Ground, Depends(_ground)]
_WEBHOOK: dict[int | str, dict[str, Any]] = {200: {"model": Webhook}}


@router.post(
    "",
    operation_id="create_webhook",
    summary="Subscribe a URL to events",
    status_code=201,
    responses={201: {"model": WebhookWithSecret}},
    dependencies=ADMINS,
)
async def create_webhook(errand: RepeatableErrand, body: WebhookCreate, ground: GroundDep) -> Response:
    """The secret that deliveries are signed with is shown this once."""
    return sent(await managing.create(errand, body, ground))


@router.get(
    "",
    operation_id="list_webhooks",
    summary="The provider's webhooks",
    responses={200: {"model": Listed[Webhook]}},
    dependencies=ADMINS_OR_MONITORING,
)
async def list_webhooks(errand: ErrandDep, page: PageDep) -> Response:
    after = page.after(tuple[Id])
    rows = await managing.listed(errand, after[0] if after else None, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=managing.webhook_view)


@router.get(
    "/{webhook}",
    operation_id="read_webhook",
    summary="One webhook",
    responses=_WEBHOOK,
    dependencies=ADMINS_OR_MONITORING,
)
async def read_webhook(errand: ErrandDep, webhook: WebhookId, if_none_match: IfNoneMatch = None) -> Response:
    view = await managing.read(errand, webhook)
    return unchanged(if_none_match, view["version"]) or answered(view, headers={"ETag": etag(view["version"])})


@router.patch(
    "/{webhook}",
    operation_id="change_webhook",
    summary="Change where, what, or whether",
    responses=_WEBHOOK,
    dependencies=ADMINS,
)
async def change_webhook(
    errand: ErrandDep, webhook: WebhookId, body: WebhookChange, version: DemandedVersion, ground: GroundDep
) -> Response:
    return sent(await managing.change(errand, webhook, body, version, ground))


@router.delete(
    "/{webhook}",
    operation_id="delete_webhook",
    summary="Remove it with its deliveries",
    status_code=204,
    dependencies=ADMINS,
)
async def delete_webhook(errand: ErrandDep, webhook: WebhookId, version: ExpectedVersion) -> Response:
    await managing.delete(errand, webhook, version)
    return Response(status_code=204)


@router.post(
    "/{webhook}/rotate",
    operation_id="rotate_webhook",
    summary="Give it a new secret",
    responses={200: {"model": WebhookWithSecret}},
    dependencies=ADMINS,
)
async def rotate_webhook(
    errand: RepeatableErrand, webhook: WebhookId, body: WebhookRotate, version: ExpectedVersion, ground: GroundDep
) -> Response:
    """The new one is shown this once. Until the time of grace is over, deliveries are signed with both."""
    return sent(await managing.rotate(errand, webhook, timedelta(seconds=body.grace_seconds), version, ground))


@router.post(
    "/{webhook}/ping",
    operation_id="ping_webhook",
    summary="Send it an event of its own",
    status_code=202,
    responses={202: {"model": Webhook}},
    dependencies=ADMINS,
)
async def ping_webhook(errand: RepeatableErrand, webhook: WebhookId) -> Response:
    """`webhook.pinged` goes to this webhook alone; its deliveries tell whether it arrived."""
    return sent(await managing.ping(errand, webhook))


@router.get(
    "/{webhook}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="What was sent, and how each attempt went",
    responses={200: {"model": Listed[Delivery]}},
    dependencies=ADMINS_OR_MONITORING,
)
async def list_webhook_deliveries(
    errand: ErrandDep,
    webhook: WebhookId,
    page: PageDep,
    state: Annotated[State | None, Query(description="How it went")] = None,
) -> Response:
    """The latest first."""
    after = page.after(tuple[Id])
    rows = await sent_before.of_webhook(errand, webhook, after[0] if after else None, state, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=sent_before.delivery_view)


@router.post(
    "/{webhook}/redeliver",
    operation_id="redeliver",
    summary="Send again",
    status_code=202,
    responses={202: {"model": Redelivered}},
    dependencies=ADMINS,
)
async def redeliver(errand: ErrandDep, webhook: WebhookId, body: Redeliver) -> Response:
    """One delivery, or all since an instant that did not arrive. `webhook-id` stays what it was."""
    return answered({"deliveries": await sent_before.redeliver(errand, webhook, body)}, 202)


@dead_letters.get(
    "",
    operation_id="list_dead_letters",
    summary="What could not be delivered",
    responses={200: {"model": Listed[Delivery]}},
    dependencies=STAFF,
)
async def list_dead_letters(
    errand: ErrandDep,
    page: PageDep,
    kind: Annotated[DeliveryKind | None, Query(description="What it was")] = None,
) -> Response:
    """The oldest first."""
    after = page.after(tuple[Id])
    rows = await sent_before.dead(errand, after[0] if after else None, kind, page.fetch)
    return page.answer(rows, position=lambda row: (row["id"],), view=sent_before.delivery_view)


@dead_letters.post(
    "/{delivery}/requeue",
    operation_id="requeue_dead_letter",
    summary="Try it again",
    status_code=202,
    responses={202: {"model": Delivery}},
    dependencies=STAFF,
)
async def requeue_dead_letter(
    errand: ErrandDep, delivery: Annotated[Id, Path(description="Id of the delivery")]
) -> Response:
    return answered(await sent_before.requeue(errand, delivery), 202)
