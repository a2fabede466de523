"""Break app/policy in small ways, one at a time, and see whether the tests notice.

mutmut makes the mutants, as `[tool.mutmut]` says. They are judged here, because the tests share the policies that they
compile: mutmut runs only the tests that it saw call a function, and for what is compiled once that is a single test.
"""

import argparse
import contextlib
import importlib
import io
import os
import pkgutil
import random
import resource
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest
from mutmut.__main__ import collect_source_file_mutation_data, create_mutants
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths

FOLDER = Path("mutants")
PACKAGE = "app.policy"
MOST_MEMORY = 3 << 30
LEAST_KILLED = 0.85
NO_MUTANT = f"{PACKAGE}.x_nothing__mutmut_0"

PYTEST = [
    *("-x", "-q", "-m", "not long", "--rootdir=.", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *config().pytest_add_cli_args,
]
SCENARIOS = "tests/policy/test_records.py::test_a_scenario_answers_what_is_on_record"
# Too slow to ask about every mutant; each is asked about the module that it is named after.
SLOW = {
    *("test_bands", "test_calendar_laws", "test_calendar_oracle", "test_catalogue", "test_clock_laws"),
    *("test_loading", "test_settling", "test_totality"),
}
# What compares every word at once, and soon.
OF_WORDS = ("test_lint", "test_remedies", "test_reading", "test_records_of_documents")
OF_DOCUMENTS = ("checks/", "language/", "library/", "lint", "loading", "pages/", "schema", "settling")
# It measures the machine; the scenarios are asked by their records, which hold all that they expect and more.
NEVER = {"test_decision_cost", "test_scenarios", "test_records"}


@dataclass(frozen=True)
class Mutant:
    name: str
    path: Path

    @property
    def module(self) -> str:
        return str(self.path.relative_to(PACKAGE.replace(".", "/")).with_suffix(""))


def make() -> list[Mutant]:
    """The mutated program, in a folder of its own, which is the working directory from here on."""
    shutil.rmtree(FOLDER, ignore_errors=True)  # what is there already would not be copied again
    FOLDER.mkdir()
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(max_children=1)
    made, _ = collect_source_file_mutation_data(mutant_names=())
    return [Mutant(name, Path(file.path)) for file, name, _ in made]


def drawn(mutants: Sequence[Mutant], per_module: int | None, seed: int) -> list[Mutant]:
    """So many of each module, in turns, the same for the same seed; a larger sample begins with the smaller one."""
    modules: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        modules.setdefault(mutant.module, []).append(mutant)
    orders = [random.Random(f"{seed} {name}").sample(there, len(there)) for name, there in sorted(modules.items())]
    ranks = list(zip_longest(*orders))[:per_module]
    return [mutant for rank in ranks for mutant in rank if mutant is not None]


def test_files() -> dict[str, str]:
    return {path.stem: str(path) for path in sorted(Path("tests/policy").glob("test_*.py")) if path.stem not in NEVER}


def rounds(module: str) -> list[list[str]]:
    """The tests to ask: first those most likely to notice, then the others."""
    noun = module.rpartition("/")[2]
    files = test_files()
    own = [name for name in files if name.startswith(f"test_{noun.removesuffix('s')}")]
    others = [name for name in files if name not in SLOW and name not in own]
    decided = [[SCENARIOS], [files[name] for name in others]]
    if module.startswith(OF_DOCUMENTS):
        decided = [[files[name] for name in OF_WORDS], *reversed(decided)]
    return [[files[name] for name in own], *decided] if own else decided


def warm_up() -> None:
    """Import what every mutant needs, and nothing that calls the code: that would be remembered, unbroken."""
    setup_source_paths()
    os.chdir(FOLDER)
    package = importlib.import_module(PACKAGE)
    if FOLDER.name not in Path(str(package.__file__)).parts:
        raise SystemExit(f"{package.__file__} was imported instead of the mutated program.")
    for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        importlib.import_module(module.name)
    pytest.main([*PYTEST, "--collect-only", "-qq", "tests/conftest.py"])


def noticed(name: str, tests: Sequence[str], most_seconds: int, *, aloud: bool = False) -> bool:
    """Whether the tests fail, hang or die when this mutant runs, in a process that has seen no other."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
        if not aloud:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.dup2(nowhere, sys.stderr.fileno())
        trampoline.get_mutant_under_test = lambda: name  # it looks into the environment at each call
        os._exit(int(pytest.main([*PYTEST, *tests])))
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise SystemExit(f"The tests cannot be asked: {' '.join(tests)}")
    return code != pytest.ExitCode.OK


def judge(mutant: Mutant) -> bool:
    return any(noticed(mutant.name, tests, most_seconds=120) for tests in rounds(mutant.module))


def _difference(mutant: Mutant) -> str:
    with contextlib.chdir(".."):
        return get_diff_for_mutant(mutant.name, path=mutant.path)


def report(mutants: Sequence[Mutant], examined: Sequence[Mutant], survivors: Sequence[Mutant]) -> float:
    """What became of each module's mutants; the share that was killed."""
    there, asked, lived = (Counter(m.module for m in some) for some in (mutants, examined, survivors))
    print("\n| module | mutants | examined | killed | survived |\n|---|---:|---:|---:|---:|")
    for module in sorted(asked):
        killed = asked[module] - lived[module]
        print(f"| {module} | {there[module]} | {asked[module]} | {killed} | {lived[module]} |")
    killed = len(examined) - len(survivors)
    estimate = sum(there[m] * (1 - lived[m] / asked[m]) for m in asked) / sum(there[m] for m in asked)
    print(f"\nexamined {len(examined)} of {len(mutants)}, killed {killed}: {killed / len(examined):.1%}", end="; ")
    print(f"each module by its number of mutants: {estimate:.1%}")
    return killed / len(examined)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", default="5", help="so many mutants of each module, or `all`")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", help="only this one, such as `calendars` or `verbs/money`")
    chosen = parser.parse_args()
    mutants = [m for m in make() if not chosen.module or m.module in chosen.module]
    examined = drawn(mutants, None if chosen.sample == "all" else int(chosen.sample), chosen.seed)
    if not examined:
        raise SystemExit("No mutant was made, so nothing can be said about the tests.")
    warm_up()
    if noticed(NO_MUTANT, [SCENARIOS, *test_files().values()], most_seconds=900, aloud=True):
        raise SystemExit("The tests fail on the program as it is; first `make test`.")
    survivors = []
    for number, mutant in enumerate(examined, start=1):
        if not judge(mutant):
            survivors.append(mutant)
            print(f"\n{number}/{len(examined)} survived: {mutant.name}\n{_difference(mutant)}")
    if report(mutants, examined, survivors) < LEAST_KILLED:
        raise SystemExit(f"Fewer than {LEAST_KILLED:.0%} of the mutants were killed.")


if __name__ == "__main__":
    main()
