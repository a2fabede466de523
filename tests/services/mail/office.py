"""A desk with its mail going in and out: a gateway before it, a real SMTP server behind it, and a worker between."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.base.vocabulary import Scope
from app.clients.smtp import Post, SmtpPost
from app.db.pool import Database
from app.db.tables.providers import Provider
from app.services.delivering import Deliver, Deliveries
from app.services.mail.planning import plan_mail
from app.services.mail.reading import MailReader
from app.services.mail.sending import MailSender
from app.services.notices.announcing import Announcer, plan_announcements
from app.services.shelf import Policies
from app.services.sweeping.rounds import Sweeping
from tests.frontdesk import FrontDesk, Headers
from tests.mail.made import mail
from tests.services.mail.postbox import Postbox
from tests.services.sequence import sequence

JANE = "jane@maple.example"


class OneReader(MailReader):
    """Kept through many tests: its process takes a second to start."""

    async def close(self) -> None:
        """Later, by `end`."""

    async def end(self) -> None:
        await super().close()


@dataclass
class Office:
    front: FrontDesk
    provider: Provider
    worker: Database
    box: Postbox
    gateway: Headers
    customer: Headers
    post: Post | None = None
    _number: int = field(default=0)

    async def hand_over(self, head: str = "", body: str = "The shop is down.", sender: str = JANE) -> Any:
        """A mail whose sender's domain vouches for it comes in."""
        self._number += 1
        domain = sender.rpartition("@")[2]
        own = f"From: {sender}\nAuthentication-Results: mx.desk.example; dmarc=pass header.from={domain}"
        if "message-id:" not in head.lower():
            own += f"\nMessage-ID: <{self._number}@{domain}>"
        return await self.post_in(mail(f"{own}\n{head}" if head else own, body))

    async def post_in(self, content: bytes) -> Any:
        headers = {**self.gateway, "Content-Type": "message/rfc822"}
        answer = await self.front.client.post("/v1/inbound/email", content=content, headers=headers)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def work(self) -> None:
        """Everything that is due goes out."""
        desk = self.front.desk
        settings = desk.settings.model_copy(
            update={"smtp_host": "127.0.0.1", "smtp_port": self.box.port, "smtp_security": "none"}
            | {"mail_address": "support@{provider}.example", "client_area_url": "https://my.{provider}.example"}
        )
        sender = MailSender(self.worker, settings, desk.sealing, self.post or SmtpPost(settings), Policies(self.worker))
        announcer = Announcer(self.worker, Policies(self.worker), at_once=2)
        by_kind: dict[str, Deliver] = {"mail": sender, "announcement": announcer}
        deliveries = Deliveries(self.worker, by_kind, lambda: self.front.now)
        while await sequence(self.worker, [plan_mail, plan_announcements], self.front.now):
            pass
        while claimed := await deliveries.claim(10, []):
            for one in claimed:
                await deliveries.attempt(one)

    async def later(self, time: timedelta) -> None:
        """What time brings about happens, and goes out."""
        self.front.now += time
        sweeping = Sweeping(self.worker, Policies(self.worker), self.front.desk.objects, lambda: self.front.now)
        for due in await sweeping.due():
            await sweeping.attend(due)
        while await sweeping.lapse_quotes():
            pass
        await self.work()

    async def states(self) -> list[str]:
        rows = await self.front.owner.fetch(
            "SELECT state FROM delivery WHERE provider_id = $1 AND kind = 'mail' ORDER BY id", self.provider.id
        )
        return [row["state"] for row in rows]


async def open_office(
    front: FrontDesk, worker: Database, box: Postbox, reader: OneReader, policy: str, **account: Any
) -> Office:
    """Of a provider with one customer, whose listed person is Jane."""
    front.desk.mailroom = replace(front.desk.mailroom, reader=reader)
    provider = await front.provider(policy)
    _, contact, customer = await front.customer(policy, **account)
    await front.owner.execute("UPDATE contact SET email = $1, name = 'Jane Doe' WHERE id = $2", JANE, contact.id)
    return Office(front, provider, worker, box, await front.service(provider, Scope.INBOUND), customer)
