"""`clausedesk policy lint · explain · diff · render`: a policy checked, read and compared, without a server."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.base.clock import system_clock
from app.policy.compile import CompiledPolicy
from app.policy.decision import Decision, jsonable
from app.policy.language.faults import PolicyFaults
from app.policy.library.files import library, policy_text
from app.policy.lint import is_publishable, lint_readings
from app.policy.lint import lint as findings_of
from app.policy.loading import LoadedPolicy, load
from app.policy.pages.citing import ExplainedClause, explain_clause
from app.policy.pages.difference import difference
from app.policy.pages.exemplifying import example
from app.policy.pages.rendering import html, markdown, page
from app.policy.situation import Request

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Document = Annotated[str, typer.Argument(help="A file, or a provider whose policy comes with the desk.")]
Language = Annotated[str | None, typer.Option(help="Language tag; default: the document's own.")]


def lint(
    files: Annotated[list[Path], typer.Argument(help="Policy documents.", exists=True, dir_okay=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Check documents: every fault and finding at once. Ends with 1 where one could not be published."""
    sound, answers = True, []
    for path in files:
        answer, good = _checked(path)
        sound = sound and good
        answers.append({"file": str(path), "publishable": good, "findings": answer})
        if not as_json:
            for found in answer:
                place = f"{path}:{found['line']}" if found["line"] else str(path)
                said = f"{found['level']}: {found['pointer'] or '/'}: {found['message']} {found['remedy']}"
                print(f"{place}: {said}")
            print(f"{path}: {'sound' if good else 'not sound'}, {len(answer)} findings")
    if as_json:
        print(_json(answers))
    if not sound:
        raise typer.Exit(1)


def _checked(path: Path) -> tuple[list[dict[str, Any]], bool]:
    try:
        policy = load(_read(path), library())
    except PolicyFaults as faults:
        return [{"level": "error", **asdict(fault)} for fault in faults.faults], False
    findings = [*findings_of(policy.document, system_clock().date()), *lint_readings(policy.raw)]
    said = [{**asdict(finding), "line": policy.lines.line_at(finding.pointer)} for finding in findings]
    return said, is_publishable(findings)


def explain(policy: Document, clause: str, *, language: Language = None, as_json: AsJson = False) -> None:
    """Show a clause, the parts of the policy that rest on it, and an example decision."""
    loaded = _loaded(policy)
    explained = explain_clause(loaded.document, clause, language)
    if explained is None:
        _fail(f"{policy} has no clause {clause}.")
    at = datetime(system_clock().year, 3, 3, 15, tzinfo=UTC)
    compiled = CompiledPolicy(loaded.document, version=1, revision=0, chosen=_readings(loaded))
    found = example(compiled, clause, at)
    if as_json:
        request, decision = found or (None, None)
        shown = {"request": request and request.model_dump(mode="json", exclude_unset=True)}
        print(_json({**asdict(explained), "example": {**shown, "decision": decision and jsonable(decision)}}))
    else:
        print("\n".join([*_explained(explained), *(_example(*found, clause) if found else [])]))


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


def _example(request: Request, decision: Decision, clause: str) -> list[str]:
    facts = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in request.facts.items())
    lines = ["", f"For example, by {request.channel} on {decision.at:%Y-%m-%d %H:%M} UTC: {facts or 'a plain request'}"]
    said = [decision.outcome.value, decision.reason, decision.priority, decision.coverage, decision.work_gate.value]
    lines.append(f"  decision: {', '.join(part for part in said if part)}")
    for target in decision.targets:
        due = f"{target.due_at:%Y-%m-%d %H:%M} UTC" if target.due_at else "no due time"
        lines.append(f"  {target.metric}: {due}")
    if decision.fee is not None:
        lines.append(f"  fee: {decision.fee.kind}, {decision.fee.amount or '-'} {decision.fee.currency}")
    return lines + [f"  {c.clause}: {c.effect or c.stage}" for c in decision.citations if c.clause == clause]


def diff(old: Document, new: Document, *, language: str = "en", as_json: AsJson = False) -> None:
    """Say in words what changed between two versions, and for whom."""
    changes = difference(_loaded(old).document, _loaded(new).document, language)
    if as_json:
        print(_json([asdict(change) for change in changes]))
        return
    section = None
    for change in changes:
        if change.section != section:
            section = change.section
            print(f"{section}:")
        print(f"  {change.sentence}" + ("" if change.whom == "everybody" else f" Concerns {change.whom}."))
    print(f"{len(changes)} change{'' if len(changes) == 1 else 's'}." if changes else "Nothing changed.")


def render(
    policy: Document,
    *,
    as_html: Annotated[bool, typer.Option("--html", help="HTML in place of Markdown.")] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Write a policy as a page for customers."""
    shown = page(_loaded(policy).document, language)
    if as_json:
        print(_json(asdict(shown)))
    else:
        print((html if as_html else markdown)(shown), end="")


def _loaded(named: str) -> LoadedPolicy:
    path = Path(named)
    text = _read(path) if path.is_file() else policy_text(named)
    if text is None:
        _fail(f"{named} is neither a file nor a provider whose policy comes with the desk.")
    try:
        return load(text, library())
    except PolicyFaults as faults:
        _fail("\n".join(f"{named}: {fault}" for fault in faults.faults))


def _readings(policy: LoadedPolicy) -> dict[str, str]:
    return {id_: assumption.value for id_, assumption in policy.document.assumptions.items()}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        _fail(f"{path} is not UTF-8 text.")
    except OSError as error:
        _fail(f"{path} cannot be read: {error.strerror}.")


def _fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(1)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
