"""A request from its beginning to its end, told by everybody who takes part in it."""

import os
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar
from uuid import UUID, uuid4

from clausedesk_client import AuthenticatedClient
from clausedesk_client.api.attachments import upload_attachment
from clausedesk_client.api.quotes import consent_to_quote, offer_quote, record_payment
from clausedesk_client.api.tickets import open_ticket
from clausedesk_client.api.verbs import record_work, resolve_ticket, start_work, triage_ticket
from clausedesk_client.models import (
    Attachment,
    ConsentGive,
    Money,
    Payment,
    Problem,
    Quote,
    QuoteAsk,
    RecordWork,
    Resolve,
    Ticket,
    TicketOpen,
    TicketOpenFacts,
    Triage,
    UploadAttachmentBody,
)
from clausedesk_client.types import File

# One black dot, in place of the screenshot that a customer would take.
SCREENSHOT = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
FACTS = {
    "topic": "code.debug",
    "first_name": "Thandi",
    "last_name": "Mokoena",
    "account_username": "acmeco",
    "error_message": "Undefined index: order",
}
T = TypeVar("T")


class Refused(Exception):  # noqa: N818 - it reads as what happened
    """The desk said no: why, in words, and which clause of the policy decided."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.title}: {problem.detail} ({problem.code})")
        self.problem = problem


def caller(name: str) -> AuthenticatedClient:
    url = os.environ.get("DESK_URL", "http://127.0.0.1:8080")
    return AuthenticatedClient(base_url=url, token=os.environ[name])


def answered(kind: type[T], asked: Callable[..., Any], **given: Any) -> T:
    """What was asked for, or Refused. The request may be sent again without being carried out twice."""
    answer = asked(idempotency_key=uuid4().hex, **given)
    if isinstance(answer, Problem):
        raise Refused(answer)
    assert isinstance(answer, kind), answer
    return answer


def open_with_screenshot(contact: AuthenticatedClient) -> Ticket:
    """The contact sends the picture first and names it in the ticket."""
    file = File(payload=BytesIO(SCREENSHOT), file_name="order-form.png", mime_type="image/png")
    picture = answered(Attachment, upload_attachment.sync, client=contact, body=UploadAttachmentBody(file=file))
    facts = TicketOpenFacts()
    facts.additional_properties = dict(FACTS)
    request = TicketOpen(
        subject="Our order form shows an error",
        body="Since we changed the script it says: Undefined index: order. See the picture.",
        facts=facts,
        attachments=[picture.id],
    )
    ticket = answered(Ticket, open_ticket.sync, client=contact, body=request)
    print(f"contact   opened {ticket.reference}: {ticket.coverage}, {ticket.work_gate}")
    return ticket


def triage_and_quote(staff: AuthenticatedClient, ticket: UUID) -> Quote:
    """Staff note what they found out, and price forty minutes by the policy's fee rules."""
    found = Triage(
        customer_info="Thandi Mokoena of acmeco",
        symptoms="The order form ends with a PHP notice.",
        goal="Customers can order again.",
        underlying_problem="The script reads a field that the form has lost.",
    )
    triaged = answered(Ticket, triage_ticket.sync, client=staff, ticket=str(ticket), body=found)
    ask = QuoteAsk(ticket=str(ticket), estimated_minutes=40)
    quote = answered(Quote, offer_quote.sync, client=staff, body=ask)
    assert isinstance(quote.total, Money)
    print(f"staff     triaged {triaged.reference} and offered {quote.total.amount} {quote.total.currency}")
    return quote


def agree_and_pay(contact: AuthenticatedClient, billing: AuthenticatedClient, quote: UUID) -> None:
    """The contact agrees to the price, and billing says that it was paid."""
    agreed = answered(Quote, consent_to_quote.sync, client=contact, quote_id=quote, body=ConsentGive())
    assert isinstance(agreed.total, Money)
    print(f"contact   {agreed.status} to {agreed.total.amount} {agreed.total.currency}")
    payment = Payment(amount=agreed.total, reference=f"INV-{quote}")
    paid = answered(Quote, record_payment.sync, client=billing, quote_id=quote, body=payment)
    print(f"billing   recorded the payment: {paid.payment}")


def work_and_resolve(staff: AuthenticatedClient, ticket: UUID) -> None:
    named = str(ticket)
    answered(Ticket, start_work.sync, client=staff, ticket=named)
    work = RecordWork(minutes=35, note="Field restored")
    answered(Ticket, record_work.sync, client=staff, ticket=named, body=work)
    resolution = Resolve(resolution="The form has its field again.")
    resolved = answered(Ticket, resolve_ticket.sync, client=staff, ticket=named, body=resolution)
    print(f"staff     {resolved.status} {resolved.reference}")


def main() -> None:
    contact, staff, billing = caller("CONTACT_TOKEN"), caller("STAFF_TOKEN"), caller("BILLING_TOKEN")
    ticket = open_with_screenshot(contact)
    quote = triage_and_quote(staff, ticket.id)
    try:
        answered(Ticket, start_work.sync, client=staff, ticket=str(ticket.id))
    except Refused as refused:
        print(f"staff     may not begin yet: {refused}")
    agree_and_pay(contact, billing, quote.id)
    work_and_resolve(staff, ticket.id)


if __name__ == "__main__":
    main()
