"""Mail that was kept and left lying, since whoever had it broke off: a worker takes it up, and not for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from app.base.actor import Principal, the_system
from app.base.clock import Clock
from app.base.errors import Problem
from app.base.vocabulary import Role, Scope
from app.db.inbound import take_up_mail
from app.db.pool import Database
from app.db.subjects import find_service
from app.mail.message import Unreadable
from app.services.errands import Errand
from app.services.mail.admitting import act_on
from app.services.mail.mailroom import Mailroom
from app.services.mail.receiving import act
from app.services.repeating import persistently
from app.services.shelf import Policies

AFTER: Final = timedelta(minutes=2)
"""Longer than reading and deciding may take."""
MOST: Final = 6
"""Attempts over two hours; then it is put aside, where staff see it."""


@dataclass(frozen=True, slots=True)
class TakingUp:
    database: Database
    policies: Policies
    room: Mailroom
    clock: Clock

    async def work(self) -> bool:
        """One mail. Whether there may be more at once; what breaks off has its next attempt put down already."""
        now = self.clock()
        row = await take_up_mail(self.database, now, AFTER)
        if row is None:
            return False
        if row["attempts"] > MOST:
            nobody = Errand(self.database, self.policies, row["provider_id"], the_system(row["provider"]), now)
            await act_on(nobody, self.room, row, Unreadable("not_processed"))
        else:
            await self._act(
                Errand(self.database, self.policies, row["provider_id"], await self._gateway(row), now), row
            )
        return True

    async def _act(self, errand: Errand, row: Mapping[str, Any]) -> None:
        kept = b"".join([chunk async for chunk in await self.room.objects.get(row["storage_key"])])
        mail = await self.room.reader.read(self.room.unsealed(kept, errand.provider_id, row["id"]))
        await persistently(lambda: act(errand, self.room, row["fingerprint"], mail))

    async def _gateway(self, row: Mapping[str, Any]) -> Principal:
        """In the name of the one that hands mail over."""
        found = await find_service(self.database, row["provider_id"], [Scope.INBOUND])
        if found is None:
            raise Problem("forbidden", "There is no API client with the scope inbound, in whose name mail comes in.")
        return Principal(row["provider"], Role.SERVICE, found.id, scopes=frozenset({Scope.INBOUND}))
