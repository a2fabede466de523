"""What pyproject.toml declares is what the requirements lock, by version and hash and from no place in particular."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FILES = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(?: ; .+)? \\")
HASH_OR_REMARK = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?| *#.*|")
OF_NPM = [
    p for top in ("openapi", "docs") for p in (ROOT / top).rglob("package-lock.json") if "node_modules" not in p.parts
]
# Whom to thank for a package is told by an address, too.
ELSEWHERE = re.compile(r'(?<!"url": ")https?://|--(?:extra-)?index|find-links|"resolved"')


def group(name: str) -> Iterator[str]:
    for entry in PROJECT["dependency-groups"][name]:
        yield from [entry] if isinstance(entry, str) else group(entry["include-group"])


NEEDED = PROJECT["project"]["dependencies"]
DECLARED: dict[str, list[str]] = {
    "run.txt": [*NEEDED, *group("build")],
    "dev.txt": [*NEEDED, *group("dev")],
    "clients.txt": [*group("clients")],
    "peer.txt": [*group("peer")],
}


def differences(declared: Iterable[str], locked: str) -> list[str]:
    """What the lock does not hold as declared, and what it holds that nothing declares any more."""
    versions: dict[str, list[str]] = {}
    asked, name = set[str](), ""
    for line in locked.splitlines():
        if pinned := PINNED.fullmatch(line):
            name = canonicalize_name(pinned[1])
            versions.setdefault(name, []).append(pinned[2])
        elif "clausedesk (pyproject.toml" in line:
            asked.add(name)
    wanted = {canonicalize_name(needed.name): needed for needed in map(Requirement, declared)}
    missing = [
        f"{needed} is not locked"
        for name, needed in wanted.items()
        if not any(needed.specifier.contains(version) for version in versions.get(name, []))
    ]
    return [*missing, *(f"{name} is locked and not declared" for name in sorted(asked - wanted.keys()))]


@pytest.mark.parametrize("name", DECLARED)
def test_all_that_is_declared_is_locked_and_nothing_that_is_gone(name: str) -> None:
    locked = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert DECLARED[name]
    assert differences(DECLARED[name], locked) == [], "run `make lock`"


def test_a_lock_that_is_behind_is_noticed() -> None:
    locked = (
        "orjson==3.13.1 \\\n    # via clausedesk (pyproject.toml)\nold==1.0 \\\n    # via clausedesk (pyproject.toml)\n"
    )
    assert differences(["orjson>=3.13"], locked) == ["old is locked and not declared"]
    assert differences(["orjson>=4", "old", "new>=1"], locked) == ["orjson>=4 is not locked", "new>=1 is not locked"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_lock_names_versions_and_hashes_and_nothing_else(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert any(PINNED.fullmatch(line) for line in lines)
    assert [line for line in lines if not PINNED.fullmatch(line) and not HASH_OR_REMARK.fullmatch(line)] == []


@pytest.mark.parametrize("path", [*FILES, *OF_NPM], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_lock_names_a_place_that_packages_come_from(path: Path) -> None:
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if ELSEWHERE.search(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index https://mirror.example/simple",
        "--find-links wheels",
        "orjson @ https://mirror.example/orjson.whl \\",
        '      "resolved": "https://mirror.example/axe.tgz",',
    ],
)
def test_a_place_is_noticed(line: str) -> None:
    assert ELSEWHERE.search(line)
