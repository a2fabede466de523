"""A command that was told to stop stops, wherever the interrupt finds it."""

import subprocess
import sys

import pytest

_LOSES_IT = """
import signal, time, weakref
{keep}
class Thing: pass
thing = Thing()
reference = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
del thing
time.sleep(1)
print("went on")
"""


@pytest.mark.parametrize(
    ("keep", "goes_on"),
    [("", True), ("from app.cli.interrupts import keep_interrupts; keep_interrupts()", False)],
)
def test_an_interrupt_in_a_callback_of_the_interpreter_is_kept(keep: str, goes_on: bool) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _LOSES_IT.format(keep=keep)], check=False, capture_output=True, text=True, timeout=30
    )
    assert ("went on" in run.stdout) is goes_on
    assert (run.returncode == 0) is goes_on
