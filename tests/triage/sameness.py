"""One digest for all that triage answers to a set: the same on every machine, Python and hash seed."""

import hashlib
import json
from collections.abc import Mapping

from tests.triage.tickets import HERE, proposed, tickets

KEPT = HERE / "answers.json"
SETS = ("dev", "others", "unseen")


def digests() -> dict[str, str]:
    """By set: of candidates, confidence and reasons, language and signals, in the order of the tickets."""
    return {name: hashlib.sha256(_answers(name).encode()).hexdigest() for name in SETS}


def kept() -> Mapping[str, str]:
    known: dict[str, str] = json.loads(KEPT.read_text(encoding="utf-8"))
    return known


def keep() -> None:
    KEPT.write_text(json.dumps(digests(), indent=2) + "\n", encoding="utf-8")


def _answers(name: str) -> str:
    proposals = [proposed(ticket) for ticket in tickets(name)]
    return repr([(proposal.language, proposal.candidates, proposal.signals.hints()) for proposal in proposals])
