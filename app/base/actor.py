"""Who is calling: what the token says, cut down to what the database grants at this moment."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.base.vocabulary import CONTACT_ROLES, STAFF_ROLES, Role, Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """What a verified token claims; authority is decided with the row it names."""

    provider: str
    role: Role
    subject: UUID | str
    account: UUID | None = None
    contact: UUID | None = None
    reseller: UUID | None = None
    acting_client: str | None = None
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = None
    key: str = field(init=False, repr=False, compare=False)
    """Names the principal for idempotency keys, rate limits and logs; no personal data."""
    actor: tuple[str, str | None] = field(init=False, repr=False, compare=False)
    """Kind and id, as the log names who did something."""

    # Said once: whoever is known by a token is asked for it with every request.
    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.role}:{self.contact or self.reseller or self.subject}")
        object.__setattr__(self, "actor", self._actor())

    @property
    def is_contact(self) -> bool:
        return self.role in CONTACT_ROLES

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    def _actor(self) -> tuple[str, str | None]:
        kind = "contact" if self.is_contact else str(self.role)
        return kind, str(self.contact or self.reseller or self.subject)


@dataclass(frozen=True, slots=True)
class TheSystem(Principal):
    """The desk itself, because time has passed. No token ever says so."""

    def _actor(self) -> tuple[str, str | None]:
        return "system", None


def the_system(provider: str) -> Principal:
    return TheSystem(provider, Role.SERVICE, subject="system")
