"""How it is meant to run in a cluster: without rights, probed, closed, and with all that it names."""

import pytest
import yaml

from app.base.settings import Settings
from app.cli.commands import COMMANDS
from tests.manifests import K8S, KUBECTL, RENDERED, Manifest, pods, references, rendered, written


def literals() -> dict[str, str]:
    """What every process is told by the base."""
    base = yaml.safe_load((K8S / "base/kustomization.yaml").read_text())
    return dict(text.split("=", 1) for text in base["configMapGenerator"][0]["literals"])


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    return written()


def test_every_container_runs_without_rights_on_a_disk_it_cannot_write(manifests: list[Manifest]) -> None:
    found = dict(pods(manifests))
    assert set(found) == {"clausedesk-api", "clausedesk-worker", "clausedesk-migrate", "clausedesk-proxy", "postgres"}
    for name, spec in found.items():
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in spec["containers"]:
            allowed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
            assert container["securityContext"] == {**allowed, "capabilities": {"drop": ["ALL"]}}, name
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
            assert "memory" in container["resources"]["limits"], name


def test_being_alive_asks_no_database_and_being_ready_does(manifests: list[Manifest]) -> None:
    found = dict(pods(manifests))
    (api,), (worker,) = found["clausedesk-api"]["containers"], found["clausedesk-worker"]["containers"]
    assert api["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert worker["livenessProbe"]["httpGet"] == {"path": "/metrics", "port": "metrics"}


def test_the_metrics_of_both_sorts_of_pods_are_scraped(manifests: list[Manifest]) -> None:
    (monitor,) = [m for m in manifests if m["kind"] == "ServiceMonitor"]
    label = monitor["spec"]["selector"]["matchLabels"].items()
    found = [m for m in manifests if m["kind"] == "Service" and label <= m["metadata"].get("labels", {}).items()]
    assert {m["spec"]["selector"]["app.kubernetes.io/component"] for m in found} == {"api", "worker"}
    (port,) = {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]}
    specs = dict(pods(manifests))
    for service in found:
        assert [p["name"] for p in service["spec"]["ports"]] == [port]
        (container,) = specs[f"clausedesk-{service['spec']['selector']['app.kubernetes.io/component']}"]["containers"]
        assert port in [p["name"] for p in container["ports"]]


def test_a_pod_is_drained_before_it_is_told_to_stop_and_done_before_it_is_killed(manifests: list[Manifest]) -> None:
    spec = dict(pods(manifests))["clausedesk-api"]
    (api,) = spec["containers"]
    assert api["lifecycle"]["preStop"]["exec"]["command"] == ["clausedesk", "drain"]
    assert "drain" in COMMANDS
    drains = int(literals()["CLAUSEDESK_DRAIN_SECONDS"])
    probe = api["readinessProbe"]
    assert drains > probe["periodSeconds"] * probe["failureThreshold"] + 2
    assert spec["terminationGracePeriodSeconds"] > drains + Settings().shutdown_timeout_seconds


def test_our_pods_call_names_the_database_and_the_proxy_and_nothing_else_but_mail(manifests: list[Manifest]) -> None:
    policies = [m for m in manifests if m["kind"] == "NetworkPolicy"]
    for component in ("api", "migrate", "worker", "proxy"):
        types = {kind for m in policies if component in selected(m) for kind in m["spec"]["policyTypes"]}
        assert types == {"Ingress", "Egress"}, component

    def reached(component: str) -> dict[int, str]:
        rules = [rule for m in policies if component in selected(m) for rule in m["spec"].get("egress", ())]
        assert all(rule.get("to") for rule in rules), "a port that leads anywhere"
        return {port["port"]: str(rule["to"]) for rule in rules for port in rule["ports"]}

    assert set(reached("migrate")) == {53, 5432}
    assert set(reached("api")) == {53, 5432, 3128}
    assert set(reached("worker")) == {53, 5432, 3128, 587}
    assert "'proxy'" in reached("worker")[3128]
    assert "clausedesk-db" in reached("worker")[5432]
    assert "192.0.2.25/32" in reached("worker")[587]
    # Only the proxy comes out of the cluster, and nowhere within it.
    assert set(reached("proxy")) == {53, 443}
    for network in ("10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"):
        assert network in reached("proxy")[443]


