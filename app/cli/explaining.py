"""`clausedesk policy explain`: a clause, what rests on it, and something that is decided by it."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from app.base.clock import system_clock
from app.cli.as_json import AsJson, as_text
from app.cli.policy import Document, Language, fail, loaded
from app.policy.compile import CompiledPolicy
from app.policy.decision import jsonable, jsonable_citations
from app.policy.examples.finding import Example, example
from app.policy.examples.requests import StepOf
from app.policy.pages.citing import ExplainedClause, explain_clause


def explain(
    policy: Document,
    clause: Annotated[str, typer.Argument(help="Id of the clause, such as LAN-3.")],
    *,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show a clause, the parts of the policy that rest on it, and an example decision."""
    document = loaded(policy).document
    explained = explain_clause(document, clause, language)
    if explained is None:
        fail(f"{policy} has no clause {clause}: `clausedesk policy render {policy}` shows those that it has.")
    at = datetime(system_clock().year, 3, 3, 15, tzinfo=UTC)
    readings = {id_: assumption.value for id_, assumption in document.assumptions.items()}
    made = CompiledPolicy(document, version=1, revision=0, chosen=readings)
    found = example(made, clause, at) if explained.informative is None else None
    if as_json:
        print(as_text({**asdict(explained), "example": found and _as_data(found)}))
    else:
        print("\n".join([*_explained(explained), *(_example(found, clause) if found else [])]))


def _explained(explained: ExplainedClause) -> list[str]:
    strict = ", strict" if explained.strict else ""
    lines = [f"{explained.id} ({explained.kind.replace('_', ' ')}{strict})", f"  {explained.text}", ""]
    if explained.informative is not None:
        lines.append(f"Nothing rests on it: {explained.informative}")
    if explained.uses:
        lines += ["On it rest:", *(f"  {use.sentence}" for use in explained.uses)]
    if explained.questions:
        lines += ["", "Where the text leaves a question:"]
        lines += [f"  {id_}: {question} {value}" for id_, question, value in explained.questions]
    return lines


def _example(found: Example, clause: str) -> list[str]:
    """The steps, one a line, and what the last one is answered."""
    groups, scene = found.answer.groups, found.scene
    lines = ["", "For example:", *(f"  {_said(step)}" for step in (*scene.given, scene.when)), "The answer:"]
    said = [groups.get(name) for name in ("outcome", "reason", "priority", "coverage", "work_gate")]
    lines.append(f"  {', '.join(str(part) for part in said if part)}")
    for metric, target in (groups.get("targets") or {}).items():
        due = f"due {_instant(target['due'])}" if target["due"] else "no due time"
        lines.append(f"  {metric}: {due}")
    if groups.get("fee"):
        lines.append(f"  fee: {groups['fee']['kind']}, {groups['fee']['amount'] or '-'} {groups['fee']['currency']}")
    lines += [f"  credit: {credit}" for credit in groups.get("credits", ())]
    because = (f"  {c.clause}: {c.effect or c.stage}" for c in found.answer.citations if c.clause == clause)
    return [*lines, *dict.fromkeys(because)]


def _said(step: StepOf) -> str:
    kind, said = step
    at = said.get("at")
    named = {name: value for name, value in said.items() if name != "at" and value not in ({}, None)}
    words = ", ".join(f"{name} {_value(value)}" for name, value in named.items())
    return f"{kind}{f' on {_instant(at)}' if at else ''}: {words or 'nothing in particular'}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"({', '.join(f'{name}={_value(inner)}' for name, inner in value.items())})"
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _as_data(found: Example) -> dict[str, Any]:
    """As scenario files write it, with the whole answer."""
    decision = found.answer.decision
    shown = jsonable(decision) if decision else {"citations": jsonable_citations(found.answer.citations)}
    given, when = [dict([step]) for step in found.scene.given], dict([found.scene.when])
    return {"account": found.scene.account, "given": given, "when": when, "decision": shown}
