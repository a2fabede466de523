"""The links of secure forms: where they lead, and whether one opens a form."""

from uuid import UUID

from app.sealing.keys import SealingKeys
from app.sealing.links import link_secret, opens


def link_of(keys: SealingKeys, origin: str, provider: str, provider_id: UUID, form: UUID) -> str:
    """The address that opens the form; what follows `#` stays in the browser. `provider` is the slug."""
    return f"{origin}/forms/{form}#{provider}.{link_secret(keys, _about(provider_id, form))}"


def is_link_of(keys: SealingKeys, secret: str, provider_id: UUID, form: UUID) -> bool:
    return opens(keys, secret, _about(provider_id, form))


def _about(provider_id: UUID, form: UUID) -> str:
    return f"form|{provider_id}|{form}"
