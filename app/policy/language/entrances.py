"""How one may ask, and who: channels, languages, listed people, administrative actions."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.base.vocabulary import Role
from app.policy.language.model import Model, Slug, Sourced, Tag, TopicSlug, Words
from app.policy.language.predicate import Predicate


class ContactRole(Sourced):
    """A kind of person listed on an account."""

    name: Words = ""
    token_role: Literal[Role.PRIMARY_CONTACT, Role.SECONDARY_CONTACT, Role.AUTHORISED_CONTACT]
    max: int | None = Field(None, ge=1)
    min: int = Field(0, ge=0)
    """So many stay listed: the last ones cannot be removed."""
    address: Literal["any", "off_server"] = "any"
    """off_server: not on or below a domain hosted by this account."""
    not_on: Literal["account", "provider"] = "account"
    """`provider`: nor by any other account of the provider."""
    through_redirects: bool = False
    """Nor may mail to it be forwarded to such an address."""
    may: tuple[Slug, ...] = ()
    """Capabilities: `manage_contacts`, `consent`, `pay`, `act` ... `*` is written as `everything`."""
    receives: tuple[Slug, ...] = ()
    """For readers: what is sent to these people."""


class Unverified(Sourced):
    """Callers: people who name themselves where no address or login proves it."""

    channels: tuple[Slug, ...] = ()
    """Channels (or entrances) on which everybody is unverified until called back."""


class OutOfScope(Sourced):
    """What happens to a request beyond a channel's scope; the first that applies."""

    when: Predicate = {}
    outcome: Literal["accepted", "refused"] = "refused"
    reason: Slug | None = None
    live: bool = True
    """For readers: false where it is written up and nothing is solved on the line."""


class Channel(Sourced):
    """An entrance: how one may ask, when, and for what."""

    name: Words = ""
    official: bool = True
    calendar: Slug | None = None
    """When it is attended; none: nobody has said."""
    entrance: Slug | None = None
    """What requests call it; left out: this channel's own slug."""
    menu_option: int | None = Field(None, ge=0)
    mail_in: bool = False
    emergency: bool = False
    targets: Literal["normal", "none"] = "normal"
    open: Predicate = {}
    """Must hold for the channel to be served at all."""
    closed: Slug = "channel_unavailable"
    scope: Predicate = {}
    """Must hold for what may be asked here."""
    out_of_scope: Annotated[
        tuple[OutOfScope, ...],
        BeforeValidator(
            lambda v: ({"reason": v},) if isinstance(v, str) else v,
            json_schema_input_type=Slug | tuple[OutOfScope, ...],
        ),
    ] = ()
    redirect: tuple[str, ...] = ()
    contact_point: str | None = None
    """Address, number or link; null where the text has lost it."""


class OtherChannels(Sourced):
    """A request through an entrance that the policy does not offer."""

    outcome: Literal["refused", "accepted"] = "refused"
    reason: Slug = "channel_not_offered"
    redirect: tuple[str, ...] = ()


class Language(Sourced):
    calendar: Slug | None = None
    """When it is served; left out: whenever the channel is."""
    fallback: Tag | None = None


class Delivery(Model):
    """Where something secret goes: the first entry that applies."""

    when: Predicate = {}
    to: str
    """A contact role, `sender`, or `address_on_file`."""


class Fallback(Model):
    """Another way to check who asks."""

    when: Predicate
    """In place of the usual ones where this holds, such as out of date contact data."""
    method: Slug


class Action(Sourced):
    """An administrative action and what it takes."""

    name: Words = ""
    roles: tuple[Slug, ...] = ()
    """Contact roles that may ask; left out: every listed one."""
    requires: tuple[Literal["ticket", "account", "confirmation", "secure_form", "authenticated"], ...] = ()
    confirmation: Slug | None = None
    """Fact that confirms what cannot be undone."""
    verify: tuple[Slug, ...] = ()
    """Ways in which staff check who asks; the action waits until they have."""
    fallback: Fallback | None = None
    deliver_to: tuple[Delivery, ...] = ()
    destructive: bool = False
    topic: TopicSlug | None = None
    excluded_when: Predicate | None = None
    """Never done for tickets where this holds."""
    excluded_reason: Slug = "modification_excluded"
