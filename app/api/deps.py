"""What routes ask for: the desk, the present instant, and the caller."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from app.api.notes import note_of, only_header
from app.base.actor import Principal
from app.base.clock import Clock
from app.base.errors import Problem
from app.base.settings import Settings
from app.clients.objects import Objects
from app.clients.rates import Rates
from app.db.pool import Database
from app.sealing.keys import SealingKeys
from app.services.callers import Callers
from app.services.mail.mailroom import Mailroom
from app.services.mail.reading import MailReader
from app.services.shelf import Policies
from app.tokens.keys import SigningKeys
from app.tokens.refusal import TokenRefused


class _Bearer(SecurityBase):
    """The token of the one Authorization header there is: of two nobody knows which counts."""

    model = HTTPBearer(bearerFormat="JWT", description="A token of ours")
    scheme_name = "bearer"

    async def __call__(self, request: Request) -> str | None:
        sent = only_header(request.scope, b"authorization")
        if sent is None:
            return None
        scheme, _, token = sent.decode("latin-1").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


@dataclass(slots=True)
class Desk:
    """Everything a running process holds; one per application, on `app.state.desk`."""

    settings: Settings
    clock: Clock
    database: Database
    keys: SigningKeys
    sealing: SealingKeys
    callers: Callers
    policies: Policies = field(init=False)
    objects: Objects = field(init=False)
    mailroom: Mailroom = field(init=False)
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.policies = Policies(self.database)
        self.objects = Objects.of(self.settings)
        of = self.settings
        self.rates = Rates(of.rate_limit_per_principal, of.rate_limit_per_provider, of.rate_limit_store)
        self.mailroom = Mailroom(self.objects, MailReader(self.settings.mail_gateway), self.sealing)

    async def close(self) -> None:
        """End what it has started besides."""
        await self.mailroom.reader.close()
        await self.rates.close()


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(_desk)]


async def _now(desk: DeskDep) -> datetime:
    return desk.clock()


Now = Annotated[datetime, Depends(_now)]
"""The instant of this request: one and the same wherever it is asked for."""


async def caller_known(
    request: Request,
    desk: DeskDep,
    now: Now,
    token: Annotated[str | None, Security(_Bearer())],
) -> Principal:
    if token is None:
        raise Problem("unauthenticated")
    note = note_of(request.scope)
    try:
        note.principal = await desk.callers.identify(token, now)
    except TokenRefused as refusal:
        note.refusal = refusal.reason
        headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Problem("unauthenticated", "The token is not valid here, or no longer.", headers=headers) from None
    taken = await desk.rates.take(note.principal.provider, note.principal.key, now)
    if taken is not None:
        note.rates = taken.headers
        if not taken.allowed:
            raise Problem("rate_limited", headers={"Retry-After": str(taken.retry_after)})
    return note.principal


Caller = Annotated[Principal, Depends(caller_known)]
"""Who the token names. What they may do is decided with the row that it names."""
