"""What mail is taken in and sent with: the store of originals, the reader, and the keys of our own marks."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.clients.objects import Objects
from app.mail.tokens import Keys
from app.sealing.envelope import seal, unseal
from app.sealing.keys import SealingKeys
from app.services.mail.reading import MailReader

_PURPOSE: Final = b"marks in mail"


@dataclass(frozen=True, slots=True)
class Mailroom:
    objects: Objects
    reader: MailReader
    sealing: SealingKeys

    def keys(self, provider_id: UUID) -> Keys:
        return mail_keys(self.sealing, provider_id)

    def sealed(self, raw: bytes, provider_id: UUID, mail: UUID) -> bytes:
        """What is shown of a mail has no passwords in it; the mail as it came may."""
        return seal(self.sealing, raw, place_of_mail(provider_id, mail))

    def unsealed(self, kept: bytes, provider_id: UUID, mail: UUID) -> bytes:
        """CannotUnseal where the key is gone."""
        return unseal(self.sealing, kept, place_of_mail(provider_id, mail))


def place_of_mail(provider_id: UUID, mail: UUID) -> str:
    return f"{provider_id}|mail|{mail}"


def mail_keys(sealing: SealingKeys, provider_id: UUID) -> Keys:
    """The newest key signs; marks made with the others are still known."""
    return Keys(provider_id, [hmac.digest(key, _PURPOSE, sha256) for key in sealing.keys.values()])
