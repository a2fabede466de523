"""Ctrl-C that nobody may swallow."""

import sys
from _thread import interrupt_main
from threading import Timer

_MOMENT = 0.02


def keep_interrupts() -> None:
    """Send an interrupt once more where the interpreter had to drop it.

    One that arrives while a weak reference's callback or a finaliser runs cannot be raised from there; Python prints it
    and goes on, and a desk that was told to stop would start all the same.
    """
    usual = sys.unraisablehook

    def hook(lost: "sys.UnraisableHookArgs") -> None:
        if isinstance(lost.exc_value, KeyboardInterrupt):
            Timer(_MOMENT, interrupt_main).start()
        else:
            usual(lost)

    sys.unraisablehook = hook
