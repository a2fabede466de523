"""Which ticket a mail belongs to: named by our own marks, and open to its participants only."""

from collections.abc import Iterator

from app.base.errors import Problem
from app.base.vocabulary import Scope
from app.mail.message import Mail
from app.mail.tokens import Keys, own_mail, references_in, ticket_of_reply
from app.policy.situation import Sender
from app.policy.stages.standing import listed
from app.services.errands import Errand
from app.services.tickets.changing import gather
from app.services.tickets.knowing import Known

_MOST_NAMED = 3
_INBOUND = frozenset({Scope.INBOUND})


async def ticket_of(errand: Errand, keys: Keys, mail: Mail) -> Known | None:
    """The first ticket that it names: by the reply address, by the mail that it answers, by its subject."""
    for name in list(dict.fromkeys(_names(keys, mail)))[:_MOST_NAMED]:
        try:
            known = await gather(errand, name, scopes=_INBOUND)
            if known.row["merged_into"] is not None:
                known = await gather(errand, str(known.row["merged_into"]), scopes=_INBOUND)
            return known
        except Problem as problem:
            if problem.code != "not_found":
                raise
    return None


def _names(keys: Keys, mail: Mail) -> Iterator[str]:
    by_address = ticket_of_reply(keys, mail.recipients, mail.sender.email) if mail.sender else None
    if by_address is not None:
        yield str(by_address)
    answered = own_mail(keys, mail.mentioned)
    if answered is not None and answered.ticket is not None:
        yield str(answered.ticket)
    yield from references_in(mail.subject)


def takes_part(known: Known, sender: Sender) -> bool:
    """Whether they asked, or are listed on the account or with its reseller; a reference alone opens nothing."""
    if sender.mail_auth == "fail" or not sender.email:
        return False
    asked = known.row["requester"].get("email")
    if asked is not None and asked.casefold() == sender.email.casefold():
        return True
    accounts = (known.around.account, known.around.reseller)
    return any(account is not None and listed(account, sender) is not None for account in accounts)
