"""Log lines are JSON on stderr, whoever writes them, and exceptions stay without their text."""

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from app.base import logging as ours
ours.configure("info")
log = structlog.get_logger()
log.debug("too quiet")
log.info("said", ticket=7)
try:
    raise ValueError("hunter2-canary")
except ValueError:
    log.exception("failed")
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
logging.getLogger("asyncpg").info("a library's chatter")
"""


def test_every_line_is_json_and_no_exception_says_its_text() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, timeout=60)
    assert run.stdout == ""
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["said", "failed", "Exception in ASGI application"]
    assert lines[0]["ticket"] == 7
    assert all(line["timestamp"].endswith("Z") and line["level"] for line in lines)
    assert [line["error"] for line in lines[1:]] == ["ValueError", "ValueError"]
    assert "canary" not in run.stderr
