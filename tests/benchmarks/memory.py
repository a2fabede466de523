"""What a `clausedesk serve` holds after a million requests, and that it does not grow. `make bench-memory`.

Callers, tokens, tickets and words vary, so that whatever is kept by one of them is kept often. The control is a desk
that keeps a line of each request.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from app.db.embedded import EmbeddedPostgres
from tests.benchmarks.load import wrk
from tests.benchmarks.servers import BIN, create, desk, of_the_desk, running, tokens_of

MOST_GROWTH = 5.0
"""Megabytes in the second half of the requests."""
_TOKENS = 10
"""Of each caller."""
_STEP = 10.0
_PORT = 8397
_SERVE = (str(BIN / "clausedesk"), "serve")
_LEAKING = (sys.executable, "-m", "tests.benchmarks.leaking")
_SCRIPT = """
local ids, tokens = %(ids)s, %(tokens)s
local words = {"mail", "shop", "slow", "down", "since", "nine", "invoice", "domain", "backup", "error", "login", "site"}
math.randomseed(%(seed)d)
local sent = 0
local function said(most)
  local some = {}
  for n = 1, math.random(most) do
    some[n] = math.random(3) > 1 and words[math.random(#words)] or string.format("w%%x", math.random(2^40))
  end
  return table.concat(some, " ")
end
function request()
  local who, dice = math.random(#ids), math.random(200)
  local headers = {["Authorization"] = tokens[who][math.random(#tokens[who])]}
  if dice <= 188 then return wrk.format("GET", "/v1/tickets/" .. ids[who], headers) end
  if dice <= 196 then return wrk.format("GET", "/v1/tickets?limit=" .. math.random(50), headers) end
  sent = sent + 1
  headers["Content-Type"] = "application/json"
  headers["Idempotency-Key"] = string.format("%(seed)d-%%d-%%x", sent, math.random(2^40))
  if dice <= 198 then
    return wrk.format("POST", "/v1/tickets/" .. ids[who] .. "/messages", headers, '{"body": "' .. said(30) .. '"}')
  end
  local asked = '{"subject": "' .. said(5) .. '", "body": "' .. said(40) .. '", "facts": {"topic": "web.error"}}'
  if dice <= 199 then return wrk.format("POST", "/v1/tickets", headers, asked) end
  headers["Idempotency-Key"] = nil
  return wrk.format("POST", "/v1/classifications", headers, asked)
end
function done(summary)
  local lost = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\\n{"answers": %%d, "refused": %%d, "lost": %%d}\\n',
    summary.requests, summary.errors.status, lost))
end
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clausedesk-memory-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with EmbeddedPostgres(data / "data", settings=("shared_buffers=256MB",)) as postgres:
            create(postgres, "desk")
            with desk(postgres, data, tickets=0, port=_PORT) as filled:
                ids = [path.rpartition("/")[2] for path in filled.requests["read"].paths]
            tokens = [tokens_of(postgres, data) for _ in range(_TOKENS)]
            load = {"ids": _table(ids), "tokens": "{" + ",".join(map(_table, zip(*tokens, strict=True))) + "}"}
            variables = of_the_desk(postgres, data, port=_PORT)
            held = _held(_SERVE, variables, load, data, given.requests)
            print("control, a desk that keeps a line of each request:", flush=True)
            leaking = _held(_LEAKING, variables, load, data, given.requests // 20)
    print(f"grown by {_growth(held):.1f} MB in the second half, the control by {_growth(leaking):.1f} MB")
    sys.exit(0 if _growth(held) <= MOST_GROWTH < _growth(leaking) else 1)


def _table(texts: Sequence[str]) -> str:
    return "{" + ", ".join(map(json.dumps, texts)) + "}"


def _growth(held: Sequence[float]) -> float:
    return held[-1] - held[len(held) // 2]


def _held(
    command: Sequence[str], variables: Mapping[str, str], load: Mapping[str, str], folder: Path, requests: int
) -> list[float]:
    """Megabytes when it was ready, and after each tenth of the requests."""
    with running(command, _PORT, "/readyz", variables) as pid:
        process, began, answered = psutil.Process(pid), time.monotonic(), 0
        held = [process.memory_info().rss / 10**6]
        print(f"{'requests':>10}{'MB':>8}{'seconds':>9}\n{0:10,}{held[0]:8.1f}{0:9.0f}", flush=True)
        while answered < requests:
            answered += _load(load, folder)
            while answered >= requests * len(held) / 10:
                held.append(process.memory_info().rss / 10**6)
                print(f"{answered:10,}{held[-1]:8.1f}{time.monotonic() - began:9.0f}", flush=True)
        return held


def _load(load: Mapping[str, str], folder: Path) -> int:
    """How many were answered."""
    script = folder / "load.lua"
    script.write_text(_SCRIPT % {**load, "seed": time.time_ns() // 10**6 % 10**9})
    command = [
        *(wrk(), "--threads", "1", "--connections", "16", "--timeout", "30s", "--duration", f"{_STEP:.0f}s"),
        *("--script", str(script), f"http://127.0.0.1:{_PORT}"),
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ).stdout
    told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    if told["lost"] or told["refused"] or not told["answers"]:
        raise SystemExit(f"not all was answered: {told}")
    return int(told["answers"])


if __name__ == "__main__":
    main()
