"""The Kubernetes manifests, read as those who apply them would."""

import copy
import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from beatbook.cli.serve import Process
from beatbook.kit.settings import ServiceSettings
from beatbook.runtime.databases import SERVICES
from tests.serving import service_named

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy/k8s"
SCHEMA = json.loads((Path(__file__).parent / "kubernetes-1.33.schema.json").read_text())
Resource = dict[str, Any]


def documents(path: Path) -> list[Resource]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


@cache
def kustomization(directory: Path) -> Resource:
    (found,) = documents(directory / "kustomization.yaml")
    return found


def resources(directory: Path) -> Iterator[Resource]:
    """What a kustomization names, before its patches."""
    for name in kustomization(directory)["resources"]:
        path = (directory / name).resolve()
        if path.is_dir():
            yield from resources(path)
        else:
            yield from documents(path)


BASE = list(resources(KUBERNETES / "base"))
OVERLAYS = sorted(path.parent for path in (KUBERNETES / "overlays").glob("*/kustomization.yaml"))
SECRETS = documents(KUBERNETES / "base/secrets.example.yaml")


def of_kind(kind: str, within: list[Resource] = BASE) -> list[Resource]:
    return [each for each in within if each["kind"] == kind]


def named(resource: Resource) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


def pods(within: list[Resource]) -> list[Resource]:
    return [resource for resource in within if "template" in resource.get("spec", {})]


def container(resource: Resource) -> Resource:
    (only,) = resource["spec"]["template"]["spec"]["containers"]
    return dict(only)


def matches(labels: dict[str, str], selector: dict[str, str]) -> bool:
    return selector.items() <= labels.items()


def assert_valid(resource: Resource) -> None:
    version, kind = resource["apiVersion"], resource["kind"]
    group = "core" if "/" not in version else version.partition(".")[0].partition("/")[0]
    definition = f"io.k8s.api.{group}.{version.rpartition('/')[2]}.{kind}"
    validator = jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{definition}"})
    assert [f"{named(resource)} {error.json_path}: {error.message}" for error in validator.iter_errors(resource)] == []


EVERYTHING = [
    *BASE,
    *SECRETS,
    *(resource for overlay in OVERLAYS for resource in resources(overlay) if resource not in BASE),
]


@pytest.mark.parametrize("resource", EVERYTHING, ids=named)
def test_each_resource_is_valid(resource: Resource) -> None:
    assert_valid(resource)


def test_an_invalid_resource_is_found_out() -> None:
    wrong = copy.deepcopy(of_kind("Deployment")[0])
    wrong["spec"]["template"]["spec"]["containers"][0]["readinesProbe"] = {}
    with pytest.raises(AssertionError, match="readinesProbe"):
        assert_valid(wrong)


def test_names_are_unique() -> None:
    assert len({named(resource) for resource in BASE}) == len(BASE)


def test_every_process_is_deployed_with_both_roles() -> None:
    started = sorted(" ".join(container(deployment)["args"]) for deployment in of_kind("Deployment"))
    wanted = [f"serve {name} --role {role}" for name in SERVICES for role in ("api", "worker")] + ["serve gateway"]
    assert started == sorted(wanted)
    assert {*SERVICES, "gateway"} == {process.value for process in Process}
    assert all(deployment["spec"]["replicas"] >= 2 for deployment in of_kind("Deployment"))


@pytest.mark.parametrize(
    "resource", [each for each in EVERYTHING if each["kind"] in {"Deployment", "StatefulSet"}], ids=named
)
def test_selectors_match_their_own_pods_only(resource: Resource) -> None:
    selector = resource["spec"]["selector"]["matchLabels"]
    assert matches(resource["spec"]["template"]["metadata"]["labels"], selector)
    labels = {named(other): other["spec"]["template"]["metadata"]["labels"] for other in pods(EVERYTHING)}
    assert [name for name, others in labels.items() if matches(others, selector)] == [named(resource)]


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=named)
def test_one_disruption_at_a_time(deployment: Resource) -> None:
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    budgets = of_kind("PodDisruptionBudget")
    assert len([each for each in budgets if matches(labels, each["spec"]["selector"]["matchLabels"])]) == 1


