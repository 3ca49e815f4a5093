"""Warning signals, concerns and sites through the schema: batched, and as much as the caller may see."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.clients.upstream import Upstream
from tests.gateway.country import Country

SIGNALS = """{ area(code: "XK.PRI") {
  warnings { edges { node { id code title evidence questions clearedAt forum { name } area { code } } } }
  forums(below: false) { edges { node { signals { id code } } } } } }"""
CONCERNS = """{ area(code: "XK.PRI") {
  concerns { edges { node { id category summary state overdue forum { name } area { code } } } }
  waiting: concerns(state: WAITING) { edges { node { id } } }
  forums(below: false) { edges { node { concerns { edges { node { id } } } } } } } }"""
SITES = """{ area(code: "XK.PRI") {
  sites { edges { node { id role startsOn endsOn area { code } } } }
  own: sites(below: false) { edges { node { role } } } } }"""
SIBLINGS = """{ national { children { children { code
  warnings(below: false, first: 2) { edges { node { code } } }
  forums(below: false, first: 2) { edges { node { signals { code } } } } } } } }"""
RAISE = """mutation Raise($input: RaiseConcernInput!) { raiseConcern(input: $input) {
  id category summary state forum { name } } }"""
MEETINGS = '{ area(code: "XK.PRI") { meetings { edges { node { id public } } } } }'
AGAIN = "query Again($id: ID!) { node(id: $id) { __typename id } }"
OUTSIDE = [None, "council@XK.PEC", "core_group@XK", "partner@XK.PRI"]


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


@pytest.fixture
async def tense(country: Country) -> Country:
    """A country whose council met twice in a hostile climate."""
    for day in ("2026-02-11", "2026-02-12"):
        planned = {"purpose": "accountability", "starts_at": f"{day}T17:00:00Z", "topics": [{"title": "Lights"}]}
        meeting = await country.send("forum", f"/forums/{country.ids['XK.PRI']}/meetings", planned)
        held = {"held_at": f"{day}T17:00:00Z", "climate": {"climate": "hostile"}}
        await country.send("forum", f"/meetings/{meeting['id']}/hold", held, meeting["version"])
    return country


async def test_signals_are_for_those_inside(tense: Country, tokens: Callable[..., str]) -> None:
    """F17, G2: nobody else learns that any stands."""
    inside = (await tense.ask(SIGNALS, tokens("officer@XK.PRI")))["data"]["area"]
    found = {signal["code"]: signal for signal in nodes(inside["warnings"])}
    hostile = found["hostile-climate"]
    assert len(hostile["evidence"]["meetings"]) == 2
    assert (len(hostile["questions"]) > 1, hostile["clearedAt"], hostile["area"]["code"]) == (True, None, "XK.PRI")
    assert {each["code"] for each in nodes(inside["forums"])[0]["signals"]} == set(found)
    for grant in OUTSIDE:
        token = tokens(grant, **({"agency": "a"} if "partner" in grant else {})) if grant else None
        outside = await tense.ask(SIGNALS, token)
        assert "errors" not in outside
        assert nodes(outside["data"]["area"]["warnings"]) == []
        assert nodes(outside["data"]["area"]["forums"])[0]["signals"] == []
        one = await tense.ask(AGAIN, token, expect=None, id=hostile["id"])
        assert (one["data"]["node"], one["errors"][0]["extensions"]["code"]) == (None, "not-found")
    again = await tense.ask(AGAIN, tokens("officer@XK.PRI"), id=hostile["id"])
    assert again["data"]["node"] == {"__typename": "WarningSignal", "id": hostile["id"]}


async def test_neighbours_signals_are_asked_for_together(tense: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """G1: calls do not grow with the number of areas or forums."""
    paths: list[str] = []
    call = Upstream._call

    async def counted(self: Upstream, method: str, path: str, **rest: Any) -> bytes:
        paths.append(path)
        return await call(self, method, path, **rest)

    monkeypatch.setattr(Upstream, "_call", counted)
    answer = await tense.ask(SIBLINGS, tense.admin)
    assert "errors" not in answer
    assert paths.count("/signals") == 1


async def test_a_concern_is_brought_in_once_and_shown_when_published(
    country: Country, tokens: Callable[..., str]
) -> None:
    """F14: sent twice with one key there is one; outside, only what was published, and nowhere its words."""
    council = tokens("council@XK.PRI")
    edges = (await country.ask(MEETINGS, council))["data"]["area"]["meetings"]["edges"]
    meeting = next(edge["node"]["id"] for edge in edges if edge["node"]["public"])
    raising = {"meeting": meeting, "category": "road_safety", "text": "Words of a neighbour", "key": "concern-1"}
    answers = [await country.ask(RAISE, council, input=raising) for _ in range(2)]
    assert answers[0] == answers[1]
    raised = answers[0]["data"]["raiseConcern"]
    assert (raised["state"], raised["summary"]) == ("raised", None)
    inside = (await country.ask(CONCERNS, council))["data"]["area"]
    for found in (inside["concerns"], inside["waiting"], nodes(inside["forums"])[0]["concerns"]):
        assert [each["id"] for each in nodes(found)] == [raised["id"]]
    before = (await country.ask(CONCERNS))["data"]["area"]
    assert (nodes(before["concerns"]), nodes(before["waiting"])) == ([], [])
    hidden = await country.ask(AGAIN, expect=None, id=raised["id"])
    assert hidden["errors"][0]["extensions"]["code"] == "not-found"
    http = country.running["forum"].http
    items = (await http.get("/v1/concerns", headers={"Authorization": country.admin})).json()["items"]
    summary = {"summary": "Cars are too fast", "published": True}
    path, headers = f"/v1/concerns/{items[0]['id']}", {"Authorization": country.admin, "If-Match": '"1"'}
    assert (await http.patch(path, json=summary, headers=headers)).is_success
    (shown,) = nodes((await country.ask(CONCERNS))["data"]["area"]["concerns"])
    assert (shown["summary"], shown["category"], shown["area"]) == (
        "Cars are too fast", "road_safety", {"code": "XK.PRI"},
    )  # fmt: skip
    assert (await country.ask(AGAIN, id=shown["id"]))["data"]["node"]["__typename"] == "Concern"


@pytest.mark.parametrize("grant", [None, "council@XK.PEC", "core_group@XK", "partner@XK.PRI"])
async def test_who_may_not_raise_raises_nothing(
    country: Country, tokens: Callable[..., str], grant: str | None
) -> None:
    """G2: the owner decides; without a name a concern is raised on the area's page."""
    edges = (await country.ask(MEETINGS, country.admin))["data"]["area"]["meetings"]["edges"]
    meeting = next(edge["node"]["id"] for edge in edges if edge["node"]["public"])
    raising = {"meeting": meeting, "category": "road_safety", "text": "Words"}
    answer = await country.ask(RAISE, tokens(grant) if grant else None, expect=None, input=raising)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] in {"forbidden", "not-found", "unauthenticated"}
    assert nodes((await country.ask(CONCERNS, country.admin))["data"]["area"]["concerns"]) == []


async def test_an_owner_refuses_a_concern_in_its_words(country: Country) -> None:
    edges = (await country.ask(MEETINGS, country.admin))["data"]["area"]["meetings"]["edges"]
    raising = {"meeting": edges[0]["node"]["id"], "category": "no-such-thing", "text": "Words"}
    answer = await country.ask(RAISE, country.admin, expect=None, input=raising)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "invalid"


async def test_sites_are_everyones_to_know(country: Country) -> None:
    """A4."""
    await country.send("forum", "/areas/XK.PRI.DARDANIA/sites", {"role": "pilot", "starts_on": "2026-01-01"})
    found = (await country.ask(SITES))["data"]["area"]
    (site,) = nodes(found["sites"])
    assert (site["role"], site["startsOn"], site["endsOn"]) == ("pilot", "2026-01-01", None)
    assert (site["area"]["code"], nodes(found["own"])) == ("XK.PRI.DARDANIA", [])
    again = await country.ask(AGAIN, id=site["id"])
    assert again["data"]["node"] == {"__typename": "Site", "id": site["id"]}
