"""What a forum agreed on, where it reports, and why a meeting was called, in the schema. Rules F6, F8, G3."""

from tests.gateway.country import Country

QUERY = """query Area { area(code: "XK.PEC") { forums(first: 5) { edges { node {
    name kind timeZone languages triageDays noticeDays reportsTo { name }
    meetings(first: 1) { edges { node {
        durationMinutes languages interpreters emergency { criticalIncident reason } topics { title personalSafety }
    } } }
} } } } }"""


async def test_what_a_forum_agreed_on_and_where_it_reports(country: Country) -> None:
    body = {"area": "XK.PEC", "kind": "community_safety_council", "name": "Council of Pec"}
    general = await country.send("forum", "/forums", body | {"time_zone": "Europe/Belgrade", "languages": ["sq"]})
    youth = body | {"kind": "youth", "name": "Youth of Pec", "reports_to": general["id"], "triage_days": 10}
    special = await country.send("forum", "/forums", youth)
    why = {"critical_incident": "CI-7", "reason": "Shots"}
    meeting = {
        "purpose": "problem_solving", "starts_at": "2030-01-01T10:00:00Z", "duration_minutes": 45, "emergency": why,
        "topics": [{"title": "Way home", "personal_safety": True}], "languages": ["sq"],
    }  # fmt: skip
    await country.send("forum", f"/forums/{special['id']}/meetings", meeting)
    edges = (await country.ask(QUERY))["data"]["area"]["forums"]["edges"]
    found = {edge["node"]["name"]: edge["node"] for edge in edges}
    council = found["Council of Pec"]
    assert (council["timeZone"], council["languages"], council["reportsTo"]) == ("Europe/Belgrade", ["sq"], None)
    assert (council["triageDays"], council["noticeDays"]) == (14, 7)
    assert (found["Youth of Pec"]["reportsTo"], found["Youth of Pec"]["triageDays"]) == ({"name": "Council of Pec"}, 10)
    (planned,) = [edge["node"] for edge in found["Youth of Pec"]["meetings"]["edges"]]
    assert planned == {
        "durationMinutes": 45, "languages": ["sq"], "interpreters": [],
        "emergency": {"criticalIncident": "CI-7", "reason": "Shots"},
        "topics": [{"title": "Way home", "personalSafety": True}],
    }  # fmt: skip