def test_services_reach_the_api_of_one_process() -> None:
    for service in of_kind("Service"):
        behind = [
            deployment
            for deployment in of_kind("Deployment")
            if matches(deployment["spec"]["template"]["metadata"]["labels"], service["spec"]["selector"])
        ]
        assert [container(deployment)["name"] for deployment in behind] == [service["metadata"]["name"]]
        ports = {port["name"] for port in container(behind[0])["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=named)
def test_probes_and_limits(deployment: Resource) -> None:
    only = container(deployment)
    assert only["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert only["livenessProbe"]["httpGet"]["path"] == only["startupProbe"]["httpGet"]["path"] == "/health/live"
    assert {probe["httpGet"]["port"] for name, probe in only.items() if name.endswith("Probe")} == {"http"}


@pytest.mark.parametrize("resource", pods([*BASE, *resources(KUBERNETES / "overlays/dev")]), ids=named)
def test_nothing_runs_with_more_rights_than_it_needs(resource: Resource) -> None:
    pod, only = resource["spec"]["template"]["spec"], container(resource)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert only["securityContext"]["allowPrivilegeEscalation"] is False
    assert only["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert only["securityContext"].get("readOnlyRootFilesystem") is True or only["name"] == "postgres"
    assert only["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in only["resources"]["limits"]


def test_one_image_everywhere() -> None:
    (image,) = {container(resource)["image"] for resource in pods(BASE)}
    name = image.partition(":")[0]
    assert image != name, "an image without a tag is a different one every day"
    for overlay in OVERLAYS:
        assert [each["name"] for each in kustomization(overlay)["images"]] == [name]


def test_what_processes_are_told_exists_and_is_a_setting() -> None:
    there: dict[str, set[str]] = {each["metadata"]["name"]: set(each["stringData"]) for each in SECRETS}
    there |= {each["metadata"]["name"]: set(each["data"]) for each in of_kind("ConfigMap")}
    settings = {
        f"BEATBOOK_{field.upper()}"
        for kind in (service_named(name).settings for name in SERVICES)
        for field in kind.model_fields
    }
    assert not set().union(*there.values()) - settings
    for resource in pods(BASE):
        only = container(resource)
        for source in only.get("envFrom", ()):
            ((_, reference),) = source.items()
            assert reference["name"] in there, named(resource)
        for variable in only.get("env", ()):
            reference = variable["valueFrom"]["secretKeyRef"]
            assert reference["key"] in there[reference["name"]], named(resource)


@pytest.mark.parametrize("deployment", of_kind("Deployment"), ids=named)
def test_a_process_is_given_what_it_cannot_do_without(deployment: Resource) -> None:
    given: set[str] = set()
    for source in container(deployment)["envFrom"]:
        ((_, reference),) = source.items()
        for resource in [*SECRETS, *of_kind("ConfigMap")]:
            if resource["metadata"]["name"] == reference["name"]:
                given |= set(resource.get("stringData") or resource["data"])
    needed = {f"BEATBOOK_{name.upper()}" for name, field in ServiceSettings.model_fields.items() if field.is_required()}
    if deployment["metadata"]["name"] == "gateway":
        needed -= {"BEATBOOK_DATABASE_URL", "BEATBOOK_FEED_SECRET"}
        assert "BEATBOOK_DATABASE_URL" not in given
    assert needed <= given


def test_secrets_are_placeholders() -> None:
    assert not of_kind("Secret")
    for secret in SECRETS:
        assert all("CHANGE-ME" in value for value in secret["stringData"].values())


def test_ingress_lets_in_what_it_should_and_nothing_more() -> None:
    (ingress,) = of_kind("Ingress")
    services = {service["metadata"]["name"]: service for service in of_kind("Service")}
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            assert backend["port"]["name"] in {port["name"] for port in services[backend["name"]]["spec"]["ports"]}
    for rule in ingress["spec"]["rules"]:
        for hidden in ("/internal/events", "/metrics", "/health/ready", "/health/live"):
            assert not any(leads(path, hidden) for path in rule["http"]["paths"]), (rule["host"], hidden)
        if "gateway" not in {path["backend"]["service"]["name"] for path in rule["http"]["paths"]}:
            assert any(leads(path, "/v1/anything") for path in rule["http"]["paths"])


def test_ingress_knows_every_page_of_the_gateway() -> None:
    from gateway import serving
    from gateway.web import developers, pages, signing

    (ingress,) = of_kind("Ingress")
    paths = ingress["spec"]["rules"][0]["http"]["paths"]
    wanted = {route.path for part in (serving, developers, pages, signing) for route in part.routes.routes}
    assert wanted
    assert not {path for path in {*wanted, "/static/beatbook.css"} if not any(leads(rule, path) for rule in paths)}


def leads(rule: Resource, path: str) -> bool:
    if rule["pathType"] == "Exact":
        return bool(rule["path"] == path)
    return bool(path == rule["path"] or path.startswith(rule["path"].rstrip("/") + "/"))


def test_the_network_is_closed_but_for_what_is_said() -> None:
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in of_kind("NetworkPolicy")}
    nothing = policies["beatbook-nothing"]
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & nothing.keys()
    everyone = nothing["podSelector"]["matchLabels"]
    assert all(matches(pod["spec"]["template"]["metadata"]["labels"], everyone) for pod in pods(BASE))
    for policy in policies.values():
        for opening in policy.get("egress", ()):
            for target in opening["to"]:
                if block := target.get("ipBlock"):
                    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(block["except"])


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.name)
def test_overlays_change_what_is_there(overlay: Path) -> None:
    wanted, there = kustomization(overlay), list(resources(overlay))
    deployments = {deployment["metadata"]["name"] for deployment in of_kind("Deployment", there)}
    assert {each["name"] for each in wanted["replicas"]} <= deployments
    for patch in wanted["patches"]:
        target = patch["target"]
        touched = [
            copy.deepcopy(each)
            for each in of_kind(target["kind"], there)
            if target.get("name", each["metadata"]["name"]) == each["metadata"]["name"]
        ]
        assert touched, target
        for resource in touched:
            for operation in yaml.safe_load(patch["patch"]):
                apply(resource, operation)
            assert_valid(resource)


def apply(resource: Resource, operation: Resource) -> None:
    """One operation of a JSON patch (RFC 6902), `add` or `replace`."""
    *way, last = operation["path"].strip("/").split("/")
    place: Any = resource
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if operation["op"] == "replace":
        assert last in place, operation["path"]
    if last == "-":
        place.append(operation["value"])
    else:
        place[last] = operation["value"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl renders the overlays, where there is one")
@pytest.mark.parametrize("directory", ["base", "overlays/dev", "overlays/production"])
def test_kustomize_renders_valid_resources(directory: str, tmp_path: Path) -> None:
    shutil.copytree(KUBERNETES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "overlays/dev/jwks.json").write_text('{"keys": []}')
    rendered = subprocess.run(
        ["kubectl", "kustomize", str(tmp_path / directory)], check=True, capture_output=True, text=True
    )
    for resource in yaml.safe_load_all(rendered.stdout):
        assert_valid(resource)
