"""Who may read which figures, over every role. Rules K8, G2."""

import pytest

from beatbook.contracts.actor import Role

MAY_READ_INCIDENTS = {"admin", "core_group", "council", "officer", "supervisor", "advisor", "evaluator"}
ENDPOINTS = [("/series", "area"), ("/rates", "within")]


@pytest.fixture
async def country(kpi, make):
    await kpi.hear(*(make.area(code, 5000) for code in ("XK", "XK.PRI", "XK.PEJ", "XK.PRIZREN")))
    return kpi


def _grants(role, area):
    return [] if role is Role.PUBLIC else [f"{role}@{area}"]


@pytest.mark.parametrize("role", Role)
async def test_incidents_are_for_those_with_an_office_in_the_area(country, role):
    for path, name in ENDPOINTS:
        answer = await country.get(path, *_grants(role, "XK.PRI"), indicator="incidents_per_10000", **{name: "XK.PRI"})
        assert answer.status_code == (200 if role.value in MAY_READ_INCIDENTS else 403), path
        if answer.status_code == 403:
            assert "numerator" not in answer.text


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("area", ["XK", "XK.PEJ", "XK.PRIZREN"])
async def test_nobody_reads_incidents_of_another_area(country, role, area):
    for path, name in ENDPOINTS:
        answer = await country.get(path, *_grants(role, "XK.PRI"), indicator="incidents_per_10000", **{name: area})
        assert answer.status_code == 403


async def test_one_forbidden_area_or_indicator_forbids_the_whole_answer(country):
    both = {"indicator": ["meetings_held", "incidents_per_10000"]}
    assert (await country.get("/series", "council@XK.PRI", area=["XK.PRI", "XK.PEJ"], **both)).status_code == 403
    assert (await country.get("/series", area="XK.PRI", **both)).status_code == 403


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("indicator", ["meetings_held", "decisions_on_time"])
async def test_everyone_reads_meetings_and_decisions(country, role, indicator):
    for path, name in ENDPOINTS:
        answer = await country.get(path, *_grants(role, "XK.PEJ"), indicator=indicator, **{name: "XK.PRI"})
        assert answer.status_code == 200


async def test_a_token_not_ours_is_no_public_access(country):
    headers = {"Authorization": "Bearer made.up.token"}
    answer = await country.http.get("/v1/series?indicator=meetings_held&area=XK", headers=headers)
    assert answer.status_code == 401
