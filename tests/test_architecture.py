"""The shape of the code: what no linter knows about this project."""

import ast
import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
APP = sorted((ROOT / "app").rglob("*.py"))
LIBRARY = sorted((ROOT / "app" / "policy" / "library").glob("*.yaml"))
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
FOLDERS = ("app", "alembic", "tests", "openapi", "docs", "k8s", ".ci", "requirements")
OURS = [
    path
    for top in ROOT.iterdir()
    if top.is_file() or top.name in FOLDERS
    for path in ([top] if top.is_file() else top.rglob("*"))
    if path.is_file() and not {"__pycache__", "node_modules"} & set(path.parts) and path.name != ".git"
]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_down_and_never_in_circles() -> None:
    checked = subprocess.run([LINT_IMPORTS], cwd=ROOT, check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


# For each contract, an import that breaks it.
BREACHES = {
    "Every import points down the floors": ("services/oauth.py", "app.api.health"),
    "Inside the engine every import points down": ("policy/language/model.py", "app.policy.decide"),
    "No circles between siblings": ("services/callers.py", "app.services.oauth"),
    "The engines are pure": ("policy/decide.py", "random"),
    "Only services, the edge's dependencies and the roof": ("api/etags.py", "app.db.pool"),
    "HTTP is spoken at the edge only": ("services/subjects.py", "fastapi"),
    "python-jose stands behind one door": ("api/guard.py", "jose"),
}


def test_each_contract_notices_a_breach(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__", "library"))
    shutil.copytree(
        ROOT / "app/policy/library", tmp_path / "app/policy/library", ignore=shutil.ignore_patterns("*.yaml")
    )
    for path, imported in BREACHES.values():
        file = tmp_path / "app" / path
        file.write_text(f"{file.read_text()}\nimport {imported}\n")
    circle = tmp_path / "app/services/oauth.py"
    circle.write_text(f"{circle.read_text()}\nimport app.services.callers\n")
    checked = subprocess.run([LINT_IMPORTS], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert checked.returncode == 1
    for contract in BREACHES:
        assert re.search(rf"^{contract}.* BROKEN$", checked.stdout, re.MULTILINE), checked.stdout


def test_every_contract_has_its_breach() -> None:
    names = [
        c["name"] for c in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    ]
    assert len(names) == len(BREACHES)
    assert all(any(name.startswith(contract) for contract in BREACHES) for name in names)


def _own_words() -> dict[str, re.Pattern[str]]:
    """Of each provider: its slug, name and prefix as words, and its clause and assumption ids."""
    found = {}
    for path in LIBRARY:
        document = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        name = document["name"] if isinstance(document["name"], str) else next(iter(document["name"].values()))
        words = {document["provider"], document["prefix"], name}
        found[path.stem] = re.compile("|".join(rf"\b{re.escape(w)}(?![a-z])" for w in words), re.IGNORECASE)
    return found


@pytest.mark.parametrize("provider", [path.stem for path in LIBRARY])
def test_nothing_of_a_provider_stands_in_code(provider: str) -> None:
    pattern = _own_words()[provider]
    named = [
        f"{relative(path)}:{number}: {line.strip()}"
        for path in APP
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert named == []


def test_there_are_five_policies() -> None:
    assert len(LIBRARY) == 5


def test_every_package_file_is_empty() -> None:
    assert [relative(path) for path in APP if path.name == "__init__.py" and path.read_text()] == []


def test_every_folder_with_code_is_a_package() -> None:
    assert [relative(folder) for folder in {p.parent for p in APP} if not (folder / "__init__.py").exists()] == []


def test_a_file_tells_one_story() -> None:
    long = {relative(path): n for path in APP if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_every_file_says_what_lives_there() -> None:
    silent = [p for p in APP if p.name != "__init__.py" and not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert [relative(path) for path in silent] == []


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def astray(source: str) -> list[int]:
    """Lines of docstrings that stand behind nothing that has a name."""
    bodies = [node.body for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Module | ast.ClassDef)]
    pairs = [pair for body in bodies for pair in itertools.pairwise(body)]
    named = (ast.Assign, ast.AnnAssign)
    return [text.lineno for before, text in pairs if _is_text(text) and not isinstance(before, named)]


def test_what_is_said_of_a_name_stands_behind_it() -> None:
    assert {relative(path): lines for path in APP if (lines := astray(path.read_text("utf-8")))} == {}
    assert astray('"""All."""\nA = 1\n"""Of A."""\n"""Of what?"""\nB = 2\n') == [4]


def test_nothing_committed_names_a_machine() -> None:
    """Paths of somebody's computer, and hosts that packages happened to be fetched from."""
    places = re.compile(
        re.escape(str(ROOT)).encode() + rb"|/work/\w+|/tmp/\w+|\b127\.0\.0\.1:\d+/(simple|root)|index-url"
    )
    named = []
    for path in OURS:
        if path != Path(__file__):
            lines = enumerate(path.read_bytes().splitlines(), start=1)
            named += [f"{relative(path)}:{n}: {line[:100]!r}" for n, line in lines if places.search(line)]
    assert named == []


def test_the_budgets_of_a_change_stay_below_forty_minutes() -> None:
    table = (ROOT / "docs/testing.md").read_text()
    script = (ROOT / ".ci/run").read_text()
    budgets = {
        target: (int(expected), int(most))
        for target, expected, most in re.findall(r"^\| `make ([a-z-]+)` \| (\d+) \| (\d+) \|", table, re.MULTILINE)
    }
    run = re.findall(r"^within_budget ([a-z-]+)$", script, re.MULTILINE)
    (whole,) = re.findall(r"^readonly MINUTES=(\d+)$", script, re.MULTILINE)
    assert set(run) == set(re.findall(r"^\| `make ([a-z-]+)` .*\| yes \|$", table, re.MULTILINE))
    assert {"check", "test"} <= set(run)
    assert int(whole) < 40
    assert sum(budgets[target][0] for target in run) <= int(whole) * 0.75
    assert all(expected < most <= int(whole) for expected, most in (budgets[target] for target in run))
    assert set(budgets) <= set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
