"""Assignments of advisors. Rule H1."""

import pytest

from beatbook.contracts.actor import Role
from services.handover.assignments.rules import ASSIGNERS, READERS

BODY = {
    "area": "XK.PRI",
    "advisor": "advisor-17",
    "mandate": "Advise the safety council.",
    "starts_on": "2025-05-01",
    "ends_on": "2026-04-30",
}


async def make(http, headers, **change):
    answer = await http.post("/v1/assignments", json=BODY | change, headers=headers())
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_advisor_is_assigned(http, headers, projections):
    answer = await http.post("/v1/assignments", json=BODY, headers=headers("advisor@XK.PRI"))
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    made = answer.json()
    assert made["gap"]["code"] == "no-successor"
    assert made["gap"]["rule"] == "H1"
    [event] = await projections.rows("select type, subject::text, area, data->>'starts_on' from events")
    assert event == ("org.beatbook.handover.assignment.made.v1", made["id"], "XK.PRI", "2025-05-01")
    [data] = await projections.rows("select data::text from events")
    assert "advisor-17" not in str(data)


async def test_naming_a_successor_closes_the_gap(http, headers):
    """Rule H1: 13 days of overlap are too few, 14 are enough."""
    leaving = await make(http, headers)
    path = f"/v1/assignments/{leaving['id']}"
    for version, (starts_on, code) in enumerate([("2026-04-18", "short-overlap"), ("2026-04-17", None)], 1):
        coming = await make(http, headers, advisor="advisor-18", starts_on=starts_on, ends_on="2027-04-30")
        assert coming["gap"] is None
        answer = await http.patch(path, json={"successor_id": coming["id"]}, headers=headers(version=version))
        assert answer.status_code == 200, answer.text
        assert (answer.json()["gap"] or {}).get("code") == code
    cleared = await http.patch(path, json={"successor_id": None}, headers=headers(version=3))
    assert cleared.json()["gap"]["code"] == "no-successor"


async def test_listed_newest_first_with_their_gaps(http, headers):
    made = [await make(http, headers, area=area) for area in ("XK.PRI", "XK.PRI.DARDANIA", "XK.GJI")]
    first = (await http.get("/v1/assignments?limit=2", headers=headers())).json()
    rest = (await http.get(f"/v1/assignments?limit=2&after={first['next']}", headers=headers())).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in reversed(made)]
    inside = (await http.get("/v1/assignments?area=XK.PRI", headers=headers())).json()["items"]
    assert [item["area"] for item in inside] == ["XK.PRI.DARDANIA", "XK.PRI"]
    assert inside[0]["gap"]["code"] == "no-successor"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ends_on": "2025-04-30"}, 422),
        ({"area": "XK.NOWHERE"}, 404),
        ({"area": "xk"}, 422),
        ({"successor_id": "00000000-0000-0000-0000-000000000001"}, 422),
        ({"mandate": ""}, 422),
        ({"salary": 1}, 422),
    ],
)
async def test_what_does_not_hold_together_is_refused(http, headers, projections, change, status):
    answer = await http.post("/v1/assignments", json=BODY | change, headers=headers())
    assert answer.status_code == status, answer.text
    assert await projections.rows("select 1 from assignments union all select 1 from events") == []


async def test_a_successor_is_of_the_same_area_and_comes_later(http, headers, projections):
    elsewhere = await make(http, headers, area="XK.GJI", starts_on="2026-04-01")
    earlier = await make(http, headers, starts_on="2024-05-01", ends_on="2027-01-01")
    own = await make(http, headers)
    for wrong in (elsewhere, earlier, own):
        change = {"successor_id": wrong["id"], "ends_on": "2025-01-01"}
        answer = await http.patch(f"/v1/assignments/{own['id']}", json=change, headers=headers(version=1))
        assert (answer.status_code, len(answer.json()["unmet"])) == (422, 2)
    assert await projections.rows("select distinct successor_id, version from assignments") == [(None, 1)]


async def test_a_closed_area_gets_no_advisor(http, headers, projections):
    """Rule A3."""
    await projections.db.execute("update areas set closed_on = '2026-01-01' where code = 'XK.PRI'")
    assert (await http.post("/v1/assignments", json=BODY, headers=headers())).status_code == 409


async def test_a_change_needs_the_version_it_starts_from(http, headers):
    """Rule X4."""
    made = await make(http, headers)
    path = f"/v1/assignments/{made['id']}"
    assert (await http.patch(path, json={"mandate": "x"}, headers=headers())).status_code == 428
    assert (await http.patch(path, json={"mandate": "x"}, headers=headers(version=2))).status_code == 412
    assert (await http.get(path, headers=headers())).json() == made


@pytest.mark.parametrize("role", [*Role, None, "elsewhere"])
async def test_who_sees_and_who_assigns(http, headers, projections, role):
    """Rule H1, for every role: what is refused did not happen."""
    made = await make(http, headers)
    grant = "advisor@XK.GJI" if role == "elsewhere" else f"{role}@XK"
    holder = headers(grant, version=1) if role else {"If-Match": '"1"'}
    sees, assigns = role in READERS, role in ASSIGNERS
    path = f"/v1/assignments/{made['id']}"
    assert (await http.get(path, headers=holder)).status_code == (200 if sees else 404)
    assert len((await http.get("/v1/assignments", headers=holder)).json()["items"]) == sees
    refused = 403 if sees else 404
    change = await http.patch(path, json={"mandate": "Another."}, headers=holder)
    assert change.status_code == (200 if assigns else refused)
    creation = await http.post("/v1/assignments", json=BODY, headers=holder)
    assert creation.status_code == (201 if assigns else refused)
    expected = [(1, "Advise the safety council.")] + [(2, "Another.")] * assigns
    found = await projections.rows("select version, mandate from assignments order by version")
    assert len(found) == 1 + assigns
    assert found[-1] == expected[-1]
    assert len(await projections.rows("select 1 from events")) == 1 + assigns
