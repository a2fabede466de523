"""The third loop: each second, whatever has come due; a ticket that cannot be attended does not hold up the others."""

import asyncio
from functools import partial
from typing import Final

from app.jobs.rounds import attempted
from app.services.sweeping.rounds import AT_ONCE, Sweeping

_BESIDE: Final = 3
"""Tickets attended at one time; the pool of connections is small."""


async def sweep(sweeping: Sweeping) -> bool:
    """One round. Whether there may be more at once."""
    escalated = await attempted("sweep", sweeping.escalate)
    due = list(await sweeping.due())
    full = len(due) >= AT_ONCE

    async def attend() -> bool:
        moved = False
        while due:
            moved |= bool(await attempted("sweep", partial(sweeping.attend, due.pop())))
        return moved

    moved = await asyncio.gather(*(attend() for _ in range(_BESIDE)))
    lapsed = await attempted("sweep", sweeping.lapse_quotes)
    emptied = await attempted("sweep", sweeping.expire_forms)
    return (full and any(moved)) or bool(lapsed or emptied or escalated)
