"""The broker's accounts: who may do what, from what is declared."""

import os
import re
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from beatbook.kit.broker import api_prefix, inbox_prefix, stream_name, wake_subject
from beatbook.runtime.databases import SERVICES
from beatbook.runtime.nats import configure
from beatbook.runtime.rights import GATEWAY, OPERATOR, Part, accounts, written_out

pytestmark = pytest.mark.pure

PARTS = [Part("log"), Part("tally", reads=["log"]), Part(GATEWAY, publishes=False, follows=["log"])]
MADE = accounts(PARTS, {name: f"${name.upper()}_PASSWORD" for name in ("log", "tally", GATEWAY, OPERATOR)})
ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy/compose/nats.conf"


def rights(name: str) -> Any:
    user = MADE[name]["users"][0]
    return user["permissions"]


def test_a_service_publishes_its_own_and_hears_answers_and_hints_only() -> None:
    assert rights("LOG")["subscribe"] == {"allow": [f"{inbox_prefix('log')}.>", wake_subject("log")]}
    said = rights("LOG")["publish"]["allow"]
    assert said[:2] == ["beatbook.log.>", wake_subject("log")]
    assert all(
        subject.startswith("$JS.API.STREAM.") and subject.endswith(f".{stream_name('log')}") for subject in said[2:]
    )
    assert not any("DELETE" in subject for subject in said)


def test_a_reader_asks_for_what_it_reads_and_the_owner_lets_it_only() -> None:
    asked = {subject for subject in rights("TALLY")["publish"]["allow"] if stream_name("log") in subject}
    imported = [item for item in MADE["TALLY"]["imports"] if "service" in item]
    assert asked == {item.get("to", item["service"]["subject"]) for item in imported}
    assert {item["service"]["subject"] for item in imported} == {
        item["service"] for item in MADE["LOG"]["exports"] if "service" in item and item["accounts"] == ["TALLY"]
    }
    assert all(subject.startswith(api_prefix("log")) for subject in asked)
    assert "exports" not in MADE["TALLY"]
    assert "imports" not in MADE["LOG"]


def test_whoever_reads_or_follows_nobody_imports_nothing() -> None:
    alone = accounts([Part("log"), Part("tally")], {"log": "a", "tally": "b", OPERATOR: "c"})
    assert all(not {"imports", "exports"} & block.keys() for block in alone.values())


def test_the_gateway_publishes_nothing_and_keeps_no_streams() -> None:
    assert rights("GATEWAY") == {"publish": {"deny": [">"]}, "subscribe": {"allow": ["beatbook.*.*.*.>"]}}
    assert "jetstream" not in MADE["GATEWAY"]
    assert [item["stream"]["subject"] for item in MADE["GATEWAY"]["imports"]] == ["beatbook.log.>"]


@pytest.mark.parametrize("directory", ["deploy/compose", "deploy/k8s/overlays/dev"])
def test_the_server_has_room_for_all_that_the_accounts_reserve(directory: str) -> None:
    configuration = (ROOT / directory / "nats.conf").read_text()
    found = re.search(r"max_file_store: (\d+)GB", configuration)
    assert found
    assert 'include "accounts.conf"' in configuration
    reserved = re.findall(r"max_store: (\d+)", (ROOT / directory / "accounts.conf").read_text())
    assert len(reserved) == len(SERVICES)
    assert sum(map(int, reserved)) <= int(found[1]) * 10**9


def test_nats_server_takes_what_is_made(tmp_path: Path) -> None:
    (tmp_path / "embedded.conf").write_text(configure(4222, tmp_path, {}, walled=MADE))
    (tmp_path / "written.conf").write_text(written_out(MADE, "a comment"))
    for file in (tmp_path / "embedded.conf", tmp_path / "written.conf", COMPOSE):
        program = Path(sysconfig.get_path("scripts")) / "nats-server"
        names = ("log", "tally", "forum", "cases", "kpi", "handover", "webhooks", "gateway", "operator")
        passwords = {f"{name.upper()}_{kind}": '"secret"' for name in names for kind in ("PASSWORD", "NATS_PASSWORD")}
        tested = subprocess.run(
            [program, "-t", "-c", file], env=os.environ | passwords, capture_output=True, text=True, check=False
        )
        assert tested.returncode == 0, tested.stderr
