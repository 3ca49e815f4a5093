"""A forum's whole record as one signed archive: open parts for everyone, all of it for those who keep it."""

import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from beatbook.cli.main import app
from beatbook.kit.archives import ArchiveWriter, SigningKey, verify
from services.forum.app import service
from services.forum.archives.inside import OWN, PARTS
from tests.forum.access.consultations import CONSULTATION, WORDS
from tests.forum.conftest import World

DOCUMENT = Path(__file__).parents[2] / "docs/architecture/records.md"


def openssl(directory: Path, x: str) -> subprocess.CompletedProcess[bytes]:
    """Do in an unpacked archive what the document says."""
    (script,) = re.findall(r"```sh\n(header=.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return subprocess.run(
        ["sh", "-ec", script], cwd=directory, env={"X": x, "PATH": os.environ["PATH"]}, capture_output=True, check=False
    )


async def archive(world: World, as_: str | None = "council@XK.PRI", **query: Any) -> bytes:
    answer = await world.api("GET", f"/forums/{world.forum}/archive", as_=as_, **query)
    assert answer.is_success, answer.text
    return answer.content


def rows(content: bytes, name: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return [json.loads(line) for line in opened.read(name).splitlines()]


async def test_the_same_record_gives_the_same_bytes_that_verify(world: World) -> None:
    keys = (await world.api.ok("GET", "/archive-keys", as_=None))["keys"]
    for query in ({}, {"audience": "inside"}):
        first = await archive(world, **query)
        assert await archive(world, **query) == first
        manifest, wrong = verify(io.BytesIO(first), keys)
        assert (wrong, manifest and manifest["forum_id"]) == ([], world.forum)
        assert "application/zip" in (await world.api("GET", f"/forums/{world.forum}/archive")).headers["content-type"]


async def test_the_public_archive_has_open_parts_only(world: World) -> None:
    """Rules F10, F11a, F20."""
    content = await archive(world, None)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        text = b"".join(opened.read(name) for name in opened.namelist()).decode()
        assert set(opened.namelist()) == {
            "README.txt", "forum.jsonl", "rules_of_procedure.jsonl", "meetings.jsonl", "decisions.jsonl",
            "concerns.jsonl", "minutes_versions.jsonl", "correction_versions.jsonl", "reports.jsonl",
            "manifest.json", "manifest.jws",
        }  # fmt: skip
    for secret in (
        "ecret",
        "Krasniqi",
        "Hoxha",
        world.closed_held,
        world.closed_planned,
        world.closed_decision,
        world.chair,
    ):
        assert secret not in text
    assert [row["number"] for row in rows(content, "minutes_versions.jsonl")] == [1]
    assert [row["text"] for row in rows(content, "rules_of_procedure.jsonl")] == ["We meet every quarter."]


async def test_the_archive_of_the_inside_has_all_but_what_was_noted_to_be_kept_out(world: World) -> None:
    """Rule F11: names of public attendees that a secretary noted leave the database for nobody."""
    noted = {"public_attendees": ["Visitor Name"]}
    await world.api.ok("PATCH", f"/minutes/{world.draft}", noted)
    content = await archive(world, audience="inside")
    assert {row["name"] for row in rows(content, "members.jsonl")} == {"Ana Krasniqi", "Blerim Hoxha"}
    assert len(rows(content, "meetings.jsonl")) == 4
    assert len(rows(content, "attendance.jsonl")) == 2
    assert "Secret words" in str(rows(content, "minutes.jsonl"))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert not any(b"Visitor Name" in opened.read(name) for name in opened.namelist())
    (event,) = (await world.api.events())[-1:]
    assert (event["data"]["what"], event["data"]["form"]) == ("archive", "zip")


async def test_the_archive_of_the_inside_has_what_became_of_things_and_what_was_done_outside_meetings(
    world: World,
) -> None:
    """Rules F13, F14, F21."""
    api = world.api
    consultation = await api.ok("POST", f"/forums/{world.forum}/consultations", CONSULTATION)
    concern = await api.ok("POST", f"/consultations/{consultation['id']}/findings/1/concern", WORDS)
    told = {"outcome": "answered", "words": "The lamps burn again.", "organisation": "Public works"}
    await api.ok("POST", f"/concerns/{concern['findings'][0]['concern_id']}/triage", told)
    await api.ok("POST", f"/decisions/{world.decision}/notes", {"text": "Lamps are ordered."})
    content = await archive(world, audience="inside")
    assert [row["words"] for row in rows(content, "concern_steps.jsonl")] == [None, "The lamps burn again."]
    assert "Lamps are ordered." in str(rows(content, "decision_steps.jsonl"))
    assert len(rows(content, "consultation_findings.jsonl")) == len(CONSULTATION["findings"])
    assert {row["role"] for row in rows(content, "seat_roles.jsonl")} == {"chair", "member"}
    assert len(rows(content, "held_agendas.jsonl")) == 2


ELSEWHERE = {
    "forums", "rules_of_procedure", "members", "meetings", "attendance", "decisions", "concerns", "concern_steps",
    "minutes_versions", "correction_versions", "yearly_reports", "imported_rows",
}  # fmt: skip
"""Tables that an archive has by statements of their own."""
LEFT_OUT = {
    "areas": "the register's", "sites": "the register's", "posts": "the police's", "trust_levels": "the area's",
    "rank_scales": "the country's", "rules_proposals": "adopted or not, no rules", "safe_places": "they protect people",
    "mail_addresses": "personal", "mails": "machinery", "overdue_notices": "machinery",
    "receipt_allowances": "machinery", "concern_cases": "the police's; what was told is in the concern's steps",
}  # fmt: skip


@pytest.mark.pure
def test_a_table_is_in_the_archive_or_left_out_for_a_reason() -> None:
    archived = {str(table.__tablename__) for table in [*OWN.values(), *(part for part, *_ in PARTS.values())]}
    assert set(service.metadata.tables) == archived | ELSEWHERE | LEFT_OUT.keys()
    assert not archived & (ELSEWHERE | LEFT_OUT.keys())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on this machine")
async def test_openssl_alone_verifies_it(world: World, tmp_path: Path) -> None:
    (key,) = (await world.api.ok("GET", "/archive-keys"))["keys"]
    with zipfile.ZipFile(io.BytesIO(await archive(world))) as opened:
        opened.extractall(tmp_path)
    good = openssl(tmp_path, key["x"])
    assert (good.returncode, b"Signature Verified Successfully" in good.stdout) == (0, True), good.stderr
    with (tmp_path / "manifest.json").open("ab") as manifest:
        manifest.write(b" ")
    assert openssl(tmp_path, key["x"]).returncode != 0


async def test_the_command_line_tells_good_from_changed(world: World, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text((await world.api("GET", "/archive-keys")).text)
    good = tmp_path / "good.zip"
    good.write_bytes(await archive(world))
    told = CliRunner().invoke(app, ["forums", "verify", str(good), "--keys", str(keys)])
    assert (told.exit_code, "as it was signed: 9 files" in told.output) == (0, True), told.output
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"Repair the lamps", b"Forget the lamps"))
    told = CliRunner().invoke(app, ["forums", "verify", str(changed), "--keys", str(keys)])
    assert (told.exit_code, told.output) == (1, "WRONG decisions.jsonl: was changed.\n")


