"""Who is given which secret, where Beatbook is deployed: each process what it needs, and nobody another's."""

import re
from collections.abc import Mapping

import pytest

from beatbook.runtime.databases import SERVICES
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


@pytest.mark.parametrize("secrets", [EXAMPLE_SECRETS, DEV_SECRETS], ids=["example", "dev"])
def test_a_logs_secret_is_given_to_its_owner_and_its_readers_only(secrets: Mapping[str, Mapping[str, str]]) -> None:
    given = {container(each)["name"]: feed_secrets(told(secrets, each)) for each in of_kind("Deployment")}
    assert given.pop("gateway") == {}
    owners = {name: found.pop("own") for name, found in given.items()}
    assert len(set(owners.values())) == len(SERVICES)
    for name, found in given.items():
        assert found == {source: owners[source] for source in service_named(name).sources}
