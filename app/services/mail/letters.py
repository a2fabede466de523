"""Which letters an event calls for, by its decision alone; whether one goes out is for planning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from app.base.events import EventType
from app.base.vocabulary import Outcome


class Letter(StrEnum):
    """As the words for it are filed."""

    ACKNOWLEDGEMENT = "acknowledgement"
    HOLD = "hold"
    REFUSAL = "refusal"
    REPLY = "reply"
    QUOTE = "quote"
    EXPIRED = "expired"
    REMINDER = "reminder"
    CLOSING = "closing"
    MERGED = "merged"
    CONFIRMED = "confirmed"
    RESOLUTION = "resolution"
    SECURE_FORM = "secure_form"
    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"


ANSWERS: Final = frozenset({Letter.ACKNOWLEDGEMENT, Letter.HOLD, Letter.REFUSAL, Letter.MERGED})
"""Written by no person, in answer to what somebody sent: these may begin a loop, or hit somebody who sent nothing."""
BY_TIME: Final = frozenset({Letter.REMINDER, Letter.CLOSING, Letter.EXPIRED})
"""Written by no person either, in answer to nothing: because time has passed."""
DECLINABLE: Final = "announcement"
"""Kind of notice that people may want none of; others concern what they have from the provider."""
SENDER: Final = "sender"
_AT_RECEIPT: Final = {
    Outcome.ACCEPTED: Letter.ACKNOWLEDGEMENT,
    Outcome.HELD: Letter.HOLD,
    Outcome.REFUSED: Letter.REFUSAL,
    Outcome.AUTO_CLOSED: Letter.REFUSAL,
    Outcome.MERGED: Letter.MERGED,
}
_ADDED_TO: Final = frozenset({EventType.TICKET_REPLIED, EventType.TICKET_DESCRIBED, EventType.TICKET_VERIFIED})
_RECEIVED: Final = frozenset({EventType.TICKET_OPENED, EventType.TICKET_MERGED})
_NAMED: Final[Mapping[str, Letter]] = {"reminder": Letter.REMINDER, "closing": Letter.CLOSING}
"""What rules want told, and we have words for."""
_TOLD_ANYWAY: Final = frozenset({"quote"})
"""By the event of the quote itself, which knows the price."""
_OWNERS: Final = frozenset({"customer", "account_owner", "primary", "secondary", "reseller", SENDER})


@dataclass(frozen=True, slots=True)
class Wanted:
    """`to`: sender, or a party by its name in policies. `after_hold`: only where the request was held until now."""

    letter: Letter
    to: str = SENDER
    after_hold: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)


def wanted_by(kind: str, data: Mapping[str, Any], decision: Mapping[str, Any] | None) -> list[Wanted]:
    """In the order in which they would be sent."""
    found = _about_the_event(kind, data, decision)
    if decision is not None:
        to = _answered(decision)
        found = [Wanted(one.letter, to, one.after_hold, one.about) if one.to == SENDER else one for one in found]
        found += _by_effects(decision)
    return found


def _about_the_event(kind: str, data: Mapping[str, Any], decision: Mapping[str, Any] | None) -> list[Wanted]:
    by_staff = data.get("author_kind") == "staff"
    if kind in _RECEIVED and decision is not None and decision["notify_sender"]:
        letter = _AT_RECEIPT.get(Outcome(decision["outcome"]))
        return [Wanted(letter)] if letter is not None else []
    if kind == EventType.TICKET_REPLIED and by_staff:
        return [Wanted(Letter.REPLY, about={"message": data["message"]})]
    if kind in _ADDED_TO and decision is not None and decision["outcome"] == Outcome.ACCEPTED:
        return [Wanted(Letter.ACKNOWLEDGEMENT, after_hold=True)]
    if kind == EventType.TICKET_ACTION_CONFIRMED:
        return [Wanted(Letter.CONFIRMED)]
    if kind == EventType.TICKET_RESOLVED:
        return [Wanted(Letter.RESOLUTION)]
    return []


def _answered(decision: Mapping[str, Any]) -> str:
    """Somebody else may get the answers, such as the reseller who asked for a customer."""
    parties = [effect.get("to") for effect in decision["effects"] if effect["type"] == "reply"]
    return next((party for party in parties if party in _OWNERS), SENDER)


def _by_effects(decision: Mapping[str, Any]) -> list[Wanted]:
    """What rules want told, each to its party."""
    found = []
    for effect in decision["effects"]:
        to = effect.get("to")
        template = effect.get("template") or effect.get("of")
        if template in _TOLD_ANYWAY:
            continue
        if template in _NAMED and to in _OWNERS:
            # Whoever asked is waited for, be it a person of the customer's or of the reseller's.
            found.append(Wanted(_NAMED[template], SENDER if to == "customer" else str(to)))
        elif effect["type"] in ("notify", "relay") and to in _OWNERS:
            found.append(Wanted(Letter.NOTICE, str(to), about={"of": template or effect["type"]}))
        elif effect["type"] == "reply" and template is not None:
            found.append(Wanted(Letter.NOTICE, str(to or SENDER), about={"of": template}))
    return found
