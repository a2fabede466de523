"""The first loop: new events get their places; a provider whose events cannot be placed does not hold up the others."""

from functools import partial

from app.jobs.rounds import attempted
from app.services.sequencing import Sequencing


async def sequence(sequencing: Sequencing) -> bool:
    """One round. Whether there may be more at once."""
    placed = [
        await attempted("sequence", partial(sequencing.place, provider)) for provider in await sequencing.waiting()
    ]
    return any(placed)
