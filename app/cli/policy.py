"""`clausedesk policy lint · diff · render`: a policy checked, compared and written out, without a server."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from app.base.clock import system_clock
from app.cli.as_json import AsJson, as_text
from app.cli.exits import ExitCode
from app.policy.language.faults import PolicyFaults
from app.policy.library.files import library, policy_text, providers
from app.policy.lint import is_publishable, lint_readings
from app.policy.lint import lint as findings_of
from app.policy.loading import LoadedPolicy, load
from app.policy.pages.difference import difference
from app.policy.pages.rendering import html, markdown, page

Document = Annotated[str, typer.Argument(help="A file, or a provider whose policy comes with the desk.")]
Language = Annotated[str | None, typer.Option(help="Language tag; default: the document's own.")]


def lint(
    files: Annotated[list[Path], typer.Argument(help="Policy documents.", exists=True, dir_okay=False)],
    *,
    as_json: AsJson = False,
) -> None:
    """Check documents: every fault and finding at once, with its line, its place and its remedy."""
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
        print(as_text(answers))
    if not sound:
        raise typer.Exit(ExitCode.NO)


def _checked(path: Path) -> tuple[list[dict[str, Any]], bool]:
    try:
        policy = load(_read(path), library())
    except PolicyFaults as faults:
        return [{"level": "error", **asdict(fault)} for fault in faults.faults], False
    findings = [*findings_of(policy.document, system_clock().date()), *lint_readings(policy.raw)]
    said = [{**asdict(finding), "line": policy.lines.line_at(finding.pointer)} for finding in findings]
    return said, is_publishable(findings)


def diff(
    old: Document,
    new: Document,
    *,
    language: Annotated[str, typer.Option(help="Language tag of clauses and names.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Say in words what changed between two versions, and for whom."""
    changes = difference(loaded(old).document, loaded(new).document, language)
    if as_json:
        print(as_text([asdict(change) for change in changes]))
        return
    section = None
    for change in changes:
        if change.section != section:
            section = change.section
            print(f"{section}:")
        plain = change.whom == "everybody" or change.whom in change.sentence
        print(f"  {change.sentence}" + ("" if plain else f" Concerns {change.whom}."))
    print(f"{len(changes)} change{'' if len(changes) == 1 else 's'}." if changes else "Nothing changed.")


def render(
    policy: Document,
    *,
    as_html: Annotated[bool, typer.Option("--html", help="HTML in place of Markdown.")] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Write a policy as a page for customers."""
    shown = page(loaded(policy).document, language)
    if as_json:
        print(as_text(asdict(shown)))
    else:
        print((html if as_html else markdown)(shown), end="")


def loaded(named: str) -> LoadedPolicy:
    path = Path(named)
    text = _read(path) if path.is_file() else policy_text(named)
    if text is None:
        ours = ", ".join(providers())
        fail(f"{named} is neither a file nor a provider whose policy comes with the desk, which are {ours}.")
    try:
        return load(text, library())
    except PolicyFaults as faults:
        fail("\n".join(f"{named}: {fault}" for fault in faults.faults))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{path} is not UTF-8 text.")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}.")


def fail(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(ExitCode.CANNOT)
