"""One target in a process of its own, until its first find: python -m tests.fuzz.one TARGET [libFuzzer's words]"""

import pkgutil
import sys
from importlib import import_module

import atheris

import app.db
import app.policy
import app.triage

# What no stranger's bytes reach first is imported as it is: to follow it costs more than it tells.
for package in (app.db, app.policy, app.triage):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(found.name)

with atheris.instrument_imports(include=["app", "authres", "email", "html"]):
    from tests.fuzz.targets import CARELESS, TARGETS

if __name__ == "__main__":
    name, *words = sys.argv[1:]
    target = TARGETS.get(name, CARELESS)
    atheris.Setup([sys.argv[0], f"-max_len={target.longest}", *words], target.reads)
    atheris.Fuzz()
