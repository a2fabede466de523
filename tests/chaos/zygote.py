"""Everything imported and learned once; each line it is told forks a replica or a worker, ready within moments.

python -m tests.chaos.zygote   (settings in the environment; lines: `api PORT`, `worker 0`, `mutant NAME`)
"""

import asyncio
import ctypes
import faulthandler
import gc
import os
import random
import signal
import sys
from collections import OrderedDict
from functools import cache
from typing import Any

import orjson

from app import worker
from app.base.settings import read_settings
from app.main import open_desk, serve
from app.services import shelf, triage
from app.triage.lexicon import Lexicon
from tests.chaos.mutants import MUTANTS

_PR_SET_PDEATHSIG = 1
_compiled, _lexicons = shelf.compiled, triage.Lexicons
LEARNED: OrderedDict[str, Lexicon] = OrderedDict()


@cache
def _once(raw: bytes, *rest: Any) -> Any:
    return _compiled(orjson.loads(raw), *rest)


async def learn() -> None:
    """A desk that was open once has compiled its policies; those forked from here find them done."""
    # Each is made once for all, so what is kept beside it has nothing to share.
    shelf.compiled = lambda raw, *rest, beside: _once(orjson.dumps(raw), *rest)
    vars(shelf)["Lexicons"] = lambda: _lexicons(LEARNED)
    async with open_desk(read_settings()) as desk:
        await desk.policies.prepare(desk.clock())


def child(kind: str, port: int, log: str) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    random.seed()
    faulthandler.register(signal.SIGUSR1)
    if kind == "api":
        serve(read_settings(port=port))
    else:
        worker.run(read_settings(), announce=lambda: None)


def main() -> None:
    asyncio.run(learn())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print("learned", flush=True)
    for line in sys.stdin:
        kind, word = line.split()
        if kind == "mutant":
            MUTANTS[word].plant()
            continue
        pid = os.fork()
        if pid == 0:
            child(kind, int(word), os.environ["CHAOS_LOG"])
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
