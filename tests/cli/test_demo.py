"""Xandovia: the same country every time, whole after an interruption, never twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import shapely
from typer.testing import CliRunner

from beatbook.cli.demo_country import forums, incidents
from beatbook.cli.demo_country.casework import AGENCY
from beatbook.cli.demo_country.loading import Country, Tokens, load_country, make_country
from beatbook.cli.demo_country.matters import SERIES_AREA
from beatbook.cli.demo_country.places import COUNTRY, names
from beatbook.cli.main import app
from beatbook.contracts.areas import parent_of, tier_of
from services.cases.patterns.scanning import scan

DAY = date(2026, 11, 21)
SEED = "test"


@pytest.fixture(scope="module")
def country() -> Country:
    return make_country(SEED, DAY)


def test_the_same_seed_and_day_make_the_same_country(country: Country) -> None:
    again = make_country(SEED, DAY)
    assert (again.residents, again.forums, again.incidents, again.problems) == (
        country.residents,
        country.forums,
        country.incidents,
        country.problems,
    )
    assert {code: area.wkb for code, area in again.found.items()} == {c: a.wkb for c, a in country.found.items()}
    assert make_country("another", DAY).incidents != country.incidents


@pytest.mark.parametrize("seed", ["xandovia-1", "test", "another"])
def test_the_land_is_nested_without_gap_or_overlap(seed: str) -> None:
    made = make_country(seed, DAY)
    assert set(made.found) == set(names())
    assert Counter(tier_of(code) for code in made.found) == {"national": 1, "municipal": 5, "neighbourhood": 20}
    for code, area in made.found.items():
        assert area.is_valid
        below = [other for other in made.found if parent_of(other) == code]
        if below:
            assert shapely.union_all([made.found[each] for each in below]).symmetric_difference(area).area < 1e-7
            assert sum(made.found[each].area for each in below) == pytest.approx(area.area, rel=1e-4)
            assert made.residents[code] == sum(made.residents[each] for each in below)


@pytest.mark.parametrize("day", [DAY, date(2028, 2, 29), date(2027, 1, 1), date(2027, 3, 31)])
def test_nothing_that_happened_lies_ahead(day: date) -> None:
    made = make_country(SEED, day)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert len(made.incidents) == incidents.COUNT
    assert all(datetime.fromisoformat(row["occurred_at"]) < midnight for row in made.incidents)
    for forum in made.forums:
        for meeting in forum.meetings:
            assert (meeting.hold is None and meeting.call_off is None) or meeting.starts_at < midnight
            for decision in meeting.decisions:
                if decision.close is not None:
                    ended = date.fromisoformat(decision.close["ended_on"])
                    assert meeting.starts_at.date() <= ended <= day


def test_there_is_something_of_everything(country: Country) -> None:
    meetings = [meeting for forum in country.forums for meeting in forum.meetings]
    kinds = Counter(forum.body["kind"] for forum in country.forums)
    assert kinds == {"core_implementation_group": 1, "community_safety_council": 5, "community_advisory_board": 20}
    assert {meeting.call_off["state"] for meeting in meetings if meeting.call_off} == {"postponed", "cancelled"}
    assert sum(not meeting.body["public"] for meeting in meetings) == 1
    assert sum(meeting.correction is not None for meeting in meetings) == 1
    assert sum(meeting.starts_at.date() > DAY for meeting in meetings) >= 12
    assert not any(
        m.starts_at.date() > DAY for each in country.forums if each.area == SERIES_AREA for m in each.meetings
    )
    minutes = Counter(meeting.minutes for meeting in meetings if meeting.hold)
    assert set(minutes) == {"draft", "circulated", "approved", "published"}
    assert minutes["published"] > minutes.total() * 0.8
    ends = Counter((d.close or {"outcome": "open"})["outcome"] for m in meetings for d in m.decisions)
    assert set(ends) == {"delivered", "declined", "withdrawn", "open"}
    assert [problem.phase for problem in country.problems].count("closed") == 1
    assert len({problem.phase for problem in country.problems}) == 5
    assert {
        item["heading"]: sorted(item["translations"]) for m in meetings for item in m.items if "translations" in item
    }
    assert sum("climate" in (meeting.hold or {}) for meeting in meetings) == 2
    assert {matter.path.rsplit("/", 1)[1] for matter in country.matters} >= {
        "anonymous", "concerns", "consultations", "corrections", "initiatives", "posts", "series", "sites", "trainings",
    }  # fmt: skip
    spots = Counter(
        (round(row["longitude"], 3), round(row["latitude"], 3)) for row in country.incidents if row["place"]
    )
    assert spots.most_common(1)[0][1] > 20


def test_the_country_says_that_it_is_invented() -> None:
    shown = CliRunner().invoke(app, ["demo", "--help"])
    assert (shown.exit_code, "Example: beatbook demo" in shown.output) == (0, True)
    assert COUNTRY.code == "XD"


async def test_an_interrupted_load_goes_on_and_nothing_is_there_twice(
    stack: Any, tokens: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "COUNT", 800)
    monkeypatch.setattr(forums, "HISTORY", timedelta(days=100))
    monkeypatch.setattr(forums, "CLOSED_MEETING", ("XD.ALDERPORT", 1))
    running = await stack("forum", "cases", "kpi", "handover", "webhooks")
    urls = {name: service.url for name, service in running.items()}
    sent_by = Tokens(
        *(
            tokens(grant, subject=subject, **more).removeprefix("Bearer ")
            for grant, subject, more in (
                ("admin@XD", "demo", {}),
                ("officer@XD", "community-officer", {}),
                ("partner@XD", "partner", {"agency": AGENCY}),
                ("oversight@XD", "oversight", {}),
            )
        )
    )
    said: list[str] = []

    async def load() -> None:
        await load_country(urls, sent_by, SEED, said.append)

    forum = await running["forum"].app.state.database.pool()
    for share in (20, 150):
        task = asyncio.create_task(load())
        while await forum.fetchval("select count(*) from idempotency_keys") < share:
            assert not task.done()
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await load()

    made = make_country(SEED, datetime.now(UTC).date())
    meetings = [meeting for each in made.forums for meeting in each.meetings]
    held = sum(meeting.hold is not None for meeting in meetings)
    expected = {
        "areas": 26,
        "forums": 26,
        "rules_of_procedure": 26,
        "members": sum(len(each.members) for each in made.forums),
        "meetings where id not in (select meeting_id from series_meetings)": len(meetings),
        "series": 1,
        "concerns": 6,
        "concerns where source = 'anonymous'": 2,
        "corrections": 1,
        "consultations": 1,
        "initiatives": 1,
        "trainings": 1,
        "sites": 2,
        "posts": 1,
        "minutes": held,
        "decisions": sum(len(meeting.decisions) for meeting in meetings),
        "decisions where state <> 'open'": sum(d.close is not None for m in meetings for d in m.decisions),
    }
    assert {table: await forum.fetchval(f"select count(*) from {table}") for table in expected} == expected
    cases = await running["cases"].app.state.database.pool()
    recorded = "select count(*) from events where type = 'org.beatbook.cases.incident.recorded.v1'"
    assert await cases.fetchval(recorded) == 800
    listed = await running["cases"].http.get("/v1/problems", headers={"Authorization": f"Bearer {sent_by.admin}"})
    assert sorted(item["phase"] for item in listed.json()["items"]) == sorted(each.phase for each in made.problems)
    expected = {
        "select count(*) from diversions where state in ('under_way', 'completed')": 2,
        "select count(distinct state) from referrals where state in ('in_progress', 'cancelled')": 2,
        "select count(*) from people": 5,
        "select count(*) from case_files": len(made.problems) + 7,
        "select count(*) from complaints where state = 'acknowledged'": 1,
        "select count(*) from tension_readings": 4,
        "select count(*) from hate_crime_notes": 3,
    }
    async with cases.acquire() as connection:
        await connection.execute("set beatbook.own_work = 'on'")
        assert {query: await connection.fetchval(query) for query in expected} == expected
    async with running["cases"].app.state.database.sessions.begin() as session:
        await scan(session, datetime.now(UTC))
    proposed = "select area, family from pattern_proposals where state = 'open'"
    assert [tuple(row) for row in await cases.fetch(proposed)] == [(incidents.PLANTED_AREA, "0504")]
    kpi = await running["kpi"].app.state.database.pool()
    counted = "select sum(count) from facts where area = 'XD' and measure = $1"
    assert await kpi.fetchval(counted, "incidents") == 800
    public = sum(meeting.hold is not None and meeting.body["public"] for meeting in meetings)
    assert await kpi.fetchval(counted, "meetings_held") == public
    handover = await running["handover"].app.state.database.pool()
    assert await handover.fetchval("select count(*) from assignments") == 1
    assert await handover.fetchval("select count(*) from briefs") >= 1
    webhooks = await running["webhooks"].app.state.database.pool()
    assert [row["state"] for row in await webhooks.fetch("select state from endpoints")] == ["disabled"]

    events = "select count(*) from events"
    before = await forum.fetchval(events)
    await load()
    assert said[-1] == "Xandovia is there already."
    assert await forum.fetchval(events) == before


def test_minutes_of_the_closed_meeting_are_not_published(country: Country) -> None:
    closed = [meeting for forum in country.forums for meeting in forum.meetings if not meeting.body["public"]]
    assert [meeting.minutes for meeting in closed] == ["approved"]
