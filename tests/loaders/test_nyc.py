"""A real committee by the bulk import: 27 years of meetings, attendance, minutes and votes, none lost on the way."""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.crypto import canonical_json, sha256_hex
from tests.loaders.nyc import DATA, NOW, Importer, read_committee

ON_FILE = {"meeting": 525, "item": 3472, "mark": 4511, "vote": 1305}
STATES = {"held": 443, "postponed": 81, "planned": 1}
"""Of the meetings on file: deferred is postponed; recessed ones and two with draft minutes were held."""
AWAY = {"Absent": 115, "Medical": 11, "Conflict": 5, "Non-voting": 3}
"""Votes on file that were not cast."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not beside the project")


async def pages(http: httpx.AsyncClient, path: str, **headers: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        query = {"limit": "100"} | ({"after": after} if after else {})
        page = (await http.get(f"/v1{path}", params=query, headers=headers)).json()
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


@pytest.mark.pure
def test_every_line_of_the_tables_is_in_a_row_of_which_its_place_is_known() -> None:
    records = read_committee()
    assert records.orphans == []
    places = Counter(place.file for row in records.rows for places in row.parts.values() for place in places)
    assert places == {"agenda_items.csv": 3472 + 123, "attendance.csv": 4511, "votes.csv": 1305}
    kinds = Counter(row.fields["record"] for row in records.rows)
    assert kinds == {"member": 74, "meeting": 525}
    with (DATA / "votes.csv").open(encoding="utf-8", newline="") as file:
        assert Counter(row["vote"] for row in csv.DictReader(file)) - Counter(AWAY) == {
            "Affirmative": 1094, "Negative": 73, "Abstain": 4}  # fmt: skip


@pytest.mark.timeout(900)
async def test_27_years_of_a_committee(
    client: Any, settings_for: Any, tokens: Callable[..., str], record_property: Callable[[str, object], None]
) -> None:
    records = read_committee()
    settings = await settings_for("forum", role="api")
    http: httpx.AsyncClient = await client.of(settings, "forum", clock=lambda: NOW)
    token = tokens("admin@US")
    importer = Importer(http, token)
    forum = await importer.found()
    began = time.monotonic()
    first = await importer.send(forum, records.rows)
    record_property("seconds", time.monotonic() - began)

    sent = {kind: counts.total() for kind, counts in first.counts.items()}
    assert sent == ON_FILE | {"member": 74, "minutes": 443, "decision": 123}
    taken = {kind: counts["added"] for kind, counts in first.counts.items()}
    not_cast = sum(AWAY.values())
    assert taken == sent | {"vote": 1305 - not_cast}
    assert Counter((row["kind"], row["reason"]) for row in first.refused) == {("vote", "not-cast"): not_cast}

    db = await asyncpg.connect(settings.database_url)
    events = await db.fetchval("select count(*) from events")
    again = await importer.send(forum, records.rows)
    assert {kind: counts["unchanged"] for kind, counts in again.counts.items()} == taken
    assert again.refused == first.refused
    assert again.ids == first.ids
    assert await db.fetchval("select count(*) from events") == events
    headers = {"Authorization": token}
    (totals,) = (await http.get(f"/v1/forums/{forum}/imports/totals", headers=headers)).json()
    assert (totals["stored"], totals["refused"]) == (taken, {"vote": not_cast})

    meetings = {meeting["id"]: meeting for meeting in await pages(http, "/meetings")}
    assert Counter(meeting["state"] for meeting in meetings.values()) == STATES
    items = 0
    for row in records.rows[74:]:
        meeting = meetings[first.ids[row.fields["external_id"]]]
        assert datetime.fromisoformat(meeting["starts_at"]) == datetime.fromisoformat(row.fields["starts_at"])
        came = sum(mark["status"] == "present" for mark in row.fields.get("attendance", ()))
        assert meeting["members_present"] == (came if meeting["state"] == "held" else None)
        items += len(meeting["topics"]) if meeting["state"] != "held" else 0
    items += await db.fetchval("select sum(jsonb_array_length(items)) from minutes")
    assert items == ON_FILE["item"]
    assert await db.fetchval("select count(*) from attendance") == ON_FILE["mark"]
    await db.close()

    published = await pages(http, "/minutes")
    assert len(published) == 435
    chains = await asyncio.gather(*(http.get(f"/v1/minutes/{minutes['id']}/versions") for minutes in published))
    for minutes, chain in zip(published, chains, strict=True):
        (version,) = chain.json()["items"]
        assert version["sha256"] == minutes["sha256"] == sha256_hex(canonical_json(version["content"]))
        assert version["content"]["previous_sha256"] is None

    decisions = await pages(http, "/decisions")
    cast = Counter[str]()
    for decision in decisions:
        cast.update(decision["votes"])
    assert (len(decisions), cast) == (123, {"for": 1094, "against": 73, "abstained": 4})
