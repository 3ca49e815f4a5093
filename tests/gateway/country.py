"""A small country, made through the services' own APIs: what the gateway's tests read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.serving import Running

HELD = "2026-02-10T17:00:00+00:00"


@dataclass
class Country:
    """The running services and what is in them."""

    running: Mapping[str, Running]
    admin: str
    """An Authorization header of an administrator of the whole country."""
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def gateway(self) -> Running:
        """The gateway under test."""
        return self.running["gateway"]

    async def send(self, service: str, path: str, body: Any, version: int | None = None) -> dict[str, Any]:
        """POST as the administrator, and see it done."""
        headers = {"Authorization": self.admin} | ({"If-Match": f'"{version}"'} if version else {})
        answer = await self.running[service].http.post(f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def ask(
        self, query: str, token: str | None = None, expect: int | None = 200, **variables: Any
    ) -> dict[str, Any]:
        """Send a GraphQL query to the gateway."""
        answer = await ask(self.gateway.http, query, token, **variables)
        assert expect is None or answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def ask(http: httpx.AsyncClient, query: str, token: str | None = None, **variables: Any) -> httpx.Response:
    """Send a GraphQL query and give the response as it is."""
    headers = {"Accept": "application/graphql-response+json"} | ({"Authorization": token} if token else {})
    return await http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


def square(west: float, south: float, side: float) -> dict[str, Any]:
    """A square's GeoJSON, in degrees."""
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(code: str, parent: str, name: str, population: int | None, boundary: dict[str, Any]) -> dict[str, Any]:
    """One area of an import."""
    return {
        "type": "Feature",
        "properties": {"code": code, "parent_code": parent, "name": name, "population": population},
        "geometry": boundary,
    }


FEATURES = [
    feature("PRI", "XK", "Prishtina", 6_000, square(21.0, 42.0, 0.4)),
    feature("PEC", "XK", "Peja <south> & west", 4_000, square(20.6, 42.0, 0.4)),
    feature("DARDANIA", "PRI", "Dardania", 3_500, square(21.0, 42.0, 0.2)),
    feature("ULPIANA", "PRI", "Ulpiana", 500, square(21.2, 42.0, 0.2)),
    feature("LAGJJA", "PRI", "Lagjja", None, square(21.0, 42.2, 0.2)),
]


async def found(country: Country) -> None:
    """Register the areas, found forums, hold a meeting with published minutes and decisions, take in incidents."""
    collection = {"type": "FeatureCollection", "features": FEATURES}
    mapping = {"code": "code", "parent": "parent_code", "name": "name", "population": ["population"]}
    root = {"code": "XK", "name": "Testland"}
    await country.send("forum", "/areas/imports", {"mapping": mapping, "root": root, "collections": [collection]})
    for area, kind in (("XK.PRI", "community_safety_council"), ("XK.PRI.DARDANIA", "community_advisory_board")):
        forum = await country.send("forum", "/forums", {"area": area, "kind": kind, "name": f"Council of {area}"})
        country.ids[area] = forum["id"]
    forum_id = country.ids["XK.PRI"]
    await country.send(
        "forum", f"/forums/{forum_id}/rules-of-procedure", {"text": "We listen.", "adopted_on": "2026-01-01"}
    )
    chair = {"name": "A. Chair", "sector": "resident", "role": "chair", "term_start": "2026-01-01"}
    await country.send("forum", f"/forums/{forum_id}/members", chair)
    country.ids["open meeting"] = (await hold(country, forum_id, public=True))["id"]
    country.ids["closed meeting"] = (await hold(country, forum_id, public=False))["id"]
    await _minutes(country)
    decision = {"agenda_item": "Lighting", "text": "Mend the lamps", "owner": "Municipality", "due_on": "2026-02-20"}
    made = await country.send("forum", f"/meetings/{country.ids['open meeting']}/decisions", decision)
    country.ids["decision"] = made["id"]


async def hold(country: Country, forum_id: str, *, public: bool) -> dict[str, Any]:
    """A meeting that was held."""
    planned = {"purpose": "accountability", "starts_at": HELD, "public": public, "topics": [{"title": "Street lights"}]}
    meeting = await country.send("forum", f"/forums/{forum_id}/meetings", planned)
    held = {"held_at": HELD, "public": [{"count": 12}]}
    return await country.send("forum", f"/meetings/{meeting['id']}/hold", held, meeting["version"])


async def _minutes(country: Country) -> None:
    items = [
        {"heading": "Lighting & <safety>", "text": "The lamps are out."},
        {"heading": "Inside", "text": "Only for the forum.", "closed": True},
    ]
    path = f"/meetings/{country.ids['open meeting']}/minutes"
    minutes = await country.send("forum", path, {"items": items})
    country.ids["minutes"] = minutes["id"]
    for step, body in (("circulate", {}), ("approve", {"by": "chair"}), ("publish", {})):
        minutes = await country.send("forum", f"/minutes/{minutes['id']}/{step}", body, minutes["version"])


async def record_incidents(country: Country, attempt: int) -> bool:
    """Seven incidents in Dardania and one in Ulpiana, in January 2026; whether the service knew the areas already."""
    rows = [
        {"external_id": f"i{number}", "month": "2026-01", "area": area, "category": "0801"}
        for number, area in enumerate(["XK.PRI.DARDANIA"] * 7 + ["XK.PRI.ULPIANA"])
    ]
    body = {"import_id": f"{attempt:064x}", "batch": 0, "root": "XK", "source": "test", "rows": rows}
    answer = await country.running["cases"].http.post(
        "/v1/incidents/batches", json=body, headers={"Authorization": country.admin}
    )
    return answer.is_success and answer.json()["refused"] == []
