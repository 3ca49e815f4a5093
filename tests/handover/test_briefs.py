"""Composing, reading and freezing briefs. Rule H8."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import asyncpg
import pytest
import rfc8785

from beatbook.contracts.actor import Role
from beatbook.contracts.cases import IncidentRecorded, ProblemMoved, ProblemOpened
from beatbook.contracts.forum import (
    DecisionClosed,
    DecisionRecorded,
    ForumFounded,
    MeetingHeld,
    MeetingPlanned,
    MinutesPublished,
)
from beatbook.contracts.kpi import IndicatorMeasured
from beatbook.kit.ids import new_id
from services.handover.briefs.rules import READERS
from tests.handover.conftest import NOW, area_registered

BUSY, QUIET, ELSEWHERE = (new_id() for _ in range(3))
NAME = 'Safety <script>alert("x")</script> council'


def decision(area, forum_id, due_on, days_ago, owner="Police station 2"):
    return DecisionRecorded(
        decision_id=new_id(), meeting_id=new_id(), forum_id=forum_id, area=area, kind="request_to_police", owner=owner,
        due_on=due_on, recorded_at=NOW - timedelta(days=days_ago),
    )  # fmt: skip


@pytest.fixture
async def country(http, projections):
    """Prishtina with a busy council and a quiet neighbourhood board, and something elsewhere that must not show."""
    held = NOW - timedelta(days=10)
    meeting_id, minutes_id = new_id(), new_id()
    await projections.hear(
        area_registered("XK.PRI", "Prishtina", 200_000),
        ForumFounded(forum_id=BUSY, area="XK.PRI", kind="community_safety_council", name=NAME),
        ForumFounded(forum_id=QUIET, area="XK.PRI.DARDANIA", kind="community_advisory_board", name="Dardania board"),
        ForumFounded(forum_id=ELSEWHERE, area="XK.GJI", kind="community_safety_council", name="Gjilan council"),
        time=datetime(2025, 1, 1, tzinfo=UTC),
    )
    late = decision("XK.PRI.DARDANIA", QUIET, date(2026, 1, 31), 60)
    done = decision("XK.PRI", BUSY, date(2026, 3, 1), 50)
    problem = ProblemOpened(problem_id=new_id(), area="XK.PRI.DARDANIA", category=None, opened_at=NOW)
    await projections.hear(
        MeetingHeld(
            meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held, purpose="accountability", public=True,
            members_present=9, public_present=31,
        ),
        MeetingPlanned(
            meeting_id=new_id(), forum_id=BUSY, area="XK.PRI", starts_at=NOW + timedelta(days=5),
            purpose="accountability", public=True,
        ),
        MinutesPublished(
            minutes_id=minutes_id, meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held,
            number=1, sha256="aa",
        ),
        MinutesPublished(
            minutes_id=minutes_id, meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held,
            number=2, sha256="bb",
        ),
        decision("XK.PRI", BUSY, date(2026, 3, 15), 20),
        decision("XK.PRI", BUSY, None, 30),
        late,
        done,
        DecisionClosed(
            decision_id=done.decision_id, forum_id=BUSY, area="XK.PRI", kind="decision", outcome="delivered",
            closed_at=NOW, due_on=date(2026, 3, 1), on_time=False,
        ),
        decision("XK.GJI", ELSEWHERE, date(2020, 1, 1), 900, owner="Gjilan police"),
        problem,
        ProblemMoved(
            problem_id=problem.problem_id, area=problem.area, origin="scanning", target="analysis", moved_at=NOW
        ),
        *(
            IncidentRecorded(incident_id=new_id(), area=area, month=date(2026, month, 1), category="0301")
            for area, month in [("XK.PRI.DARDANIA", 1), ("XK.PRI.ULPIANA", 1), ("XK.PRI.ULPIANA", 3), ("XK.GJI", 2)]
        ),
        *(
            IndicatorMeasured(
                indicator="meetings_held", area=area, month=date(2025 + (month > 12), (month - 1) % 12 + 1, 1),
                numerator=month, denominator=None, value=month if month != 11 else None, measured_id=new_id(),
            )
            for area in ("XK.PRI", "XK.GJI")
            for month in range(1, 15)
        ),
    )  # fmt: skip
    return late


async def compose(http, headers, area="XK.PRI", **body):
    answer = await http.post("/v1/briefs", json={"area": area} | body, headers=headers())
    assert answer.status_code == 201, answer.text
    return answer.json()


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
        ("no-meeting", str(QUIET)), ("decisions-overdue", str(QUIET)),
    ]  # fmt: skip
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


class Outline(HTMLParser):
    """Tags and attributes of a page, and whether what was opened is closed."""

    void = frozenset({"meta", "br", "link", "img", "input", "hr", "polyline"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


async def test_the_page_is_one_file_that_works_offline(http, headers, country):
    """Rule H8: no script, no outside request, escaped, a language, headings, table headers."""
    brief = await compose(http, headers)
    answer = await http.get(f"/v1/briefs/{brief['id']}.html", headers=headers())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.text
    outline = Outline(page)
    assert outline.open == []
    assert ("html", "lang", "en") in outline.attributes
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(outline.tags)
    assert not {name for _, name, _ in outline.attributes} & {"src", "srcset", "style", "action"}
    assert not re.search(r"url\(|@import", page)
    assert {tag for tag, name, _ in outline.attributes if name == "href"} == {"a"}
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("main") == 1
    for line in ("&lt;script&gt;", "Dardania board", "Police station 2", "meetings held: rising", brief["sha256"]):
        assert line in page
    ids = [value for _, name, value in outline.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in outline.attributes if name == "href" and value.startswith("#")}
    assert targets <= set(ids)


async def test_the_page_of_an_empty_area(http, headers):
    brief = await compose(http, headers, "XK.PRI.ULPIANA")
    page = (await http.get(f"/v1/briefs/{brief['id']}.html", headers=headers())).text
    assert Outline(page).open == []
    assert "No incident has been recorded." in page


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