def selected(policy: Manifest) -> set[str]:
    """The components that a network policy is about."""
    selector = policy["spec"]["podSelector"]
    found = {selector["matchLabels"]["app.kubernetes.io/component"]} if "matchLabels" in selector else set()
    return found | {value for one in selector.get("matchExpressions", ()) for value in one["values"]}


def test_replicas_times_pool_fit_into_the_connections_of_the_server(manifests: list[Manifest]) -> None:
    of = {(m["kind"], m["metadata"]["name"]): m["spec"] for m in manifests if "spec" in m}
    # One more of each while they are replaced.
    most = of["HorizontalPodAutoscaler", "clausedesk-api"]["maxReplicas"] + 1
    workers = of["Deployment", "clausedesk-worker"]["replicas"] + 1
    told = literals()
    # That is what every process is told, and checks when it starts.
    assert (int(told["CLAUSEDESK_REPLICAS"]), int(told["CLAUSEDESK_WORKER_REPLICAS"])) == (most, workers)
    settings, reserved = Settings(), 10
    taken = most * settings.pool_size + workers * settings.worker_pool_size + reserved
    assert taken <= int(of["Cluster", "clausedesk-db"]["postgresql"]["parameters"]["max_connections"])


def test_the_login_that_migrates_may_make_roles_and_every_secret_is_named(manifests: list[Manifest]) -> None:
    (cluster,) = [m["spec"] for m in manifests if m["kind"] == "Cluster"]
    made = cluster["bootstrap"]["initdb"]
    assert f"ALTER ROLE {made['owner']} CREATEROLE" in made["postInitApplicationSQL"]
    secrets = {reference["name"] for reference in made["postInitApplicationSQLRefs"]["secretRefs"]}
    secrets |= {one["name"] for one in cluster["backup"]["barmanObjectStore"]["s3Credentials"].values()}
    overlay = (K8S / "overlays/production/kustomization.yaml").read_text()
    assert secrets
    assert {name for name in secrets if f"`{name}`" not in overlay.split("apiVersion")[0]} == set()


def test_every_setting_that_is_given_exists(manifests: list[Manifest]) -> None:
    known = {f"CLAUSEDESK_{name.upper()}" for name in Settings.model_fields}
    known |= {"DATABASE_URL", "MIGRATION_DATABASE_URL"}
    given = set()
    for path in K8S.rglob("kustomization.yaml"):
        made = yaml.safe_load(path.read_text())
        for generator in (*made.get("configMapGenerator", ()), *made.get("secretGenerator", ())):
            given |= {text.split("=", 1)[0] for text in generator.get("literals", ())}
    for name, spec in pods(manifests):
        if name != "postgres":
            given |= {variable["name"] for container in spec["containers"] for variable in container.get("env", ())}
    assert len(given) > 5
    assert given - known == set()


@pytest.mark.skipif(KUBECTL is None, reason="there is no kubectl; `make deploy-check` brings one and looks, too")
@pytest.mark.parametrize("folder", RENDERED)
def test_every_key_that_a_pod_takes_is_there(folder: str) -> None:
    found = rendered(folder)
    there = {
        (m["kind"], m["metadata"]["name"]): {*m.get("data", ()), *m.get("stringData", ())}
        for m in found
        if m["kind"] in ("ConfigMap", "Secret")
    }
    taken = {reference for _, spec in pods(found) for reference in references(spec)}
    assert taken
    for kind, name, key in taken:
        if (kind, name) in there:
            assert key is None or key in there[kind, name], (kind, name, key)
        else:
            # Production has its secrets from a store of its own; those that are needed stand at the top of its overlay.
            assert (kind, name, folder == "overlays/development") == ("Secret", "clausedesk", False)
            assert str(key) in (K8S / "overlays/production/kustomization.yaml").read_text()
