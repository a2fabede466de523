"""Become a database server: give up root, die with the owner, exec. Run as a script, in a process of its own.

launch.py OWNER_PID UID GID CAPABILITY COMMAND...   (UID -1: stay who you are; CAPABILITY -1: keep none)
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAPABILITY_VERSION_3 = 0x20080522


def main(owner: int, uid: int, gid: int, capability: int, command: list[str]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if uid >= 0:
        libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
        _keep(libc, capability)
    # The kernel forgets this when a process changes its user, so it comes last.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != owner:
        sys.exit("the owner is gone")
    os.execv(command[0], command)  # noqa: S606 - the program's own command


def _keep(libc: ctypes.CDLL, capability: int) -> None:
    """Hold exactly this capability, over exec too; -1 drops them all."""
    mask = 1 << capability if capability >= 0 else 0
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")
    if mask and libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    _owner, _uid, _gid, _capability = map(int, sys.argv[1:5])
    main(_owner, _uid, _gid, _capability, sys.argv[5:])