def test_a_chain_that_was_broken_before_it_was_signed_is_found(tmp_path: Path) -> None:
    """Rule F11: whoever rewrites a published version in the database can't hide it behind a good signature."""
    key = SigningKey("a secret of thirty-two characters")
    file, keys = tmp_path / "a.zip", tmp_path / "keys.json"
    with file.open("wb") as target:
        writer = ArchiveWriter(target)
        with writer.member("minutes_versions.jsonl") as write:
            write(json.dumps({"minutes_id": "m", "number": 1, "sha256": "0" * 64, "content": {"a": 1}}).encode())
        writer.close({"forum_id": "f"}, key)
    keys.write_text(json.dumps({"keys": [key.public]}))
    told = CliRunner().invoke(app, ["forums", "verify", str(file), "--keys", str(keys), "--json"])
    assert told.exit_code == 1
    assert json.loads(told.output)["wrong"] == [
        "minutes_versions.jsonl: m version 1: its hash is not that of its content."]  # fmt: skip


def test_what_a_file_is_called_says_nothing_to_the_terminal(tmp_path: Path) -> None:
    keys, file = tmp_path / "keys.json", tmp_path / "a.zip"
    keys.write_text('{"keys": []}')
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("manifest.json", '{"files": [{"path": "\\ud800", "bytes": 1, "sha256": "x"}]}')
        target.writestr("x\x1b[2J\r\na.zip is as it was signed: 9 files.", b"")
    told = CliRunner().invoke(app, ["forums", "verify", str(file), "--keys", str(keys)])
    assert told.exit_code == 1
    assert all(line.startswith("WRONG ") for line in told.output.splitlines())
    assert "\x1b" not in told.output


async def test_an_installation_without_a_key_signs_nothing_and_old_keys_stay_published(
    client: Any, settings_for: Any
) -> None:
    former = SigningKey("the key that was in use, of 32 characters").public
    settings = await settings_for("forum", role="api", archive_key=None, archive_former_keys=f"{former['x']},")
    http = await client.of(settings, "forum")
    keys = (await http.get("/v1/archive-keys")).json()["keys"]
    assert keys == [former]
    answer = await http.get("/v1/forums/01890000-0000-7000-8000-000000000000/archive")
    assert (answer.status_code, "BEATBOOK_ARCHIVE_KEY" in answer.text) == (409, True)
