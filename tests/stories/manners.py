"""What every caller of every provider may rely on, told about one ticket."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.base.clock import system_clock
from tests.stories.desk import Answer, Caller, refused, targets


def next_sunday_noon() -> datetime:
    """A moment outside everybody's office hours, on whatever day this is told."""
    today = system_clock().astimezone(UTC)
    noon = today.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + timedelta(days=7 - (noon.weekday() + 1) % 7)


def instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


def the_same_request_again_is_answered_byte_for_byte(caller: Caller, subject: str, **request: Any) -> None:
    body, key = {"subject": subject, **request}, uuid4().hex
    first, again = (caller.post("/v1/tickets", body, key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["idempotent-replayed"], again.headers["etag"]) == ("true", first.headers["etag"])
    assert "idempotent-replayed" not in first.headers
    other = refused(caller.post("/v1/tickets", {**body, "subject": "Something else"}, key), 422)
    assert other["code"] == "idempotency_key_reused"


def what_has_not_changed_is_not_sent_again(caller: Caller, ticket: Answer) -> None:
    path = f"/v1/tickets/{ticket['id']}"
    read = caller.get(path)
    same = caller.get(path, **{"If-None-Match": read.headers["etag"]})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", read.headers["etag"])


def a_change_rests_on_what_was_read(caller: Caller, ticket: Answer) -> None:
    path, change = f"/v1/tickets/{ticket['id']}", {"metadata": {"crm": "4711"}}
    read = caller.get(path)
    assert refused(caller.patch(path, change), 428)["code"] == "precondition_required"
    changed = caller.patch(path, change, **{"If-Match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["metadata"]) == (200, {"crm": "4711"})
    assert changed.headers["etag"] == f'"{read.json()["version"] + 1}"'
    late = caller.patch(path, {"metadata": {"crm": "4712"}}, **{"If-Match": read.headers["etag"]})
    assert refused(late, 412)["code"] == "precondition_failed"
    assert caller.reads(ticket)["metadata"] == {"crm": "4711"}


def staff_answer_in_public_and_take_notes_among_themselves(clerk: Caller, customer: Caller, ticket: Answer) -> None:
    before = customer.conversation(ticket)
    clerk.notes(ticket, "Looks like the usual suspect.")
    clerk.writes(ticket, "We are looking into it.")
    assert customer.conversation(ticket) == [*before, "We are looking into it."]
    assert clerk.conversation(ticket) == [*before, "Looks like the usual suspect.", "We are looking into it."]
    assert "ticket.noted" in clerk.events(ticket)
    assert "ticket.noted" not in customer.events(ticket)
    note = {"body": "Between us", "visibility": "internal"}
    assert refused(customer.post(f"/v1/tickets/{ticket['id']}/messages", note))["code"] == "forbidden"


def every_due_time_is_explained(caller: Caller, ticket: Answer) -> None:
    """The clocks stand where the latest decision put them, and a clause stands behind each."""
    latest = caller.decisions(ticket)[-1]
    cited = {citation["effect"] for citation in latest["citations"] if citation["stage"] == "target"}
    promised, clocks = targets(latest), caller.clocks(ticket)
    assert promised.keys() == clocks.keys()
    for metric, clock in clocks.items():
        assert metric in cited, metric
        due = promised[metric]["due_at"]
        assert (clock["due_at"] and instant(clock["due_at"])) == (due and instant(due))
        assert clock["strength"] == promised[metric]["strength"]


def nobody_else_finds_it(ticket: Answer, *others: Caller) -> None:
    for other in others:
        assert refused(other.get(f"/v1/tickets/{ticket['id']}"), 404)["code"] == "not_found"


def whoever_has_no_token_reads_the_policy_only(stranger: Caller, provider: str, ticket: Answer) -> None:
    assert refused(stranger.get(f"/v1/tickets/{ticket['id']}"), 401)["code"] == "unauthenticated"
    assert refused(stranger.post("/v1/classifications", {}), 401)["code"] == "unauthenticated"
    page = stranger.get(f"/v1/policies/{provider}", Accept="text/html")
    for citation in ticket["decision"]["citations"]:
        assert f'<h3 id="{citation["clause"]}">' in page.text
