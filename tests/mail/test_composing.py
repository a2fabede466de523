"""Our own mail as it goes over the wire."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

from app.mail.composing import Outgoing, compose
from app.mail.message import Address

DESK = "support@helpdesk.a-really-long-hosting-provider-name.example"
THEIRS = f"<{'0100019' * 20}-000000@email.amazonses.example>"
OURS = f"<ticket.{'a' * 32}@helpdesk.a-really-long-hosting-provider-name.example>"
CLICK = f"https://desk.example/unsubscribe?from=plutus&by={'a' * 42}"
MAIL = Outgoing(
    sender=Address(DESK, "Plutus é"),
    recipient=Address("jane@maple.example", "Zoë"),
    reply_to=f"support+{'a' * 42}@{DESK.partition('@')[2]}",
    subject="Café",
    text="x",
    html="<p>x</p>",
    message_id="<desk.a.b.c@desk.example>",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    language="en",
    thread=OURS,
    answers=THEIRS,
    automatic="auto-replied",
    unsubscribe=CLICK,
)


def test_ids_and_addresses_stay_as_they_are_however_long() -> None:
    written = compose(MAIL)
    head = written.split(b"\r\n\r\n")[0].decode("ascii")
    lines = (f"References: {OURS}\r\n {THEIRS}", f"In-Reply-To: {THEIRS}", f"List-Unsubscribe: <{CLICK}>")
    for line in lines:
        assert f"\r\n{line}\r\n" in head, head
    assert f"X-Clausedesk-Desk: {DESK}\r\n" in head
    assert f"<{MAIL.reply_to}>" in head
    read = message_from_bytes(written, policy=default)
    assert (str(read["Subject"]), read["To"].addresses[0].display_name) == ("Café", "Zoë")


def test_nothing_in_a_value_begins_another_header() -> None:
    sly = replace(MAIL, sender=Address(DESK, "x\r\nBcc: eve@evil.example"), subject="x\r\nBcc: eve@evil.example")
    assert message_from_bytes(compose(sly), policy=default)["Bcc"] is None


def test_an_id_that_is_not_ascii_is_not_answered() -> None:
    assert message_from_bytes(compose(replace(MAIL, answers="<é@b>")), policy=default)["In-Reply-To"] == OURS
