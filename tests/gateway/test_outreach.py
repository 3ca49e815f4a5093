"""Initiatives, corrections and consultations through the schema: batched, and as much as the caller may see."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.clients.upstream import Upstream
from tests.forum.access.consultations import CONSULTATION, SUMMARY
from tests.forum.access.corrections import NOTICE
from tests.forum.access.initiatives import OPEN_DAY, WATCH
from tests.gateway.country import Country

QUERY = """{ area(code: "XK.PRI") {
  initiatives { edges { node { id name kind watchScheme state supervisorRole reached partners { name sector }
    forum { name } area { code } } } }
  corrections { edges { node { id state texts { language title claim facts } sources { url } forum { name } } } }
  forums(below: false) { edges { node { consultations { edges { node { id topic how summary people
    asked { group people } } } } } } }
} }"""
SIBLINGS = """{ national { children { children { code
  initiatives(below: false, first: 2) { edges { node { name } } }
  corrections(below: false, first: 2) { edges { node { state } } }
  forums(below: false, first: 2) { edges { node { consultations(first: 2) { edges { node { topic } } } } } } } } } }"""


@pytest.fixture
async def busy(country: Country) -> Country:
    """A country whose council runs a watch scheme, proposes an open day, corrects a rumour and asked two groups."""
    forum = country.ids["XK.PRI"]
    watch = await country.send("forum", f"/forums/{forum}/initiatives", WATCH)
    await country.send("forum", f"/initiatives/{watch['id']}/start", {"on": "2026-03-01"}, 1)
    await country.send("forum", f"/forums/{forum}/initiatives", OPEN_DAY)
    notice = await country.send("forum", f"/forums/{forum}/corrections", NOTICE)
    await country.send("forum", f"/corrections/{notice['id']}/publish", None, 1)
    asked = await country.send("forum", f"/forums/{forum}/consultations", CONSULTATION)
    await country.send("forum", f"/consultations/{asked['id']}/publish", SUMMARY, 1)
    await country.send("forum", f"/forums/{forum}/consultations", CONSULTATION | {"topic": "Inside"})
    return country


def nodes(connection: Any) -> list[Any]:
    return [edge["node"] for edge in connection["edges"]]


async def test_everyone_sees_what_is_public_and_those_inside_the_rest(
    busy: Country, tokens: Callable[..., str]
) -> None:
    """F16, F18, F21, G2."""
    found = (await busy.ask(QUERY))["data"]["area"]
    (watch,) = nodes(found["initiatives"])
    assert (watch["kind"], watch["watchScheme"], watch["state"]) == ("neighbourhood_watch", True, "running")
    assert (watch["supervisorRole"], watch["area"]["code"]) == ("Community officer", "XK.PRI")
    (notice,) = nodes(found["corrections"])
    assert [text["language"] for text in notice["texts"]] == ["en"]
    (asked,) = nodes(nodes(found["forums"])[0]["consultations"])
    assert (asked["summary"], asked["people"], asked["asked"][0]["people"]) == (SUMMARY["summary"], 26, None)
    inside = (await busy.ask(QUERY, tokens("officer@XK.PRI")))["data"]["area"]
    assert [item["name"] for item in nodes(inside["initiatives"])] == ["Open day", "Dardania watch"]
    assert len(nodes(nodes(inside["forums"])[0]["consultations"])) == 2
    for node, kind in ((watch, "Initiative"), (notice, "Correction"), (asked, "Consultation")):
        answer = await busy.ask("query Again($id: ID!) { node(id: $id) { __typename id } }", id=node["id"])
        assert answer["data"]["node"] == {"__typename": kind, "id": node["id"]}


async def test_neighbours_are_asked_for_together(busy: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """G1: calls do not grow with the number of areas or forums."""
    paths: list[str] = []
    call = Upstream._call

    async def counted(self: Upstream, method: str, path: str, **rest: Any) -> bytes:
        paths.append(path)
        return await call(self, method, path, **rest)

    monkeypatch.setattr(Upstream, "_call", counted)
    answer = await busy.ask(SIBLINGS)
    assert "errors" not in answer
    for path in ("/initiatives", "/corrections", "/consultations"):
        assert paths.count(path) == 1
