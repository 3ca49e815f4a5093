"""Sending Xandovia through the public HTTP APIs, as its councils, officers and advisors would."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from beatbook.cli.demo_country import land
from beatbook.cli.demo_country.calls import Calls, calling, in_order, wait_for
from beatbook.cli.demo_country.councils import load_forums
from beatbook.cli.demo_country.forums import Forum, forums
from beatbook.cli.demo_country.incidents import first_month, incidents
from beatbook.cli.demo_country.matters import Matter, matters
from beatbook.cli.demo_country.officers import load_casework
from beatbook.cli.demo_country.places import COUNTRY, LOCAL_LANGUAGE, MINORITY, MUNICIPALITIES, area_of, names
from beatbook.cli.demo_country.problems import Problem, problems

PATIENCE = 60.0
BATCH_ROWS = 1500
AREAS_VALID_FROM = "2020-01-01"
ADVISED = "XD.ALDERPORT"
"""Where the demo's advisor serves, and soon leaves without a successor."""
STEPS = {"analysis": "analysis", "response": "plan", "assessment": "assessment"}
"""What is written in each phase of a problem-solving case."""


@dataclass(frozen=True)
class Tokens:
    """In whose name things are sent: `police` is an officer, `partner` the agency, `oversight` who hears complaints."""

    admin: str
    police: str
    partner: str
    oversight: str


@dataclass(frozen=True)
class Country:
    """Everything that is to be sent."""

    today: date
    found: land.Boundaries
    residents: dict[str, int]
    forums: list[Forum]
    incidents: list[dict[str, Any]]
    problems: list[Problem]
    matters: list[Matter]


def make_country(seed: str, today: date) -> Country:
    """The country as of a day: the same for the same seed and day."""
    random = Random(seed)  # noqa: S311 - the same country every time is the point
    found = land.boundaries(random)
    residents = land.populations(found, random)
    return Country(
        today,
        found,
        residents,
        forums(random, today),
        incidents(random, found, residents, today),
        problems(today),
        matters(today),
    )


async def load_country(urls: Mapping[str, str], tokens: Tokens, seed: str, report: Callable[[str], None]) -> None:
    """Load all of it, or what an interrupted load left out; raises `Refusal`."""
    async with calling(urls, tokens.admin, seed) as calls:
        if await _is_loaded(calls):
            report(f"{COUNTRY.english} is there already.")
            return
        today = await _day_of_first_load(calls) or datetime.now(UTC).date()
        country = make_country(seed, today)
        report(f"Loading {COUNTRY.english}, an invented country ...")
        await _load_areas(calls, country)
        await asyncio.gather(load_forums(calls, country.forums, country.matters), _load_cases(calls, country, tokens))
        await _register_partner(calls, tokens.partner)
        await _await_figures(calls, country)
        await _load_handover(calls, country)
        report(
            f"{COUNTRY.english}: {len(country.found)} areas, {len(country.forums)} forums, "
            f"{sum(len(forum.meetings) for forum in country.forums)} meetings, {len(country.incidents)} incidents."
        )


async def _register_partner(calls: Calls, token: str) -> None:
    """Register a partner's endpoint, disabled: nobody listens at an address that ends in `.example`."""
    endpoint = {
        "url": "https://hooks.safe-harbour.example/beatbook",
        "event_types": ["minutes.published"],
        "areas": [COUNTRY.code],
    }
    made = await calls.post("webhooks", "/v1/endpoints", endpoint, purpose="endpoint", token=token)
    await calls.change("PATCH", "webhooks", f"/v1/endpoints/{made['id']}", {"enabled": False}, token=token)


async def _day_of_first_load(calls: Calls) -> date | None:
    """The day on which an earlier load began; None when there was none."""
    earlier = (await calls.get("forum", "/v1/forums", areas=COUNTRY.code, limit=1))["items"]
    return datetime.fromisoformat(earlier[0]["created_at"]).date() if earlier else None


async def _is_loaded(calls: Calls) -> bool:
    """Whether an earlier load came to its end: the brief is its last step."""
    return bool((await calls.get("handover", "/v1/briefs", area=ADVISED, limit=1))["items"])


async def _load_areas(calls: Calls, country: Country) -> None:
    """Register the areas, then their names in both languages."""
    english = {code: place.english for code, place in names().items()}
    await calls.post(
        "forum",
        "/v1/areas/imports",
        {
            "mapping": {"code": "code", "parent": "parent_code", "name": "name", "population": ["population"]},
            "collections": [land.feature_collection(country.found, country.residents, english)],
            "valid_from": AREAS_VALID_FROM,
        },
        purpose="areas",
    )
    registered = (await calls.get("forum", "/v1/areas", within=COUNTRY.code, limit=100))["items"]
    minority = {area_of(municipality): municipality.minority for municipality in MUNICIPALITIES}
    await in_order(
        partial(_describe, calls, minority, country.residents),
        [area["code"] for area in registered if LOCAL_LANGUAGE not in area["names"]],
    )


