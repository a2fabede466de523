"""`clausedesk policy test`: play scenario files against the policies that they name."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.as_json import AsJson, as_text
from app.cli.exits import ExitCode
from app.policy.language.faults import PolicyFaults
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.policy.scenarios.file import ScenarioFile, ScenarioFileFault, read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf

Documents = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy",
        help="Play against this document instead of the one of its provider that comes with the desk; repeatable.",
        exists=True,
        dir_okay=False,
    ),
]


def play_files(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", exists=True, dir_okay=False)],
    *,
    documents: Documents = None,
    only: Annotated[list[str] | None, typer.Option(help="Play the scenario with this id alone; repeatable.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play scenarios: one line for each failure, with what was expected and what came, then how many passed."""
    own = dict(map(_document, documents or ()))
    shelf = Shelf(lambda provider: own.get(provider) or policy_text(provider), library())
    passed, failed, failures = 0, 0, list[str]()
    for path in files:
        file, faults = _scenarios(path)
        failures += faults
        failed += file is None
        for result in play(file, shelf, only or ()) if file is not None else ():
            failures += map(str, result.failures)
            failed += bool(result.failures)
            passed += not result.failures
    if as_json:
        print(as_text({"passed": passed, "failed": failed, "failures": failures}))
    else:
        print("\n".join([*failures, f"{passed} passed, {failed} failed"]))
    if failed or not passed:
        raise typer.Exit(ExitCode.NO)


def _scenarios(path: Path) -> tuple[ScenarioFile | None, list[str]]:
    """The scenarios of a file; where it cannot be read, all its faults, and it counts as one failure."""
    try:
        return read_file(_text(path)), []
    except ScenarioFileFault as unreadable:
        return None, [f"{path}: {fault}" for fault in unreadable.faults]


def _document(path: Path) -> tuple[str, str]:
    """A document's text under the provider it is of; its faults, and nothing more, where it cannot be used."""
    text = _text(path)
    try:
        return load(text, library()).document.provider, text
    except PolicyFaults as unusable:
        for fault in unusable.faults:
            print(f"{path}: {fault}")
        raise typer.Exit(ExitCode.CANNOT) from None


def _text(path: Path) -> str:
    """What is not UTF-8 is told as any other fault of the text is."""
    return path.read_text(encoding="utf-8", errors="surrogateescape")
