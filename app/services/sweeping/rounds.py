"""What a round of the worker looks through because time has passed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.base.clock import Clock
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.clients.objects import Objects
from app.db.due import (
    DueTicket,
    active_providers,
    due_tickets,
    forget_delivered,
    forget_keys,
    lapse_quotes,
    tell_unconfirmed,
)
from app.db.pool import Database
from app.services.accounts import CONFIRMED_FOR
from app.services.attachments.sweeping import sweep_attachments
from app.services.mail.forgetting import forget_mail
from app.services.paging.escalating import escalate
from app.services.secure_forms.expiring import expire
from app.services.shelf import Policies
from app.services.sweeping.tickets import attend
from app.services.tickets.replanning import replan

AT_ONCE: Final = 100
DELIVERED_FOR: Final = timedelta(days=30)
"""How long it can be seen what was delivered, and sent again."""
_ROWS_AT_ONCE: Final = 1_000
_FILES_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Each part says whether there may be more at once."""

    database: Database
    policies: Policies
    objects: Objects
    clock: Clock
    patience: timedelta = timedelta(minutes=5)
    """How long a page waits for an answer."""
    mail_kept: timedelta | None = None
    """How long mail is kept as it came; None: without an end."""

    async def due(self) -> Sequence[DueTicket]:
        """Of those due first, in any order: so that several workers get out of each other's way."""
        found = await due_tickets(self.database, self.clock(), AT_ONCE)
        random.shuffle(found)
        return found

    async def attend(self, due: DueTicket) -> bool:
        return await attend(self.database, self.policies, due, self.clock()) > 0

    async def lapse_quotes(self) -> bool:
        now = self.clock()
        ids = [uuid7(now) for _ in range(AT_ONCE)]
        return await lapse_quotes(self.database, ids, EventType.QUOTE_EXPIRED, now) == AT_ONCE

    async def tell_unconfirmed(self) -> bool:
        now = self.clock()
        ids = [uuid7(now) for _ in range(AT_ONCE)]
        before = now - CONFIRMED_FOR
        told = await tell_unconfirmed(self.database, ids, EventType.ACCOUNT_CONFIRMATION_DUE, before, now)
        return told == AT_ONCE

    async def escalate(self) -> bool:
        return await escalate(self.database, self.clock(), self.patience) > 0

    async def expire_forms(self) -> bool:
        return await expire(self.database, self.clock()) > 0

    async def replan(self) -> bool:
        """Clocks that were planned under other settings than those in force."""
        found = [
            await replan(self.database, self.policies, id_, self.clock())
            for id_, _ in await active_providers(self.database)
        ]
        return any(found)

    async def tidy(self) -> bool:
        """What is kept no longer."""
        now = self.clock()
        keys = await forget_keys(self.database, now, _ROWS_AT_ONCE)
        sent = await forget_delivered(self.database, now - DELIVERED_FOR, _ROWS_AT_ONCE)
        files = await sweep_attachments(self.database, self.objects, now, _FILES_AT_ONCE)
        mail = await self._forget_mail(now)
        return _ROWS_AT_ONCE in (keys, sent) or _FILES_AT_ONCE in (files, mail)

    async def _forget_mail(self, now: datetime) -> int:
        if self.mail_kept is None:
            return 0
        return await forget_mail(self.database, self.objects, now, self.mail_kept, _FILES_AT_ONCE)
