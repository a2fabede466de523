"""Two providers with customers and things of all ownerships, and everybody who may ask about them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from hashlib import sha256

import orjson

from app.db.tables.resellers import Reseller
from app.policy.library.files import library, policy_text
from app.policy.loading import LoadedPolicy, load
from tests import factories
from tests.api.walking import Arranged, Names, Operation
from tests.api.walking_desk import Ground, Household
from tests.frontdesk import NOW, FrontDesk, Headers

OWN, SAME_ACCOUNT, CUSTOMER, OTHER_ACCOUNT, OTHER_PROVIDER = OWNERSHIPS = (
    "own",
    "same account",
    "reseller's customer",
    "other account",
    "other provider",
)
"""Whose a thing is, seen from whoever asks."""
CONTACTS = ("primary", "secondary", "authorised")
MACHINES = ("submit", "inbound", "events", "payments")
CALLERS = (*CONTACTS, "former", "reseller", "staff", "admin", *MACHINES)
"""`former`: somebody of the account who is not listed any more, with a token that has not ended yet."""
_TWIN = "meridian"


@cache
def _twin() -> tuple[str, LoadedPolicy]:
    """Another provider, who helps as the first one does."""
    text = (policy_text("plutus") or "").replace("plutus", _TWIN).replace("PLU", "MER")
    return text, load(text, library())


async def _twin_of_the_provider(front: FrontDesk) -> None:
    text, loaded = _twin()
    row = await factories.provider(front.owner, slug=_TWIN, prefix="MER")
    await factories.policy_version(
        front.owner,
        row.id,
        document=orjson.dumps(loaded.raw, default=str).decode(),
        source=text,
        digest=sha256(text.encode()).digest(),
        effective_from=NOW - timedelta(days=3650),
    )
    front.providers[_TWIN] = row


@dataclass
class Home:
    """An account of a provider, with its three listed people."""

    ground: Ground
    household: Household
    people: dict[str, Headers]


@dataclass
class Estate:
    """`ours` is the provider whose people ask; its reseller has a smaller one below, and another one beside it."""

    ours: Ground
    theirs: Ground
    below: Reseller
    beside: Reseller

    @classmethod
    async def laid(cls, front: FrontDesk) -> "Estate":
        await _twin_of_the_provider(front)
        ours, theirs = await Ground.laid(front), await Ground.laid(front, _TWIN)
        theirs.names |= {"clause": "MER-05", "number": "2"}
        below = await factories.reseller(front.owner, ours.provider.id, parent_id=ours.reseller.id)
        return cls(ours, theirs, below, await factories.reseller(front.owner, ours.provider.id))

    async def home(self, ownership: str = OWN) -> Home:
        ground = self.theirs if ownership == OTHER_PROVIDER else self.ours
        reseller = {CUSTOMER: self.below, OTHER_ACCOUNT: self.beside}.get(ownership)
        household = await ground.household(reseller)
        people = {"primary": household.primary}
        for role in CONTACTS[1:]:
            listed = {"role": role, "token_role": f"{role}_contact"}
            row = await factories.contact(ground.front.owner, household.account, **listed)
            people[role] = ground.front.contact(ground.provider, row)
        gone = await factories.contact(ground.front.owner, household.account, role="authorised", removed_at=NOW)
        people["former"] = ground.front.contact(ground.provider, gone)
        return Home(ground, household, people)

    async def arranged(
        self, operation: Operation, caller: str, ownership: str, *besides: str
    ) -> tuple[Arranged, Arranged]:
        """Things of this ownership, as the caller sees it: with those whose they are, and with those who ask."""
        mine = await self.home()
        whose = mine if ownership in (OWN, SAME_ACCOUNT) else await self.home(ownership)
        household = replace(whose.household, primary=whose.people[maker(operation, caller, ownership)])
        names: Names = whose.ground.names | await whose.ground.things(operation, household, *besides)
        if operation.id == "download_attachment":
            await self._shown_in_a_ticket(household, names["attachment"])
        if operation.id == "read_reseller":
            resellers = {CUSTOMER: self.below, OTHER_ACCOUNT: self.beside, OTHER_PROVIDER: self.theirs.reseller}
            names["reseller"] = resellers.get(ownership, self.ours.reseller).number
        return Arranged(names, whose.ground.callers | whose.people), Arranged(names, self.ours.callers | mine.people)

    async def _shown_in_a_ticket(self, household: Household, file: str) -> None:
        """Until then a file is its uploader's alone."""
        body = {"subject": "See the file", "facts": {"topic": "access.login"}, "attachments": [file]}
        front = self.ours.front
        opened = await front.client.post("/v1/tickets", json=body, headers={**household.primary, **front.key()})
        assert opened.status_code == 201, opened.text


def maker(operation: Operation, caller: str, ownership: str) -> str:
    """Who of the account made the thing: the caller, somebody else who is listed, or whoever."""
    if "action" in operation.parameters["path"]:
        return "primary"  # the policy lets no other ask for this one
    if ownership == OWN:
        return caller if caller in CONTACTS else "primary"
    return "secondary" if ownership == SAME_ACCOUNT and caller == "primary" else "primary"
