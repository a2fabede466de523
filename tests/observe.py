"""Monitoring in earnest: promtool over rules and dashboards, and a real Prometheus that sees a planted miss.

Prometheus and promtool are Debian's package `prometheus`; as root it is installed where it is missing. Beside it an
Alertmanager posts its webhook to the desk.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import asyncpg
import httpx2
import yaml

from app.base.figures import FIGURES, PREFIX
from app.db.embedded import EmbeddedPostgres
from app.db.pool import teach_json
from app.db.tables.clocks import TicketClock
from tests import factories
from tests.alertmanager import alerting, find_alertmanager
from tests.cli.desk import Running, clausedesk
from tests.rules import MONITORING, named, queries, rule_groups, rules, series, unit_tests

PLANTED = {"alertname": "TargetBreached", "provider": "mexxus", "metric": "first_response"}
PATIENCE = 240
URLS, CALLERS = 10_000, 8


def main() -> None:
    find_prometheus()
    find_alertmanager()
    with tempfile.TemporaryDirectory(prefix="clausedesk-observe-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        check_rules(folder)
        check_dashboards(folder)
        with EmbeddedPostgres(folder / "pg", durable=False) as server:
            watch(folder, server.dsn())


def find_prometheus() -> None:
    if shutil.which("promtool") and shutil.which("prometheus"):
        return
    if os.geteuid() != 0:
        sys.exit("Prometheus is missing: apt-get install prometheus")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "prometheus"], check=True)


def promtool(*words: str, fed: str | None = None) -> None:
    run = _promtool(*words, fed=fed)
    if run.returncode != 0:
        sys.exit(f"promtool {' '.join(words[:2])}:\n{run.stdout}{run.stderr}")


def refused(*words: str, fed: str | None = None) -> None:
    """The control: what is broken is not let through."""
    if _promtool(*words, fed=fed).returncode == 0:
        sys.exit(f"promtool {' '.join(words[:2])} lets through what is broken")


def _promtool(*words: str, fed: str | None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["promtool", *words], check=False, input=fed, capture_output=True, text=True)


def examined(count: int, what: str) -> None:
    if count == 0:
        sys.exit(f"nothing was examined: {what}")
    print(f"{count} {what}", flush=True)


# ── as written ───────────────────────────────────────────────────────────────
def check_rules(folder: Path) -> None:
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rule_groups()}))
    shutil.copy(MONITORING / "rules.test.yaml", folder)
    promtool("check", "rules", str(folder / "rules.yaml"))
    examined(len(rules("alert")) + len(rules("record")), "rules pass `promtool check rules`")
    promtool("test", "rules", str(folder / "rules.test.yaml"))
    examined(len(unit_tests()), "unit tests of them pass `promtool test rules`")
    examined(deaf_rules(folder), "rules that never fire are each noticed by their unit tests")


def deaf_rules(folder: Path) -> int:
    """How many alerts there are; each is silenced in turn, and a unit test must miss it."""
    for name in rules("alert"):
        groups = rule_groups()
        for rule in (rule for group in groups for rule in group["rules"] if rule.get("alert") == name):
            rule["expr"] = f"({rule['expr']}) < -1"
        (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
        refused("test", "rules", str(folder / "rules.test.yaml"))
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": rule_groups()}))
    return len(rules("alert"))


def check_dashboards(folder: Path) -> None:
    """As rules, so that promtool reads them; Grafana would put a choice where `$provider` stands."""
    found = [query.replace("$provider", ".*") for _, query in queries()]
    promtool("check", "rules", as_rules(folder, found))
    refused("check", "rules", as_rules(folder, [*found, "sum(clausedesk_tickets_open"]))
    known = series()
    unknown = {name for query in found for name in named(query)} - known
    if unknown:
        sys.exit(f"the dashboards name what nobody shows: {sorted(unknown)}")
    examined(len(found), f"queries of the dashboards parse and name only what is among {len(known)} series' names")


def as_rules(folder: Path, found: list[str]) -> str:
    recorded = [{"record": f"panel:{n}", "expr": query} for n, query in enumerate(found)]
    path = folder / "dashboards.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": recorded}]}))
    return str(path)


# ── as run ───────────────────────────────────────────────────────────────────
def watch(folder: Path, dsn: str) -> None:
    api, api_metrics, worker_metrics, prometheus = (free_port() for _ in range(4))
    common = {"DATABASE_URL": dsn, "CLAUSEDESK_DATA_DIR": str(folder / "data")}
    beside = {"CLAUSEDESK_METRICS_PORT": str(api_metrics), "CLAUSEDESK_WORKER_IN_SERVE": "false"}
    with Running("demo", "--port", str(api), **common, **beside) as desk:
        desk.wait_for("curl", PATIENCE)
        with Running("worker", **common, CLAUSEDESK_WORKER_METRICS_PORT=str(worker_metrics)) as worker:
            worker.wait_for("Clausedesk works", PATIENCE)
            get(f"http://127.0.0.1:{api}/readyz")
            wait(lambda: f"{PREFIX}target_breaches_total{{" in get(f"http://127.0.0.1:{worker_metrics}/metrics"))
            for port, whose in ((api_metrics, "the API"), (worker_metrics, "a worker")):
                text = get(f"http://127.0.0.1:{port}/metrics")
                promtool("check", "metrics", fed=text)
                refused("check", "metrics", fed=text + "# TYPE wrongly_named counter\nwrongly_named 1\n")
                examined(text.count("# TYPE"), f"metrics of {whose} pass `promtool check metrics`")
            asyncio.run(call_by_many_names(f"http://127.0.0.1:{api}", f"http://127.0.0.1:{api_metrics}/metrics"))
            with scraping(folder, prometheus, {"api": api_metrics, "worker": worker_metrics}):
                raise_alert(dsn, f"http://127.0.0.1:{prometheus}")
            report_outage(folder, f"http://127.0.0.1:{api}", common)


async def call_by_many_names(desk: str, metrics: str) -> None:
    """Whatever strangers ask for, no series comes of it."""

    def shown() -> int:
        return sum(not line.startswith("#") for line in get(metrics).splitlines())

    async with httpx2.AsyncClient(base_url=desk, trust_env=False, timeout=60) as stranger:

        async def ask(first: int) -> None:
            for n in range(first, URLS, CALLERS):
                await stranger.get((f"/nowhere/{n}", f"/v1/tickets/ann{n}@example.com", f"/healthz?of={n}")[n % 3])

        for n in range(3):
            await ask(URLS - 1 - n)
        at_rest = shown()
        await asyncio.gather(*(ask(first) for first in range(CALLERS)))
    if shown() != at_rest:
        sys.exit(f"{URLS} different URLs made {shown() - at_rest} series")
    examined(at_rest, f"series of the API at rest, and as many after {URLS:,} different URLs")


class scraping:  # noqa: N801 - it is used as a word of a `with` statement
    """A Prometheus of its own on loopback while the block runs."""

    def __init__(self, folder: Path, port: int, jobs: dict[str, int]) -> None:
        targets = [{"job_name": job, "static_configs": [{"targets": [f"127.0.0.1:{at}"]}]} for job, at in jobs.items()]
        scrape = {"scrape_interval": "2s", "evaluation_interval": "2s"}
        groups = [{**group, "interval": "2s"} for group in rule_groups()]
        (folder / "fast.yaml").write_text(yaml.safe_dump({"groups": groups}))
        written = {"global": scrape, "rule_files": ["fast.yaml"], "scrape_configs": targets}
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(written))
        self._command = ["prometheus", f"--config.file={folder / 'prometheus.yaml'}"]
        self._command += [f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{port}"]
        self._log = folder / "prometheus.log"

    def __enter__(self) -> None:
        with self._log.open("w") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=subprocess.STDOUT)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)


def raise_alert(dsn: str, prometheus: str) -> None:
    """No alert while all is well, and the right one once a clock is missed."""
    want = 'clausedesk:target_breaches:total{provider="mexxus",metric="first_response"}'
    wait(lambda: asked(prometheus, want))
    shown = asked(prometheus, '{__name__=~"clausedesk_.+"}')
    examined(len(shown), "series scraped from the two")
    known = {series["metric"]["__name__"] for series in shown}
    examined(sum(any(one.startswith(PREFIX + name) for one in known) for name in FIGURES), "figures among them")
    if firing(prometheus):
        sys.exit("TargetBreached is raised though nothing was missed")
    asyncio.run(plant_a_miss(dsn))
    began = time.monotonic()
    wait(lambda: firing(prometheus))
    print(f"1 planted miss raised TargetBreached after {time.monotonic() - began:.0f} s", flush=True)


def report_outage(folder: Path, desk: str, common: dict[str, str]) -> None:
    """Alertmanager tells of a server: one incident, however often it tells, until the alert ends."""
    words = ("--provider", "mexxus", "--role", "service", "--scope", "events")
    token = clausedesk("token", *words, **common).stdout.strip()

    def incidents() -> list[str]:
        shown = json.loads(get(f"{desk}/v1/status/mexxus"))["incidents"]
        return [notice["id"] for notice in shown if notice["server"] == "web7"]

    with alerting(folder, free_port(), desk, token) as alertmanager:
        wait(lambda: alertmanager.tell("web7"))
        wait(incidents)
        first = incidents()
        time.sleep(6)  # it tells again meanwhile
        if incidents() != first or len(first) != 1:
            sys.exit(f"what Alertmanager told again changed the incident: {first}, {incidents()}")
        alertmanager.tell("web7", over=True)
        wait(lambda: not incidents())
    examined(len(first), "incident that a real Alertmanager opened and ended")


async def plant_a_miss(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await teach_json(connection)
    provider = await connection.fetchval("SELECT id FROM provider WHERE slug = 'mexxus'")
    ticket = await factories.ticket(connection, provider, status="closed")
    known: dict[str, Any] = {"provider_id": provider, "ticket_id": ticket.id, "metric": "first_response", "cycle": 1}
    known |= {"state": "breached", "kind": "elapsed", "strength": "promised", "liability": "none"}
    known |= {"breach_announced_at": factories.NOW, "updated_at": factories.NOW}
    await factories.insert(connection, TicketClock(**known))
    await factories.event(connection, provider, subject_id=ticket.id)
    await connection.close()


def firing(prometheus: str) -> bool:
    alerts = json.loads(get(f"{prometheus}/api/v1/alerts"))["data"]["alerts"]
    return any(alert["state"] == "firing" and PLANTED.items() <= alert["labels"].items() for alert in alerts)


def asked(prometheus: str, query: str) -> list[dict[str, Any]]:
    answer = json.loads(get(f"{prometheus}/api/v1/query?query={quote(query)}"))
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def get(url: str) -> str:
    with urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if until():
                return
        except OSError:
            pass  # it is not up yet
        time.sleep(0.5)
    sys.exit("it did not come about in time")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port: int = unused.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
