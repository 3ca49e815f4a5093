"""Composing, reading and freezing briefs. Rule H8."""

import hashlib

import asyncpg
import pytest
import rfc8785

from beatbook.contracts.actor import Role
from beatbook.contracts.forum import SignalCleared
from beatbook.kit.ids import new_id
from services.handover.briefs.rules import READERS
from tests.handover.country import BUSY, FELL, QUIET, compose, decision, publish_country


@pytest.fixture
async def country(http, projections):
    return await publish_country(projections)


async def test_a_brief_says_what_every_service_published(http, headers, country):
    brief = await compose(http, headers)
    assert (brief["area"], brief["number"], brief["as_of"]) == ("XK.PRI", 1, "2026-03-15T12:00:00Z")
    content = brief["content"]
    assert content["area"] == {
        "code": "XK.PRI", "name": "Prishtina", "tier": "municipal", "population": 200_000, "areas_below": 2,
    }  # fmt: skip
    council, board = content["forums_and_minutes"]["forums"]
    assert (council["meetings_held"], council["members_present"], council["public_present"]) == (1, 9, 31)
    assert (council["last_minutes"]["number"], council["last_minutes"]["sha256"]) == (2, "bb")
    assert council["last_minutes"]["link"].endswith(f"/v1/minutes/{council['last_minutes']['minutes_id']}")
    assert council["next_meeting_at"] == "2026-03-20T12:00:00Z"
    assert (council["open_decisions"], council["overdue_decisions"]) == (2, 0)
    assert (board["last_held_at"], board["last_minutes"], board["overdue_decisions"]) == (None, None, 1)
    promises = content["promises"]
    totals = {name: count for name, count in promises.items() if name != "decisions"}
    assert totals == {
        "open": 3, "overdue": 1, "delivered": 1, "delivered_with_due_date": 1, "delivered_on_time": 0,
    }  # fmt: skip
    assert [(each["overdue"], each["due_on"], each["age_days"]) for each in promises["decisions"]] == [
        (True, "2026-01-31", 60), (False, "2026-03-15", 20), (False, None, 30),
    ]  # fmt: skip
    assert promises["decisions"][0]["decision_id"] == str(country.decision_id)
    assert promises["decisions"][0]["owner"] == "Police station 2"
    assert [(each["code"], each["forum_id"]) for each in content["warning_signals"]] == [
        ("attendance-fell", str(QUIET)), ("decisions-overdue", str(QUIET)),
    ]  # fmt: skip
    fell = content["warning_signals"][0]
    assert fell["text"] == "Dardania board: fewer people come than did (since 15 March 2026)."
    assert fell["link"].endswith(f"/v1/signals/{FELL.signal_id}")
    assert "1 forum without a meeting for more than 90 days: Dardania board." in content["situation"]
    assert content["situation"][-1] == "2 warning signals to look into."
    assert [(each["phase"], each["problems"]) for each in content["problems"]["by_phase"]] == [
        ("scanning", 0), ("analysis", 1), ("response", 0), ("assessment", 0), ("closed", 0),
    ]  # fmt: skip
    assert content["problems"]["incidents_by_month"] == [
        {"month": "2026-01-01", "incidents": 2}, {"month": "2026-02-01", "incidents": 0},
        {"month": "2026-03-01", "incidents": 1},
    ]  # fmt: skip
    [series] = content["indicators_with_trend"]
    assert series["months"][0] == "2025-03-01"
    assert series["values"] == [3, 4, 5, 6, 7, 8, 9, 10, None, 12, 13, 14]
    assert series["trend"] == "rising"
    assert 7 <= len(content["situation"]) <= 12
    assert (
        content["situation"][0] == "Prishtina (XK.PRI) is a municipal area with 200,000 residents and 2 areas below it."
    )
    assert "Gjilan" not in str(content)


async def test_a_cleared_signal_is_warned_of_no_more(http, headers, projections, country):
    """Rule F17: signals are the forum's; the brief works out none of its own."""
    await projections.hear(SignalCleared(**FELL.model_dump()))
    content = (await compose(http, headers))["content"]
    assert [each["code"] for each in content["warning_signals"]] == ["decisions-overdue"]


async def test_an_empty_area_gets_a_brief_too(http, headers):
    content = (await compose(http, headers, "XK.PRI.ULPIANA"))["content"]
    assert content["situation"][1] == "No forum has been founded here yet."
    assert content["warning_signals"] == []
    assert content["indicators_with_trend"] == []