async def _describe(calls: Calls, minority: dict[str, float], residents: Mapping[str, int], code: str) -> None:
    place = names()[code]
    share = minority.get(".".join(code.split(".")[:2]), 0.13)
    patch = {
        "names": {"en": place.english, LOCAL_LANGUAGE: place.local},
        "languages": ["en", LOCAL_LANGUAGE],
        "minority_groups": [{"group": MINORITY, "share": share}],
        "population_bands": land.bands(residents[code]),
    }
    await calls.change("PATCH", "forum", f"/v1/areas/{code}", patch)


async def _load_cases(calls: Calls, country: Country, tokens: Tokens) -> None:
    """Record the incidents, and then what the police make of them."""
    await _load_incidents(calls, country)
    await in_order(partial(_solve, calls), country.problems)
    await load_casework(calls, tokens.police, tokens.partner, tokens.oversight, country.today)


async def _load_incidents(calls: Calls, country: Country) -> None:
    """Record the incidents in batches, once the cases service has heard of every area."""
    expected = len(country.found)

    async def areas_known() -> bool:
        return int((await calls.get("cases", f"/v1/places/{COUNTRY.code}"))["open_areas"]) >= expected

    await wait_for("the cases service to hear of the areas", areas_known, patience=PATIENCE)
    import_id = hashlib.sha256(f"{COUNTRY.code} {country.today}".encode()).hexdigest()
    for number, first in enumerate(range(0, len(country.incidents), BATCH_ROWS)):
        batch = {
            "import_id": import_id,
            "batch": number,
            "root": COUNTRY.code,
            "source": "demo",
            "rows": country.incidents[first : first + BATCH_ROWS],
        }
        await calls.post("cases", "/v1/incidents/batches", batch, purpose=f"incidents {number}")


async def _solve(calls: Calls, problem: Problem) -> None:
    """Open a case and take it to its phase, from wherever an interrupted load left it."""
    area = problem.body["area"]
    await calls.post("cases", "/v1/problems", problem.body, purpose=f"problem {area}")
    # what was written in a case is answered once only: an interrupted load finds its case in the list
    (opened,) = (await calls.get("cases", "/v1/problems", area=area))["items"]
    address = f"/v1/problems/{opened['id']}"
    phases = ("scanning", "analysis", "response", "assessment", "closed")
    while True:
        phase = (await calls.get("cases", address))["phase"]
        if phase in STEPS:
            part = STEPS[phase]
            await calls.change("PUT", "cases", f"{address}/{part}", problem.parts[part])
        if phase == "response":
            reviews = f"{address}/reviews"
            await calls.post("cases", reviews, problem.review, purpose=f"review {area}", change=True)
        if phase == problem.phase:
            return
        target = phases[phases.index(phase) + 1]
        move = f"{phase} to {target} {area}"
        await calls.post("cases", f"{address}/move", {"to": target}, purpose=move, change=True)


async def _await_figures(calls: Calls, country: Country) -> None:
    """Wait until the indicators have counted every incident and every public meeting."""
    meetings = [meeting for forum in country.forums for meeting in forum.meetings]
    held = sum(meeting.hold is not None and meeting.body["public"] for meeting in meetings)
    first = min(first_month(country.today), country.today - timedelta(days=460))

    async def counted() -> bool:
        answer = await calls.get(
            "kpi",
            "/v1/series",
            indicator=["incidents_per_10000", "meetings_held"],
            area=COUNTRY.code,
            **{"from": f"{first:%Y-%m}", "to": f"{country.today:%Y-%m}"},
        )
        sums = {series["indicator"]: sum(series["numerators"]) for series in answer["series"]}
        return bool(sums["incidents_per_10000"] >= len(country.incidents) and sums["meetings_held"] >= held)

    await wait_for("the indicators to count what was sent", counted, patience=PATIENCE)


async def _load_handover(calls: Calls, country: Country) -> None:
    """Assign an advisor and compose the brief of who comes next, from all that was published."""
    assigned = await calls.post(
        "handover",
        "/v1/assignments",
        {
            "area": ADVISED,
            "advisor": "advisor-1",
            "mandate": "Advise the municipal safety council and the community police unit.",
            "starts_on": (country.today - timedelta(days=320)).isoformat(),
            "ends_on": (country.today + timedelta(days=45)).isoformat(),
        },
        purpose="assignment",
    )
    held = sum(
        meeting.hold is not None
        for forum in country.forums
        if f"{forum.area}.".startswith(f"{ADVISED}.")
        for meeting in forum.meetings
    )
    attempts = iter(range(1000))

    async def complete() -> bool:
        brief = await calls.post(
            "handover",
            "/v1/briefs",
            {"area": ADVISED, "assignment_id": assigned["id"]},
            purpose=f"brief {next(attempts)}",
        )
        return bool(brief["content"]["forums_and_minutes"]["meetings_held"] >= held)

    await wait_for("the handover service to hear of every meeting", complete, patience=PATIENCE)
