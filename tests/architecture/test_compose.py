"""The image and the compose file."""

import re
from pathlib import Path

import pytest
import yaml

from beatbook.cli.serve import Process
from beatbook.runtime.databases import SERVICES

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PROCESSES = [process.value for process in Process]


def test_compose_runs_everything_in_order() -> None:
    services = COMPOSE["services"]
    assert "version" not in COMPOSE
    assert services.keys() == {"postgres", "nats", "keys", "databases", "migrate", *PROCESSES}
    assert services["databases"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["migrate"]["depends_on"] == {"databases": {"condition": "service_completed_successfully"}}
    for name in PROCESSES:
        needs = services[name]["depends_on"]
        assert services[name]["command"] == ["serve", name]
        assert needs["migrate"] == needs["keys"] == {"condition": "service_completed_successfully"}
        assert needs["nats"] == {"condition": "service_healthy"}
        assert "/health/ready" in services[name]["healthcheck"]["test"][-1]
    assert {
        name for name, need in services["gateway"]["depends_on"].items() if need["condition"] == "service_healthy"
    } == {
        "nats",
        *SERVICES,
    }


def test_compose_gives_each_service_its_own_database_only() -> None:
    urls = {name: COMPOSE["services"][name]["environment"].get("BEATBOOK_DATABASE_URL") for name in PROCESSES}
    assert urls.pop("gateway") is None
    for name, url in urls.items():
        assert url.startswith(f"postgresql://beatbook_{name}:")
        assert url.endswith(f"/beatbook_{name}")
        assert COMPOSE["services"]["migrate"]["environment"][f"BEATBOOK_{name.upper()}_DATABASE_URL"] == url


def test_compose_listens_on_this_machine_only_and_shares_no_private_key() -> None:
    for name, service in COMPOSE["services"].items():
        assert all(port.startswith("${BEATBOOK_BIND:-127.0.0.1}:") for port in service.get("ports", ())), name
        assert ("keys:/keys" in service.get("volumes", ())) == (name == "keys")


def test_compose_settings_can_be_changed_and_are_known() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = {line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines() if "=" in line[:40]}
    assert {name for name in example if name.isupper()} == set(re.findall(r"\$\{([A-Z_]+):-", text))


def test_the_image_is_small_in_rights() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    final = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert any(line.startswith("USER 10001") for line in final)
    assert any(line.startswith("HEALTHCHECK") for line in final)
    assert not any("apt-get" in line or "pip install" in line for line in final)
    assert 'ENTRYPOINT ["beatbook"]' in final
