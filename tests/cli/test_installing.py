"""What containers run once, before the services: keys, databases, migrations."""

import asyncio
import json
from pathlib import Path

import asyncpg
import jwt
import pytest
from typer.testing import CliRunner, Result

from beatbook.cli.databases import password_of
from beatbook.cli.main import app
from beatbook.runtime.databases import SERVICES, service_url
from beatbook.runtime.refusal import Refusal
from tests.servers import PASSWORD, Postgres


def run(*arguments: str) -> Result:
    """The command as the shell has it, but for the refusal's way to standard error."""
    return CliRunner().invoke(app, list(arguments))


def test_keys_are_made_once_and_published_without_the_private_one(tmp_path: Path) -> None:
    published = tmp_path / "jwks.json"
    arguments = ("keys", "--data-dir", str(tmp_path / "keys"), "--publish", str(published))
    assert run(*arguments).exit_code == 0
    first = published.read_text()
    assert run(*arguments).exit_code == 0
    assert published.read_text() == first
    (key,) = json.loads(first)["keys"]
    assert key["kty"] == "OKP"
    assert "d" not in key
    token = run("token", "--role", "council", "--area", "XK.PRI", "--data-dir", str(tmp_path / "keys")).stdout.strip()
    claims = jwt.decode(token, jwt.PyJWK(key), audience="beatbook", issuer="beatbook-embedded")
    assert claims["grants"] == ["council@XK.PRI"]


def test_keys_that_cannot_be_published_are_refused(tmp_path: Path) -> None:
    answer = run("keys", "--data-dir", str(tmp_path), "--publish", str(tmp_path / "nowhere" / "jwks.json"))
    assert answer.exit_code == 1
    assert "cannot be written" in answer.output


@pytest.fixture
def addresses(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    urls = {
        f"BEATBOOK_{name.upper()}_DATABASE_URL": service_url(postgres.admin_url, name, PASSWORD) for name in SERVICES
    }
    for variable, url in {**urls, "BEATBOOK_ADMIN_DATABASE_URL": postgres.admin_url}.items():
        monkeypatch.setenv(variable, url)
    return urls


def test_databases_are_made_once_and_can_be_migrated(addresses: dict[str, str]) -> None:
    for _ in range(2):
        made = run("databases")
        assert made.exit_code == 0, made.output
        migrated = run("migrate", "all")
        assert migrated.exit_code == 0, migrated.output


def test_a_service_enters_no_other_service_s_database(addresses: dict[str, str]) -> None:
    assert run("databases").exit_code == 0
    foreign = addresses["BEATBOOK_FORUM_DATABASE_URL"].rpartition("/")[0] + "/beatbook_cases"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(asyncpg.connect(foreign))


@pytest.mark.pure
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://postgres:secret@db/beatbook_forum", "postgresql://beatbook_forum:PASSWORD@"),
        ("postgresql://beatbook_forum:secret@db/forum", "postgresql://beatbook_forum:PASSWORD@"),
        ("postgresql://beatbook_forum@db/beatbook_forum", "postgresql://beatbook_forum:PASSWORD@"),
        ("postgresql://beatbook_forum:o'clock@db/beatbook_forum", "quote or a backslash"),
    ],
)
def test_an_address_that_is_not_the_service_s_is_refused(url: str, reason: str) -> None:
    with pytest.raises(Refusal, match="BEATBOOK_FORUM_DATABASE_URL") as refused:
        password_of("forum", "BEATBOOK_FORUM_DATABASE_URL", {"BEATBOOK_FORUM_DATABASE_URL": url})
    assert reason in str(refused.value)


def test_missing_addresses_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BEATBOOK_ADMIN_DATABASE_URL", raising=False)
    answer = run("databases")
    assert answer.exit_code == 1
    assert "BEATBOOK_ADMIN_DATABASE_URL" in answer.output
    assert "BEATBOOK_KPI_DATABASE_URL" in answer.output
