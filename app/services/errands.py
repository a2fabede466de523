"""What every use case is given: the desk's means, who asks, for which provider, and at what instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.base.actor import Principal
from app.base.events import EventType
from app.base.identifiers import uuid7
from app.db.commands import SAME
from app.db.pool import Database
from app.policy.decision import Decision, written, written_members
from app.schemas.idempotency import IdempotentRequest
from app.services.shelf import Policies


@dataclass(slots=True)
class Errand:
    """One request of one caller. Nobody changes one."""

    database: Database
    policies: Policies
    provider_id: UUID
    principal: Principal
    now: datetime
    request_id: str | None = None
    repeat: IdempotentRequest | None = None

    def repeatable(self, repeat: IdempotentRequest | None) -> "Errand":
        """The same, whose answer is kept for whoever repeats it."""
        who = (self.provider_id, self.principal, self.now, self.request_id)
        return Errand(self.database, self.policies, *who, repeat)

    def new_id(self) -> UUID:
        return uuid7(self.now)

    def event(
        self,
        kind: EventType,
        subject: tuple[str, UUID],
        seq: int,
        data: dict[str, Any],
        **more: Any,
    ) -> dict[str, Any]:
        """A row of the log about this request; `more` are columns of it."""
        actor_kind, actor_id = self.principal.actor
        return {
            "provider_id": self.provider_id,
            "id": self.new_id(),
            "subject_kind": subject[0],
            "subject_id": subject[1],
            "seq": seq,
            "type": str(kind),
            "actor_kind": actor_kind,
            "actor_id": actor_id,
            "on_behalf_of": None,
            "data": data,
            "decision": None,
            "policy_version": None,
            "settings_revision": None,
            "request_id": self.request_id,
            "occurred_at": self.now,
            **more,
        }


def for_the_log(decision: Decision) -> orjson.Fragment:
    """A decision without the words that somebody wrote: the log stays, and they may have to go."""
    return orjson.Fragment(written(decision, **_without_words(decision)))


def instead_of_words(decision: Decision) -> Any:
    """The same, where the log repeats the decision of a row: the members that hold words, without them."""
    return orjson.Fragment(written_members(_without_words(decision))) if decision.holds_words else SAME


def _without_words(decision: Decision) -> dict[str, Any]:
    effects = [
        one.model_dump(mode="json", exclude={"because"}) if "because" in (one.model_extra or {}) else one
        for one in decision.effects
    ]
    candidates = [{**one.__dict__, "because": ()} for one in decision.topic_candidates]
    return {"topic_candidates": candidates, "signals": (), "effects": effects}
