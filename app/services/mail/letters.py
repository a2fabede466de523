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
    REMINDER = "reminder"
    RESOLUTION = "resolution"
    SECURE_FORM = "secure_form"
    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"


ANSWERS: Final = frozenset({Letter.ACKNOWLEDGEMENT, Letter.HOLD, Letter.REFUSAL})
"""Written by no person, in answer to what somebody sent: these may begin a loop, or hit somebody who sent nothing."""
SENDER: Final = "sender"
_AT_RECEIPT: Final = {
    Outcome.ACCEPTED: Letter.ACKNOWLEDGEMENT,
    Outcome.HELD: Letter.HOLD,
    Outcome.REFUSED: Letter.REFUSAL,
    Outcome.AUTO_CLOSED: Letter.REFUSAL,
}
_ADDED_TO: Final = frozenset(
    {
        EventType.TICKET_REPLIED,
        EventType.TICKET_DESCRIBED,
        EventType.TICKET_VERIFIED,
        EventType.TICKET_ACTION_CONFIRMED,
    }
)
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
    if kind == EventType.TICKET_OPENED and decision is not None and decision["notify_sender"]:
        letter = _AT_RECEIPT.get(Outcome(decision["outcome"]))
        return [Wanted(letter)] if letter is not None else []
    if kind == EventType.TICKET_REPLIED and by_staff:
        return [Wanted(Letter.REPLY, about={"message": data["message"]})]
    if kind in _ADDED_TO and decision is not None and decision["outcome"] == Outcome.ACCEPTED:
        return [Wanted(Letter.ACKNOWLEDGEMENT, after_hold=True)]
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
        if effect["type"] in ("notify", "relay") and to in _OWNERS:
            found.append(Wanted(Letter.NOTICE, str(to), about={"of": template or effect["type"]}))
        elif effect["type"] == "reply" and template is not None:
            found.append(Wanted(Letter.NOTICE, str(to or SENDER), about={"of": template}))
    return found
