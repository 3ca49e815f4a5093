"""A forum's year: in figures, in sentences, frozen when adopted, public without what is closed. Rules F10, F13, F20."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.crypto import canonical_json, sha256_hex
from services.forum.reports.rules import (
    DecisionFact,
    MeetingFact,
    Year,
    adopting_obstacles,
    bounds,
    figures,
    markdown,
    sentences,
)
from tests.forum.conftest import DECISION, World, hold

TODAY = date(2026, 3, 15)
START = datetime(2025, 1, 10, 17, tzinfo=UTC)
MEETINGS = st.builds(
    MeetingFact,
    state=st.sampled_from(["held", "postponed", "cancelled", "planned"]),
    starts_at=st.integers(0, 300).map(lambda days: START + timedelta(days=days)),
    members=st.integers(0, 50),
    public=st.integers(0, 500),
    minutes_published=st.booleans(),
)
DECISIONS = st.builds(
    DecisionFact,
    text=st.text(min_size=1),
    owner=st.text(min_size=1),
    due_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    state=st.sampled_from(["open", "delivered", "declined", "withdrawn"]),
    on_time=st.none(),
)


def meeting(month: int, members: int, state: str = "held") -> MeetingFact:
    return MeetingFact(state, START + timedelta(days=30 * month), members if state == "held" else None, 7, True)


@pytest.mark.pure
def test_a_year_lasts_as_long_as_where_the_forum_is() -> None:
    assert bounds(2025, "Europe/Belgrade") == (
        datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC))  # fmt: skip
    end = bounds(2025, "Europe/Belgrade")[1]
    assert adopting_obstacles(end, end, 0, None) == []
    assert len(adopting_obstacles(end, end - timedelta(seconds=1), 1, None)) == 2


@pytest.mark.pure
def test_figures_and_sentences_of_a_year() -> None:
    year = Year(
        meetings=[meeting(0, 10), meeting(3, 10), meeting(6, 5), meeting(9, 5), meeting(10, 0, "cancelled")],
        decisions=[
            DecisionFact("a", "o", None, "delivered", True),
            DecisionFact("b", "o", None, "delivered", False),
            DecisionFact("c", "o", date(2026, 1, 1), "open", None),
            DecisionFact("d", "o", None, "declined", None),
        ],
        concerns=[("answered", True), ("referred", False), ("raised", None)],
    )
    found = figures(year, TODAY)
    assert found["decisions"] == {
        "made": 4, "delivered": 2, "delivered_on_time": 1, "delivered_late": 1, "declined": 1, "withdrawn": 0,
        "open": 1, "overdue": 1, "delivery_rate": 0.667, "on_time_rate": 0.333}  # fmt: skip
    assert found["open_decisions"] == [{"text": "c", "owner": "o", "due_on": "2026-01-01", "overdue": True}]
    assert sentences(found, 2025) == [
        "In 2025 the forum met 4 times; 1 meeting was called off.",
        "Minutes of 4 of 4 meetings are published.",
        "On average 7.5 members came, fewer in the second half (5.0) than in the first (10.0).",
        "28 visits by members of the public were counted.",
        "4 decisions were made. Delivered: 2 (1 on time, 1 late); declined: 1; withdrawn: 0; still open: 1, of which"
        " overdue: 1.",
        "3 concerns were raised; where they stand: answered: 1, raised: 1, referred: 1.",
    ]
    assert "signals" not in found
    inside = figures(replace(year, inside=True, signals=["attendance_fell"]), TODAY)
    assert sentences(inside, 2025)[-2:] == [
        "Dealt with in the agreed days: 1; later: 1.", "1 warning signal came up."]  # fmt: skip


@pytest.mark.pure
@given(st.lists(MEETINGS, max_size=8), st.lists(DECISIONS, max_size=8))
def test_counts_add_up_and_no_words_of_people_change_the_document(
    meetings: list[MeetingFact], decisions: list[DecisionFact]
) -> None:
    found = figures(Year(meetings=meetings, decisions=decisions), TODAY)
    told = found["meetings"]
    assert told["held"] + told["postponed"] + told["cancelled"] + told["still_planned"] == len(meetings)
    ended = found["decisions"]
    assert ended["delivered"] + ended["declined"] + ended["withdrawn"] + ended["open"] == len(decisions)
    content = {"forum": "# <b>A|B</b>", "year": 2025, "foreword": "<script>\n# x", "number": 1, "as_of": "now",
               "figures": found, "sentences": sentences(found, 2025)}  # fmt: skip
    lines = markdown(content).split("\n")
    assert [line for line in lines if line.startswith("# ")] == [r"# \# \<b\>A\|B\</b\>: report for 2025"]
    assert not any("<script>" in line for line in lines)
    rows = [line for line in lines if line.startswith("| ")][2:]
    assert len(rows) == ended["open"]


async def test_adopted_it_is_frozen_and_public_without_what_is_closed(world: World) -> None:
    api, path = world.api, f"/forums/{world.forum}/reports/2025"
    met = await hold(api, world.forum, world.chair, "2025-05-01T17:00:00Z")
    await hold(api, world.forum, world.chair, "2025-06-01T17:00:00Z", public=False)
    await api.ok("POST", f"/meetings/{met}/decisions", DECISION)
    assert (await api("GET", path, as_=None)).status_code == 404
    draft = await api.ok("GET", f"{path}/draft", as_="officer@XK.PRI")
    assert (draft["figures"]["meetings"]["held"], "trainings" in draft["figures"]) == (2, True)
    adopted = await api.ok("POST", path, {"foreword": "Thanks to all."})
    assert adopted["content"]["figures"]["meetings"]["held"] == 1
    assert adopted["sha256"] == sha256_hex(canonical_json(adopted["content"]))
    decision = (await api.ok("POST", f"/meetings/{met}/decisions", DECISION))["id"]
    assert await api.ok("GET", path, as_=None) == adopted
    document = (await api("GET", f"{path}/document", as_=None)).text
    assert document.startswith("# Council: report for 2025\n\nThanks to all.\n")
    assert "Repair the lamps" in document
    assert decision not in document
    assert (await api("POST", path, {})).json()["unmet"]
    second = await api.ok("POST", path, {"reason": "A decision was added."})
    assert (second["number"], second["content"]["previous_sha256"]) == (2, adopted["sha256"])
    assert second["content"]["figures"]["decisions"]["made"] == 2
    listed = await api.ok("GET", f"/forums/{world.forum}/reports", as_=None, limit=1)
    assert [row["number"] for row in listed["items"]] == [1]
    more = await api.ok("GET", f"/forums/{world.forum}/reports", as_=None, after=listed["next"])
    assert [row["number"] for row in more["items"]] == [2]
    told = [event for event in await api.events() if event["type"].endswith("report.adopted.v1")]
    assert [event["data"]["number"] for event in told] == [1, 2]


async def test_a_year_that_is_not_over_is_not_adopted(world: World) -> None:
    before = await world.api.fingerprint()
    answer = await world.api("POST", f"/forums/{world.forum}/reports/2026", {})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-adoptable")
    assert await world.api.fingerprint() == before
    for year in ("1800", "9999", "x"):
        assert (await world.api("GET", f"/forums/{world.forum}/reports/{year}")).status_code == 422
