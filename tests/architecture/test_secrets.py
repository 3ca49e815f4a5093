"""Who is given which secret, where Beatbook is deployed: each process what it needs, and nobody another's."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from beatbook.runtime.databases import SERVICES
from beatbook.runtime.nats import user_of
from tests.architecture.test_compose import COMPOSE, PROCESSES
from tests.architecture.test_deploy import KUBERNETES, SECRETS, Resource, container, kustomization, of_kind
from tests.serving import service_named

pytestmark = pytest.mark.pure


def feed_secrets(told: Mapping[str, str]) -> dict[str, str]:
    """Whose logs a process can read, and by what, from the environment variables it is given."""
    pattern = re.compile(r"BEATBOOK_(?:(\w+)_)?FEED_SECRET")
    return {(match[1] or "own").lower(): told[name] for name in told if (match := pattern.fullmatch(name))}


def test_compose_gives_a_logs_secret_to_its_owner_and_its_readers_only() -> None:
    given = {name: feed_secrets(COMPOSE["services"][name]["environment"]) for name in PROCESSES}
    assert given.pop("gateway") == {}
    owners = {name: secrets.pop("own") for name, secrets in given.items()}
    assert len(set(owners.values())) == len(SERVICES)
    for name, secrets in given.items():
        assert secrets == {source: owners[source] for source in service_named(name).sources}


def test_compose_gives_each_process_its_own_user_of_the_broker() -> None:
    broker = COMPOSE["services"]["nats"]["environment"]
    for name in PROCESSES:
        told = COMPOSE["services"][name]["environment"]
        password = "${" + name.upper() + "_NATS_PASSWORD:-laptop-only}"
        assert told["BEATBOOK_NATS_ACCOUNTS"] == "own"
        assert told["BEATBOOK_NATS_URL"] == f"nats://{user_of(name)}:{password}@nats:4222"
        assert broker[f"{name.upper()}_NATS_PASSWORD"] == f'"{password}"'
    assert broker.keys() == {f"{name.upper()}_NATS_PASSWORD" for name in (*PROCESSES, "operator")}


def told(within: Mapping[str, Mapping[str, str]], deployment: Resource) -> dict[str, str]:
    """The secrets that a deployment's container is given, from Secrets by name."""
    given: dict[str, str] = {}
    for source in container(deployment)["envFrom"]:
        ((_, reference),) = source.items()
        given |= within.get(reference["name"], {})
    return given


EXAMPLE_SECRETS = {each["metadata"]["name"]: each["stringData"] for each in SECRETS}
DEV_SECRETS = {
    each["name"]: dict(literal.split("=", 1) for literal in each["literals"])
    for each in kustomization(KUBERNETES / "overlays/dev")["secretGenerator"]
}


SECRETS_OF_BOTH = pytest.mark.parametrize("secrets", [EXAMPLE_SECRETS, DEV_SECRETS], ids=["example", "dev"])


@SECRETS_OF_BOTH
def test_each_process_is_given_its_own_user_of_the_broker(secrets: Mapping[str, Mapping[str, str]]) -> None:
    for deployment in of_kind("Deployment"):
        name = container(deployment)["name"]
        url = urlsplit(told(secrets, deployment)["BEATBOOK_NATS_URL"])
        assert (url.username, url.hostname) == (user_of(name), "nats")
        if passwords := secrets.get("nats-passwords"):
            assert url.password == passwords[f"{name.upper()}_NATS_PASSWORD"]


@SECRETS_OF_BOTH
def test_a_logs_secret_is_given_to_its_owner_and_its_readers_only(secrets: Mapping[str, Mapping[str, str]]) -> None:
    given = {container(each)["name"]: feed_secrets(told(secrets, each)) for each in of_kind("Deployment")}
    assert given.pop("gateway") == {}
    owners = {name: found.pop("own") for name, found in given.items()}
    assert len(set(owners.values())) == len(SERVICES)
    for name, found in given.items():
        assert found == {source: owners[source] for source in service_named(name).sources}