async def test_a_brief_is_numbered_hashed_and_announced(http, headers, projections, country):
    """Rule H8: the hash is that of the canonical JSON, which anyone can check."""
    first, second = await compose(http, headers), await compose(http, headers)
    other = await compose(http, headers, "XK.GJI")
    assert [brief["number"] for brief in (first, second, other)] == [1, 2, 1]
    for brief in (first, second):
        read = await http.get(f"/v1/briefs/{brief['id']}", headers=headers())
        assert read.json() == brief
        assert read.headers["etag"] == f'"{brief["sha256"]}"'
        assert hashlib.sha256(rfc8785.dumps(read.json()["content"])).hexdigest() == brief["sha256"]
    events = await projections.rows(
        "select type, subject::text, data->>'sha256', data->>'number' from events order by seq"
    )  # fmt: skip
    assert events[0] == ("org.beatbook.handover.brief.composed.v1", first["id"], first["sha256"], "1")
    assert len(events) == 3


async def test_a_brief_never_changes(http, headers, projections, country):
    """Rule H8: what is published later doesn't reach it, and the database refuses to touch it."""
    brief = await compose(http, headers)
    await projections.hear(decision("XK.PRI", BUSY, None, 1))
    assert (await http.get(f"/v1/briefs/{brief['id']}", headers=headers())).json() == brief
    for statement in ("update briefs set content = '{}'", "delete from briefs", "truncate briefs"):
        with pytest.raises(asyncpg.RaiseError, match="frozen"):
            await projections.db.execute(statement)
    assert (await http.get(f"/v1/briefs/{brief['id']}", headers=headers())).json() == brief
    for method in ("PATCH", "PUT", "DELETE"):
        assert (await http.request(method, f"/v1/briefs/{brief['id']}", headers=headers())).status_code == 405


async def test_a_brief_for_an_assignment_names_its_gap(http, headers, country):
    """Rules H1, H8."""
    assignment = {
        "area": "XK.PRI", "advisor": "a", "mandate": "m", "starts_on": "2025-05-01", "ends_on": "2026-04-30",
    }  # fmt: skip
    made = (await http.post("/v1/assignments", json=assignment, headers=headers())).json()
    brief = await compose(http, headers, assignment_id=made["id"])
    assert brief["assignment_id"] == made["id"]
    assert brief["content"]["warning_signals"][0]["code"] == "no-successor"
    wrong_area = {"area": "XK.GJI", "assignment_id": made["id"]}
    assert (await http.post("/v1/briefs", json=wrong_area, headers=headers())).status_code == 422
    unknown = {"area": "XK.PRI", "assignment_id": str(new_id())}
    assert (await http.post("/v1/briefs", json=unknown, headers=headers())).status_code == 404


async def test_listed_newest_first_without_content(http, headers, country):
    made = [await compose(http, headers, area) for area in ("XK.PRI", "XK.PRI.DARDANIA", "XK.GJI")]
    first = (await http.get("/v1/briefs?limit=2", headers=headers())).json()
    rest = (await http.get(f"/v1/briefs?limit=2&after={first['next']}", headers=headers())).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in reversed(made)]
    assert "content" not in first["items"][0]
    inside = (await http.get("/v1/briefs?area=XK.PRI", headers=headers())).json()["items"]
    assert [item["area"] for item in inside] == ["XK.PRI.DARDANIA", "XK.PRI"]


@pytest.mark.parametrize("role", [*Role, None, "elsewhere"])
async def test_who_composes_and_reads(http, headers, projections, country, role):
    """Rule H8, for every role; to the others there is no such area and no such brief, and nothing is composed."""
    brief = await compose(http, headers)
    grant = "advisor@XK.GJI" if role == "elsewhere" else f"{role}@XK.PRI"
    holder = headers(grant) if role else {}
    reads = role in READERS
    composed = await http.post("/v1/briefs", json={"area": "XK.PRI"}, headers=holder)
    assert composed.status_code == (201 if reads else 404)
    for path in (f"/v1/briefs/{brief['id']}", f"/v1/briefs/{brief['id']}.html"):
        assert (await http.get(path, headers=holder)).status_code == (200 if reads else 404)
    assert len((await http.get("/v1/briefs", headers=holder)).json()["items"]) == (2 if reads else 0)
    assert (await http.post("/v1/briefs", json={"area": "XK"}, headers=holder)).status_code == 404
    assert len(await projections.rows("select 1 from briefs")) == 1 + reads
    assert len(await projections.rows("select 1 from events")) == 1 + reads


@pytest.mark.parametrize("body", [{}, {"area": "xk"}, {"area": "XK.PRI", "as_of": "2020-01-01"}, {"area": None}, []])
async def test_bad_requests_compose_nothing(http, headers, projections, body):
    assert (await http.post("/v1/briefs", json=body, headers=headers())).status_code == 422
    assert (await http.post("/v1/briefs", json={"area": "XK.NOWHERE"}, headers=headers())).status_code == 404
    assert await projections.rows("select 1 from briefs") == []


async def test_a_repeated_post_composes_once(http, headers, projections, country):
    """Rule X4."""
    same = headers(**{"Idempotency-Key": "k"})
    answers = [await http.post("/v1/briefs", json={"area": "XK.PRI"}, headers=same) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await projections.rows("select 1 from briefs")) == 1
