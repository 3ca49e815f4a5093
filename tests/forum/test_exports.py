"""Tables for other programs: what is in them, for whom, and what no spreadsheet may run."""

import asyncio
import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.forum.exports.rules import COLUMNS, Audience, FileFormat, Table, cell, columns, safe_text
from services.forum.exports.sheets import new_sheet
from tests.forum.conftest import DECISION, NOW, World

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1")


async def table(world: World, name: str, as_: str | None = "council@XK.PRI", **query: Any) -> list[dict[str, str]]:
    answer = await world.api("GET", f"/forums/{world.forum}/exports/{name}", as_=as_, **query)
    assert answer.is_success, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.pure
@given(st.one_of(st.sampled_from(FORMULAS), st.text()))
def test_no_cell_is_a_formula_and_each_can_be_held(text: str) -> None:
    safe = safe_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert len(safe) <= 32_767
    assert all(char >= " " or char in "\t\r\n" for char in safe)


@pytest.mark.pure
@given(st.lists(st.text(), min_size=1, max_size=5), st.sampled_from(FileFormat))
def test_what_is_written_is_read_again(texts: list[str], form: FileFormat) -> None:
    wanted = [safe_text(text) for text in texts if text.strip()]
    shown = COLUMNS[Table.MEETINGS][4:5]
    sheet = new_sheet(shown, form, "meetings", NOW, bom=False)
    sheet.add({"state_reason": text} for text in texts if text.strip())
    with sheet.close() as file:
        content = file.read()
    if form is FileFormat.CSV:
        read = [row[0] for row in csv.reader(io.StringIO(content.decode(), newline=""))][1:]
        assert read == wanted
    else:
        rows = list(load_workbook(io.BytesIO(content))["meetings"].iter_rows(min_row=2))
        assert len(rows) == len(wanted)
        assert all(row[0].data_type != "f" for row in rows)


@pytest.mark.pure
def test_numbers_stay_numbers_and_the_public_gets_no_seat() -> None:
    assert (cell(-3), cell(True), cell(None), cell(["=a", "b"])) == (-3, "true", None, "'=a; b")
    assert columns(Table.MEMBERS, Audience.PUBLIC) == columns(Table.ATTENDANCE, Audience.PUBLIC) == []
    for found in COLUMNS.values():
        assert len({column.name for column in found}) == len(found)


async def test_those_inside_get_every_column_and_row(world: World) -> None:
    await world.api.ok("POST", f"/meetings/{world.held}/decisions", DECISION | {"text": "=cmd()", "owner": "+49"})
    decisions = await table(world, "decisions.csv", audience="inside")
    assert [row["text"] for row in decisions] == ["Repair the lamps", "Secret decision", "'=cmd()"]
    assert [row["public"] for row in decisions] == ["true", "false", "true"]
    assert decisions[2]["owner"] == "'+49"
    members = await table(world, "members.csv", audience="inside")
    assert [row["name"] for row in members] == ["Ana Krasniqi", "Blerim Hoxha"]
    marks = await table(world, "attendance.csv", "officer@XK.PRI", audience="inside")
    assert {(row["meeting_id"], row["name"], row["status"]) for row in marks} == {
        (world.held, "Ana Krasniqi", "present"), (world.closed_held, "Ana Krasniqi", "present")}  # fmt: skip
    meetings = await table(world, "meetings.csv", audience="inside")
    assert {row["meeting_id"] for row in meetings} == {
        world.held, world.closed_held, world.planned, world.closed_planned}  # fmt: skip


async def test_the_public_gets_public_columns_of_what_is_public(world: World) -> None:
    """Rules F10, F20."""
    meetings = await table(world, "meetings.csv", None)
    assert [row["meeting_id"] for row in meetings] == [world.held, world.planned]
    assert list(meetings[0]) == [column.name for column in COLUMNS[Table.MEETINGS] if column.public]
    assert meetings[0]["minutes_id"] == world.published
    assert [row["text"] for row in await table(world, "decisions.csv", None)] == ["Repair the lamps"]
    for name in ("members.csv", "attendance.xlsx"):
        for caller in (None, "council@XK.PRI"):
            assert (await world.api("GET", f"/forums/{world.forum}/exports/{name}", as_=caller)).status_code == 404


