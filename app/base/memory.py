"""What a process holds: what its start no longer needs is given back, and what stays is not looked through again."""

import ctypes
import gc
from typing import Final

_NEW_OBJECTS: Final = 20_000


def give_back() -> None:
    """Costs a tenth of a second, once, so that no request pays for it: what is left over from a start is looked for.

    The C library keeps what is freed for what comes; after a start that is much. glibc only.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def seldom_look_for_garbage() -> None:
    """Once so many objects more are alive, 3 MB of them, and not 700: a few requests at once hold as many.

    What requests make goes when they end. Garbage that has to be looked for comes of what fails, and is not much.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
