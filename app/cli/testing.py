"""`clausedesk policy test`: play scenario files against the policies that they name."""

from pathlib import Path
from typing import Annotated

import typer

from app.policy.faults import PolicyFaults
from app.policy.library.files import library, policy_text
from app.policy.loading import load
from app.policy.scenarios.file import ScenarioFileFault, read_file
from app.policy.scenarios.running import play
from app.policy.scenarios.shelf import Shelf


def play_files(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", exists=True, dir_okay=False)],
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="Play against this document instead of the library's of the same provider.", exists=True),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Play the scenario with this id alone.")] = None,
) -> None:
    """Play scenarios: one line for each failure, then how many passed and failed."""
    own = dict(_document(path) for path in policy or ())
    shelf = Shelf(lambda provider: own.get(provider) or policy_text(provider), library())
    passed = failed = 0
    for path in files:
        try:
            file = read_file(path.read_text(encoding="utf-8"))
        except ScenarioFileFault as unreadable:
            failed += 1
            print(*(f"{path.name}: {fault}" for fault in unreadable.faults), sep="\n")
            continue
        for result in play(file, shelf, only or ()):
            failed, passed = (failed + 1, passed) if result.failures else (failed, passed + 1)
            print(*result.failures, sep="\n", end="\n" if result.failures else "")
    print(f"{passed} passed, {failed} failed")
    if failed or not passed:
        raise typer.Exit(1)


def _document(path: Path) -> tuple[str, str]:
    """A document's text under the provider it is of; every fault, and no more, where it cannot be used."""
    text = path.read_text(encoding="utf-8")
    try:
        return load(text, library()).document.provider, text
    except PolicyFaults as unusable:
        print(*(f"{path.name}: {fault}" for fault in unusable.faults), sep="\n")
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(play_files)
