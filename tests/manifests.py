"""The manifests: as written, and as `kubectl kustomize` renders them where there is one."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

K8S = Path(__file__).parents[1] / "k8s"
RENDERED = ("base", "overlays/development", "overlays/production")
Manifest = dict[str, Any]
# Where the machine has none, `make deploy-check` brings one.
KUBECTL = shutil.which("kubectl") or shutil.which("kubectl", path=str(Path(sys.prefix)))


def written() -> list[Manifest]:
    """Of all folders; parts that kustomize itself reads are none."""
    files = [path for path in sorted(K8S.rglob("*.yaml")) if path.name not in ("kustomization.yaml", "rules.test.yaml")]
    return [found for path in files for found in yaml.safe_load_all(path.read_text()) if found]


def rendered(folder: str) -> list[Manifest]:
    assert KUBECTL is not None, "there is no kubectl: `make deploy-check` brings one"
    run = subprocess.run([KUBECTL, "kustomize", K8S / folder], check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [found for found in yaml.safe_load_all(run.stdout) if found]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """By name, the specification of each pod that they make."""
    for manifest in manifests:
        if manifest["kind"] in ("Deployment", "Job"):
            yield manifest["metadata"]["name"], manifest["spec"]["template"]["spec"]


def references(spec: Manifest) -> Iterator[tuple[str, str, str | None]]:
    """What a pod takes from elsewhere: kind, name, and key where it is one."""
    for container in spec["containers"]:
        for source in container.get("envFrom", ()):
            yield "ConfigMap", source["configMapRef"]["name"], None
        for variable in container.get("env", ()):
            if secret := variable.get("valueFrom", {}).get("secretKeyRef"):
                yield "Secret", secret["name"], secret["key"]
