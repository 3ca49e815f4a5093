"""Sites: what an area is, one thing at a time. Rule A4."""

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.sites.rules import SiteRole, site_obstacles
from tests.forum.conftest import Api

FIRST = date(2026, 1, 1)
spans = st.tuples(
    st.sampled_from(SiteRole),
    st.integers(0, 50).map(lambda days: FIRST + timedelta(days=days)),
    st.one_of(st.none(), st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))),
)


@pytest.mark.pure
@given(spans, st.lists(spans.filter(lambda span: span[2] is None or span[2] >= span[1]), max_size=3))
def test_a_site_is_refused_exactly_when_an_area_would_be_two_things_on_a_day(
    wanted: tuple[SiteRole, date, date | None], others: list[tuple[SiteRole, date, date | None]]
) -> None:
    """Rule A4."""
    _, starts_on, ends_on = wanted
    days = [FIRST + timedelta(days=number) for number in range(120)]

    def is_site(first: date, last: date | None, day: date) -> bool:
        return first <= day and (last is None or day <= last)

    wanted_days = {day for day in days if is_site(starts_on, ends_on, day)}
    clashes = [other for other in others if any(is_site(other[1], other[2], day) for day in wanted_days)]
    if ends_on is not None and ends_on < starts_on:
        assert len(site_obstacles(starts_on, ends_on, others)) >= 1
    else:
        assert len(site_obstacles(starts_on, ends_on, others)) == len(clashes)


async def test_rule_a4_sites_are_dated_and_never_overlap(country: Api) -> None:
    path = "/areas/XK.PRI/sites"
    pilot = await country.ok("POST", path, {"role": "pilot", "starts_on": "2026-01-01"}, as_="core_group@XK")
    before = await country.fingerprint()
    later = {"role": "expansion", "starts_on": "2027-01-01"}
    answer = await country("POST", path, later)
    assert (answer.status_code, answer.json()["rule"], len(answer.json()["unmet"])) == (422, "A4", 1)
    assert (await country("POST", path, later | {"role": "showcase"})).status_code == 422
    assert (await country("PATCH", f"{path}/{pilot['id']}", {"ends_on": "2025-12-31"})).status_code == 422
    assert (await country("PATCH", f"/areas/XK.PEC/sites/{pilot['id']}", {"ends_on": None})).status_code == 404
    assert await country.fingerprint() == before
    await country.ok("PATCH", f"{path}/{pilot['id']}", {"ends_on": "2026-12-31"}, version=1)
    await country.ok("POST", path, later)
    await country.ok("POST", "/areas/XK.PEC/sites", {"role": "control", "starts_on": "2026-01-01"})

    async def on(day: str) -> list[tuple[str, str]]:
        listed = await country.ok("GET", "/sites", as_=None, on=day, area="XK")
        return [(site["area"], site["role"]) for site in listed["items"]]

    assert await on("2026-12-31") == [("XK.PRI", "pilot"), ("XK.PEC", "control")]
    assert await on("2027-01-01") == [("XK.PRI", "expansion"), ("XK.PEC", "control")]
    controls = await country.ok("GET", "/sites", as_=None, role="control")
    assert [site["area"] for site in controls["items"]] == ["XK.PEC"]
    told = [event["type"].split(".")[-2] for event in await country.events() if ".site." in event["type"]]
    assert told == ["designated", "changed", "designated", "designated"]


async def test_two_who_designate_at_once_make_one_site(country: Api) -> None:
    """Rule A4."""
    body = {"role": "pilot", "starts_on": "2026-01-01"}
    answers = await asyncio.gather(*(country("POST", "/areas/XK.PRI/sites", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]


async def test_a_closed_area_is_no_new_site(country: Api) -> None:
    """Rules A3, A4."""
    await country.ok("POST", "/areas/XK.PEC/close", {"closed_on": "2026-03-01"})
    assert (
        await country("POST", "/areas/XK.PEC/sites", {"role": "pilot", "starts_on": "2026-01-01"})
    ).status_code == 409
    assert (await country("GET", "/areas/XK.NOWHERE/sites")).status_code == 404
