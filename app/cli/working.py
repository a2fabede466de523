"""`clausedesk worker`: what follows from events and from time, until it is told to stop."""

from app.base.settings import read_settings
from app.worker import run


def worker() -> None:
    """Place events in the feed, deliver what follows from them, and see to what is due. Any number may run."""
    run(read_settings(), announce=lambda: print("Clausedesk works", flush=True))
