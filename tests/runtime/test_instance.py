"""The data directory: its lock, secrets, ports and keys."""

import json
import os
import signal
import socket
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from beatbook.contracts.actor import Grant
from beatbook.runtime.forking import fork
from beatbook.runtime.instance import Instance
from beatbook.runtime.ports import free_port, taken
from beatbook.runtime.refusal import Refusal
from beatbook.runtime.tokens import AUDIENCE, ISSUER, ensure_keys, issue_token


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = Instance(tmp_path / "data")
    made.create()
    return made


def test_a_second_holder_is_refused_and_told_who_holds_it(instance: Instance) -> None:
    with instance.lock(), pytest.raises(Refusal, match=f"running instance \\(process {os.getpid()}\\)"):
        instance.lock().__enter__()
    with instance.lock():
        pass


def test_a_secret_is_made_once_and_keeps_the_value_of_its_older_name(instance: Instance) -> None:
    assert instance.secret("one") == instance.secret("one") != instance.secret("two")
    assert instance.secret("new", formerly="one") == instance.secret("one")
    assert instance.secret("new") == instance.secret("one")
    assert instance.secret("fresh", formerly="never was") not in {instance.secret("one"), instance.secret("two")}
    assert (instance.directory / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_holder_that_was_killed_holds_nothing(instance: Instance, tmp_path: Path) -> None:
    reader, writer = os.pipe()

    def hold() -> None:
        with instance.lock():
            os.write(writer, b"held")
            signal.pause()

    pid = fork(hold, log=tmp_path / "log")
    os.close(writer)
    assert os.read(reader, 4) == b"held"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with instance.lock():
        pass


def test_secrets_are_kept_and_readable_by_the_owner_alone(instance: Instance) -> None:
    first, other = instance.secret("nats"), instance.secret("internal")
    assert first == Instance(instance.directory).secret("nats") != other
    assert (instance.directory / "secrets.json").stat().st_mode & 0o077 == 0
    assert instance.directory.stat().st_mode & 0o077 == 0


def test_a_port_is_remembered_until_another_takes_it(instance: Instance) -> None:
    port = instance.port("nats")
    assert instance.port("nats") == port
    with socket.create_server(("127.0.0.1", port)):
        assert taken([port]) == [port]
        moved = instance.port("nats")
    assert moved != port == free_port(port)
    assert instance.port("nats") == moved


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match="cannot be used"):
        Instance(tmp_path / "file" / "data").create()


def test_a_token_names_its_grants_and_is_checked_with_the_published_key(instance: Instance) -> None:
    ensure_keys(instance)
    grants = [Grant.parse("council@XK.PRI"), Grant.parse("partner@XK")]
    token = issue_token(instance, grants, subject="amina", agency="refuge", lifetime=timedelta(hours=1))
    keys = jwt.PyJWKSet.from_json(instance.jwks.read_text())
    claims = jwt.decode(
        token, keys[jwt.get_unverified_header(token)["kid"]], algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER
    )
    assert claims["sub"] == "amina"
    assert claims["agency"] == "refuge"
    assert claims["grants"] == ["council@XK.PRI", "partner@XK"]
    assert claims["exp"] - claims["iat"] == 3600
    assert "d" not in json.loads(instance.jwks.read_text())["keys"][0], "the private key is not published"
    assert instance.signing_key.stat().st_mode & 0o077 == 0


def test_keys_survive_a_second_start(instance: Instance) -> None:
    ensure_keys(instance)
    before = instance.jwks.read_text()
    ensure_keys(instance)
    assert instance.jwks.read_text() == before


def test_no_token_from_a_directory_without_an_instance(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="holds no Beatbook instance"):
        issue_token(Instance(tmp_path), [Grant.parse("council@XK")], subject="x")
