"""Dockerfile and manifests, as a registry and a cluster would read them: hadolint, kustomize, strict schemas.

There is no engine for images here, so the steps of the Dockerfile's first stage are carried out in a clean folder.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate

from tests.manifests import K8S, RENDERED, rendered

VERSION = "1.32"
OPERATORS = {"monitoring.coreos.com/v1", "postgresql.cnpg.io/v1"}
"""Schemas that come with operators and not with Kubernetes."""
ROOT = K8S.parent
TOOLS = frozenset(
    ("editables", "hatchling", "pathspec", "pip", "pluggy", "setuptools", "tomlkit", "trove-classifiers", "uv", "wheel")
)
"""What installs and builds, with what it brings for itself."""


def main() -> None:
    check_dockerfile()
    check_manifests()
    with tempfile.TemporaryDirectory(prefix="clausedesk-image-") as name:
        build(Path(name))


def check_dockerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    subprocess.run([hadolint, "Dockerfile"], check=True)
    text = (ROOT / "Dockerfile").read_text()
    print(f"{len(text.splitlines())} lines of the Dockerfile pass hadolint", flush=True)
    broken = text.replace("ENTRYPOINT [", "ENTRYPOINT sh [").replace("--no-cache-dir ", "")
    refused = subprocess.run([hadolint, "-"], check=False, input=broken, capture_output=True, text=True)
    if refused.returncode == 0:
        sys.exit("hadolint lets a broken Dockerfile through")
    print(f"1 broken Dockerfile is refused, with {len(refused.stdout.splitlines())} findings")


def check_manifests() -> None:
    for folder in RENDERED:
        found = rendered(folder)
        ours = [manifest for manifest in found if manifest["apiVersion"] not in OPERATORS]
        if not ours:
            sys.exit(f"nothing was examined: {folder}")
        for manifest in ours:
            kubernetes_validate.validate(manifest, VERSION, strict=True)
        others = f", {len(found) - len(ours)} of operators only rendered" if len(found) > len(ours) else ""
        print(f"{len(ours)} manifests of {folder} pass the schemas of Kubernetes {VERSION}{others}", flush=True)
    broken = {**ours[0], "unheard_of": True}
    try:
        kubernetes_validate.validate(broken, VERSION, strict=True)
    except kubernetes_validate.ValidationError:
        print("1 broken manifest is refused")
    else:
        sys.exit("a broken manifest was accepted")


# ── the image ────────────────────────────────────────────────────────────────
def build(folder: Path) -> None:
    """What the first stage does, where nothing else lies; then the command that it makes, and the list of its parts."""
    steps = list(first_stage((ROOT / "Dockerfile").read_text()))
    for instruction, words in steps:
        if instruction == "COPY":
            *sources, target = shlex.split(words)
            for source in sources:
                copy(ROOT / source, folder / target, as_file=target.endswith("/"))
        elif instruction == "RUN":
            run = subprocess.run(["bash", "-euc", words], check=False, cwd=folder, capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"RUN {words}\n{run.stderr}")
    ran = sum(instruction == "RUN" for instruction, _ in steps)
    said = subprocess.run([folder / ".venv/bin/clausedesk", "--version"], check=True, capture_output=True, text=True)
    if not ran:
        sys.exit("nothing was examined: the Dockerfile has no steps")
    print(f"{ran} steps of the Dockerfile make {said.stdout.strip()} in a clean folder", flush=True)
    whole = subprocess.run([folder / ".venv/bin/clausedesk", "openapi"], check=True, capture_output=True, text=True)
    print(f"{len(json.loads(whole.stdout)['paths'])} paths are served by all of its code, loaded there", flush=True)
    check_parts(folder)


def check_parts(folder: Path) -> None:
    """The list of parts names what is there: all that is locked but for what builds, of which nothing is left."""
    parts = {normal(part["name"]) for part in json.loads((folder / "sbom.cdx.json").read_text())["components"]}
    there = {normal(path.name.partition("-")[0]) for path in (folder / ".venv").rglob("*.dist-info")}
    wanted = locked() - TOOLS
    if not parts or wanted - parts or there - parts - {"clausedesk"}:
        sys.exit(f"the list of parts (SBOM) does not name {sorted((wanted | there) - parts)}")
    print(f"{len(parts)} parts are named by its list (CycloneDX), all {len(wanted)} that are locked to run among them")
    left = sorted((there | parts) & TOOLS | {path.name for path in (folder / ".venv/bin").iterdir()} & TOOLS)
    if left or any((folder / name).exists() for name in (".tools", "requirements")):
        sys.exit(f"build tools go into the final stage: {left}")
    print(f"0 of {len(TOOLS)} build tools are left for the final stage")


def first_stage(text: str) -> Iterator[tuple[str, str]]:
    """Instructions and their words, up to the second FROM."""
    begun = False
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        instruction, _, words = line.strip().partition(" ")
        if instruction == "FROM":
            if begun:
                return
            begun = True
        elif begun and instruction:
            yield instruction, words


def copy(source: Path, target: Path, *, as_file: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        place = target / source.name if as_file or target.is_dir() else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)


def locked() -> set[str]:
    """What is installed on any system, by name."""
    lines = (ROOT / "requirements" / "run.txt").read_text().splitlines()
    return {line.partition("==")[0] for line in lines if "==" in line and ";" not in line and not line.startswith(" ")}


def normal(name: str) -> str:
    """A project's name as locked requirements write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
