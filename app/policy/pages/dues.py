"""What is included in words, and what misses oblige to."""

from decimal import Decimal

from app.policy.language.prices import Allowance
from app.policy.language.promises import Credit, Credits
from app.policy.pages.phrasing import Phrasing


def included(allowance: Allowance, say: Phrasing) -> str:
    """How much of it there is, for how long, and in which steps it is drawn."""
    said = [_size(allowance, say)]
    if allowance.year_from != 1:
        said.append(say("year_from", str(allowance.year_from)))
    if allowance.draw.per is not None:
        said.append(say("drawn_per", say.duration(allowance.draw.per)))
    if allowance.draw.block is not None:
        said.append(say("block", say.duration(allowance.draw.block)))
    said += [f"{say('drawn_times', _plain(cost.times))}: {say.condition(cost.when)}" for cost in allowance.draw.cost]
    if allowance.eligible:
        said.append(f"{say('when').lower()} {say.condition(allowance.eligible)}")
    if allowance.carry != "none":
        said.append(say(f"carry {allowance.carry}"))
    if allowance.expires is not None:
        said.append(say("at_most", say.duration(allowance.expires)))
    return "; ".join(said)


def following(allowance: Allowance, say: Phrasing) -> str:
    """What comes next for work that it does not cover."""
    then = allowance.then
    if then is None:
        return ""
    return say.named("allowances" if then in say.document.allowances else "fees", then)


def _size(allowance: Allowance, say: Phrasing) -> str:
    grant = allowance.grant
    if grant.by_fact is not None and not grant.amount:
        return say("contract")
    if allowance.unit == "money":
        size = say.amount(grant.amount, say.document.currency)
    else:
        size = say(f"unit {allowance.unit}", _plain(grant.amount))
    span = say.duration(allowance.span) if allowance.span is not None else ""
    granted = say(f"grant {allowance.per}", size, span)
    return granted if grant.by_fact is None else f"{granted} ({say('contract')})"


def owed_for(credit: Credit, say: Phrasing) -> str:
    """So much of the fee for a miss of one target."""
    share = _percent(credit.rate)
    if credit.per is None:
        said = say("owed_each", share)
    else:
        said = say(f"owed_{credit.count}", share, say.duration(credit.per))
    return (
        said if credit.cap is None else f"{said}; {say('at_most', say(f'grant {credit.period}', _percent(credit.cap)))}"
    )


def owed_by_steps(terms: Credits, say: Phrasing) -> str:
    """So much of the fee by how much was missed in a period."""
    of = f"from_{terms.count}"
    said = (say(of, _plain(step.at_least), _percent(step.credit)) for step in terms.steps if step.credit)
    return say(f"grant {terms.period}", "; ".join(said))


def _percent(share: Decimal) -> str:
    return f"{_plain(share * 100)} %"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
