"""A real committee through the API: 27 years of meetings, attendance, minutes and votes, none lost on the way."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.crypto import canonical_json, sha256_hex
from tests.loaders.nyc import ATTENDANCE, DATA, Loader, read_committee

NOW = datetime(2026, 9, 1, tzinfo=UTC)
"""The moment the data was taken, more or less: one meeting was still to come."""
STATES = {"held": 443, "postponed": 81, "planned": 1}
"""Of the meetings on file: deferred is postponed; recessed ones and two with draft minutes were held."""

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


@pytest.mark.timeout(600)
async def test_27_years_of_a_committee(
    client: Any, settings_for: Any, tokens: Callable[..., str], record_property: Callable[[str, object], None]
) -> None:
    committee = read_committee()
    assert len(committee.sittings) == 525
    assert len(committee.members) == 74
    settings = await settings_for("forum", role="api")
    http: httpx.AsyncClient = await client.of(settings, "forum", clock=lambda: NOW)
    began = time.monotonic()
    loaded = await Loader(http, tokens("admin@US"), committee, NOW).load(committee.sittings)
    record_property("seconds", time.monotonic() - began)

    meetings = await pages(http, "/meetings")
    assert Counter(meeting["state"] for meeting in meetings) == STATES
    by_id = {meeting["id"]: meeting for meeting in meetings}
    for sitting in committee.sittings:
        meeting = by_id[loaded.meetings[sitting.row["meeting_id"]]]
        assert datetime.fromisoformat(meeting["starts_at"]) == sitting.starts_at
        if meeting["state"] == "held":
            came = sum(ATTENDANCE.get(mark["value"]) == "present" for mark in sitting.attendance)
            assert meeting["members_present"] == came

    db = await asyncpg.connect(settings.database_url)
    marks = Counter({row["status"]: row["n"] for row in await db.fetch(
        "select status, count(*) as n from attendance group by status")})  # fmt: skip
    await db.close()
    on_file = Counter(ATTENDANCE.get(mark["value"], "excused") for s in committee.sittings for mark in s.attendance)
    assert (marks, marks.total()) == (on_file, 4511)

    published = await pages(http, "/minutes")
    final = [s for s in committee.sittings if s.state(NOW) == "held" and s.minutes_are_final]
    assert len(published) == len(final) == 435
    chains = await asyncio.gather(*(http.get(f"/v1/minutes/{minutes['id']}/versions") for minutes in published))
    items = {loaded.minutes[s.row["meeting_id"]]: s.items for s in final}
    for minutes, chain in zip(published, chains, strict=True):
        (version,) = chain.json()["items"]
        assert version["sha256"] == minutes["sha256"] == sha256_hex(canonical_json(version["content"]))
        assert version["content"]["previous_sha256"] is None
        assert len(version["content"]["items"]) == len(items[minutes["id"]])

    decisions = {decision["id"]: decision for decision in await pages(http, "/decisions")}
    assert len(decisions) == len(committee.votes) == 123
    for sitting in committee.sittings:
        for item, votes in committee.decided(sitting):
            assert decisions[loaded.decisions[item["item_id"]]]["votes"] == votes
    cast = Counter[str]()
    for decision in decisions.values():
        cast.update(decision["votes"])
    assert cast == {"for": 1094, "against": 73, "abstained": 4}
