"""Dockerfile and manifests, as a registry and a cluster would read them: hadolint, kustomize, strict schemas."""

import subprocess
import sys
from pathlib import Path

import kubernetes_validate

from tests.manifests import RENDERED, rendered

VERSION = "1.32"
OPERATORS = {"monitoring.coreos.com/v1", "postgresql.cnpg.io/v1"}
"""Schemas that come with operators and not with Kubernetes."""


def main() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    subprocess.run([hadolint, "Dockerfile"], check=True)
    print("1 Dockerfile passes hadolint")
    for folder in RENDERED:
        found = rendered(folder)
        ours = [manifest for manifest in found if manifest["apiVersion"] not in OPERATORS]
        if not ours:
            sys.exit(f"nothing was examined: {folder}")
        for manifest in ours:
            kubernetes_validate.validate(manifest, VERSION, strict=True)
        others = f", {len(found) - len(ours)} of operators only rendered" if len(found) > len(ours) else ""
        print(f"{len(ours)} manifests of {folder} pass the schemas of Kubernetes {VERSION}{others}")
    broken = {**ours[0], "unheard_of": True}
    try:
        kubernetes_validate.validate(broken, VERSION, strict=True)
    except kubernetes_validate.ValidationError:
        print("1 broken manifest is refused")
    else:
        sys.exit("a broken manifest was accepted")


if __name__ == "__main__":
    main()
