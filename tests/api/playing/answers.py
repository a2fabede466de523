"""What HTTP answers, in the words of scenarios."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx2

from tests.api.playing.town import NotOffered


def reasons(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cites": [c["clause"] for c in shown["citations"]],
        "assumptions": [a["id"] for a in shown["assumptions"]],
    }


def done(answer: httpx2.Response) -> dict[str, Any]:
    return {"outcome": "accepted"} if answer.is_success else refused(answer)


def refused(answer: httpx2.Response) -> dict[str, Any]:
    problem = answer.json()
    if answer.status_code == 404:
        raise NotOffered("what lies out of reach")
    if answer.status_code == 422:
        pointers = [fault["pointer"] for fault in problem["errors"]]
        if pointers == ["/sender/email"]:
            raise NotOffered("an address that is none")
        return {"outcome": "refused" if pointers == ["/amount/currency"] else f"422: {answer.text}"}
    groups: dict[str, Any] = {"outcome": "refused", "reason": problem["code"], "problem": True}
    groups["cites"] = [c["clause"] for c in problem.get("citations", ())]
    groups["missing"] = [e["pointer"].rpartition("/")[2] for e in problem.get("errors", ())]
    return groups


def expected(then: Mapping[str, Any], groups: Mapping[str, Any]) -> dict[str, Any]:
    """What of the expectation these answers can show."""
    wanted = {k: v for k, v in then.items() if k in groups}
    if groups.get("problem") and wanted.get("outcome") in ("held", "auto_closed"):
        del wanted["outcome"]  # what is no ticket is refused, whatever a ticket would have been
    if "targets" in wanted:
        wanted["targets"] = {m: {"due": None} if t is None else t for m, t in (wanted["targets"] or {}).items()}
    if "ticket" in wanted and wanted["ticket"] is not None:
        wanted["ticket"] = {k: v for k, v in wanted["ticket"].items() if k in groups["ticket"]}
    if "contacts" in wanted:
        wanted["contacts"] = {k: v for k, v in wanted["contacts"].items() if k in groups["contacts"]}
    if "policy" in wanted and wanted["policy"] is not None and groups["policy"] is not None:
        wanted["policy"] = {k: v for k, v in wanted["policy"].items() if k in groups["policy"]}
    if "account" in wanted and wanted["account"] is not None:
        wanted["account"] = {k: v for k, v in wanted["account"].items() if k in groups["account"]}
    if "fee" in wanted and wanted["fee"] is not None and groups["fee"] is not None:
        wanted["fee"] = {k: v for k, v in wanted["fee"].items() if k in groups["fee"]}
    return wanted


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def read_instants(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: read_instants(v) for k, v in value.items()}
    if isinstance(value, list):
        return [read_instants(v) for v in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and "T" in value[10:11]:
        return datetime.fromisoformat(value)
    return value