async def test_a_concern_without_a_name_says_nothing_of_who_raised_it(world: World) -> None:
    """Rule F14."""
    path = f"/forums/{world.forum}/concerns/anonymous"
    raised = await world.api.ok("POST", path, {"category": "road_safety", "text": "Cars race here."}, as_=None)
    (row,) = await table(world, "concerns.csv", audience="inside")
    assert (row["source"], row["text"], row["raised_on"]) == ("anonymous", "Cars race here.", NOW.date().isoformat())
    assert raised["receipt"] not in str(row)
    names = {column.name for column in COLUMNS[Table.CONCERNS]}
    assert not names & {"receipt_sha256", "member_id", "meeting_id", "raised_at", "longitude", "latitude"}


async def test_a_workbook_has_its_dictionary_and_a_csv_may_have_a_mark(world: World) -> None:
    path = f"/forums/{world.forum}/exports"
    answer = await world.api("GET", f"{path}/meetings.xlsx", as_=None)
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["meetings", "about"]
    assert book["about"]["B1"].value == NOW.isoformat()
    assert book["meetings"].max_row == 3
    plain = await world.api("GET", f"{path}/meetings.csv", as_=None)
    marked = await world.api("GET", f"{path}/meetings.csv", as_=None, bom=True)
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert plain.headers["content-disposition"] == 'attachment; filename="meetings-public-20260315T120000Z.csv"'
    dictionary = await world.api.ok("GET", path, as_=None)
    assert [entry["table"] for entry in dictionary] == ["members", "meetings", "attendance", "decisions", "concerns"]


async def test_who_took_what_out_is_in_the_log_and_public_reading_is_not(world: World) -> None:
    before = len(await world.api.events())
    await table(world, "members.csv", audience="inside")
    await table(world, "meetings.csv", None)
    path = f"/forums/{world.forum}/exports/members.csv"
    assert (await world.api("GET", path, audience="inside", as_="officer@XK.PRI")).status_code == 404
    (event,) = await world.api.events(before)
    assert event["actor"] == "a council@XK.PRI"
    assert event["data"] | {"forum_id": "", "area": ""} == {
        "forum_id": "", "area": "", "what": "members", "form": "csv", "rows": 2}  # fmt: skip


async def test_what_no_xml_can_hold_breaks_no_workbook(world: World) -> None:
    """Rule F14. Anybody may send a concern: none of its characters may keep a council from its own table."""
    words = {"category": "other", "text": "Lamps\ufffe\uffff\x0b out"}
    await world.api.ok("POST", f"/forums/{world.forum}/concerns/anonymous", words, as_=None)
    path = f"/forums/{world.forum}/exports/concerns.xlsx"
    answer = await world.api("GET", path, audience="inside")
    rows = list(load_workbook(io.BytesIO(answer.content))["concerns"].iter_rows(values_only=True))
    assert "Lamps out" in rows[1]


@pytest.mark.parametrize("name", ["members.pdf", "people.csv", "meetings", "meetings.csv.xlsx"])
async def test_there_is_no_other_table(world: World, name: str) -> None:
    answer = await world.api("GET", f"/forums/{world.forum}/exports/{name}")
    assert answer.status_code in {404, 422}


async def test_many_copies_at_once_leave_connections_for_others(world: World) -> None:
    """Thirty askers without a name kept every connection: each held one and waited for a second."""
    asked = [world.api("GET", f"/forums/{world.forum}/{path}", as_=None)
             for path in ["archive", "exports/meetings.csv"] * 15]  # fmt: skip
    waiting = asyncio.gather(*asked)
    other = await world.api("GET", f"/forums/{world.forum}", as_=None)
    answers = await waiting
    assert other.status_code == 200
    assert {answer.status_code for answer in answers} == {200}
