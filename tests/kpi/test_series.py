"""Figures over HTTP: columnar series and rates. Rules K1, K2, K3, K9."""

import pytest

COUNCIL = "council@XK"


@pytest.fixture
async def country(kpi, make):
    """Two municipalities: PRI with neighbourhoods of 2,000 and of unknown population, PEJ with 900 of its own."""
    await kpi.hear(
        make.area("XK"),
        make.area("XK.PRI"),
        make.area("XK.PRI.A", 2000),
        make.area("XK.PRI.B"),
        make.area("XK.PEJ", 900),
        *[make.incident("XK.PRI.A", "2022-01") for _ in range(4)],
        *[make.incident("XK.PRI.A", "2022-05", "0501") for _ in range(2)],
        *[make.incident("XK.PRI.B", "2022-01") for _ in range(3)],
        make.incident("XK.PRI", "2022-01"),
        make.meeting("XK.PRI.A"),
        make.meeting("XK.PEJ"),
    )
    return kpi


async def series(kpi, *grants, **query):
    answer = await kpi.get("/series", *grants, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_series_is_columnar_and_says_how_to_read_it(country):
    found = await series(
        country, COUNCIL, indicator="incidents_per_10000", area=["XK.PRI.A", "XK.PEJ"], from_="2022-01", to="2022-02"
    )
    assert found["periods"] == ["2022-01", "2022-02"]
    assert found["unknown"] == []
    assert "trust" in found["indicators"][0]["note"]
    assert found["series"] == [
        {
            "indicator": "incidents_per_10000",
            "area": "XK.PRI.A",
            "unit": "per 10,000 residents",
            "values": [20.0, 0.0],
            "numerators": [4, 0],
            "denominators": [2000, 2000],
            "flags": [[], []],
        },
        {
            "indicator": "incidents_per_10000",
            "area": "XK.PEJ",
            "unit": "per 10,000 residents",
            "values": [0.0, 0.0],
            "numerators": [0, 0],
            "denominators": [900, 900],
            "flags": [["small_base"], ["small_base"]],
        },
    ]


async def test_without_a_population_there_is_no_rate_but_the_count_is_shown(country):
    found = await series(
        country, COUNCIL, indicator="incidents_per_10000", area="XK.PRI.B", from_="2022-01", to="2022-01"
    )
    (line,) = found["series"]
    assert (line["values"], line["numerators"], line["flags"]) == ([None], [3], [["no_population"]])


async def test_a_partial_population_is_matched_by_its_numerator_and_flagged(country):
    """Of XK.PRI's eight incidents in January, B's three are left out, as B's residents are; its own one stays."""
    query = {"indicator": "incidents_per_10000", "from_": "2022-01", "to": "2022-01"}
    pri, xk = (await series(country, COUNCIL, area=["XK.PRI", "XK"], **query))["series"]
    assert (pri["numerators"], pri["denominators"], pri["values"]) == ([5], [2000], [25.0])
    assert (xk["numerators"], xk["denominators"]) == ([5], [2900])
    assert pri["flags"] == xk["flags"] == [["partial_population"]]


@pytest.mark.parametrize("per", ["quarter", "year"])
async def test_quarters_and_years_are_the_sums_of_their_months(country, per):
    query = {
        "indicator": ["incidents_per_10000", "meetings_held"],
        "area": ["XK", "XK.PRI.A"],
        "from_": "2022-01",
        "to": "2022-12",
    }
    months = await series(country, COUNCIL, **query)
    longer = await series(country, COUNCIL, per=per, **query)
    size = 3 if per == "quarter" else 12
    assert len(longer["periods"]) == 12 // size
    for month_line, line in zip(months["series"], longer["series"], strict=True):
        sums = [sum(month_line["numerators"][n : n + size]) for n in range(0, 12, size)]
        assert line["numerators"] == sums


async def test_a_category_counts_what_it_divides_into(country):
    query = {"indicator": "incidents_per_10000", "area": "XK.PRI.A", "from_": "2022-01", "to": "2022-06"}
    found = await series(country, COUNCIL, category="05", **query)
    assert found["series"][0]["numerators"] == [0, 0, 0, 0, 2, 0]
    refused = await country.get("/series", indicator="meetings_held", area="XK", category="05")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_by_default_the_last_twelve_months(country):
    found = await series(country, indicator="meetings_held", area="XK")
    assert (found["periods"][0], found["periods"][-1], len(found["periods"])) == ("2022-01", "2022-12", 12)
    assert found["series"][0]["values"] == [0.0, 0.0, 2.0, *[0.0] * 9]
    assert found["series"][0]["denominators"] == [None] * 12


async def test_decisions_on_time_wait_for_their_date(kpi, make):
    """Rule F13. It is 15 December 2022."""
    due = {day: make.decision("XK", f"2022-12-{day}") for day in ("10", "14", "15", "20", "31")}
    await kpi.hear(make.area("XK"), *due.values())
    await kpi.hear(make.closed(due["10"], on_time=True), make.closed(due["31"], on_time=True))
    found = await series(kpi, indicator="decisions_on_time", area="XK", from_="2022-11", to="2022-12")
    (line,) = found["series"]
    assert (line["numerators"], line["denominators"], line["values"]) == ([0, 2], [0, 3], [None, 66.6667])
    assert line["flags"] == [["nothing_due"], ["small_base"]]


async def test_rates_give_a_row_for_each_area_one_tier_below(country):
    answer = await country.get(
        "/rates", COUNCIL, indicator="incidents_per_10000", within="XK", from_="2022-01", to="2022-06"
    )
    found = answer.json()
    assert (found["from"], found["to"], found["indicator"]["code"]) == ("2022-01", "2022-06", "incidents_per_10000")
    assert found["rows"] == [
        {"area": "XK.PEJ", "name": "Pej", "numerator": 0, "denominator": 900, "value": 0.0, "flags": ["small_base"]},
        {
            "area": "XK.PRI",
            "name": "Pri",
            "numerator": 7,
            "denominator": 2000,
            "value": 35.0,
            "flags": ["partial_population"],
        },
    ]


async def test_rates_of_a_named_tier(country):
    query = {"indicator": "meetings_held", "within": "XK", "from_": "2022-01", "to": "2022-12"}
    rows = (await country.get("/rates", tier="neighbourhood", **query)).json()["rows"]
    assert [(row["area"], row["value"]) for row in rows] == [("XK.PRI.A", 1.0), ("XK.PRI.B", 0.0)]
    rows = (await country.get("/rates", tier="national", **query)).json()["rows"]
    assert [(row["area"], row["value"]) for row in rows] == [("XK", 2.0)]


async def test_areas_not_heard_of_are_named_unless_none_is_known(country):
    found = await series(country, indicator="meetings_held", area=["XK", "XK.NEW"])
    assert ([line["area"] for line in found["series"]], found["unknown"]) == (["XK"], ["XK.NEW"])
    assert (await country.get("/series", indicator="meetings_held", area="XX")).status_code == 404
    assert (await country.get("/rates", indicator="meetings_held", within="XX")).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"indicator": "happiness", "area": "XK"}, 404),
        ({"indicator": "meetings_held", "area": "xk"}, 422),
        ({"indicator": "meetings_held"}, 422),
        ({"indicator": "meetings_held", "area": "XK", "from_": "2022-13"}, 422),
        ({"indicator": "meetings_held", "area": "XK", "from_": "20٢٢-01"}, 422),
        ({"indicator": "meetings_held", "area": "XK", "from_": "2022-05", "to": "2022-04"}, 422),
        ({"indicator": "meetings_held", "area": "XK", "from_": "1950-01", "to": "2022-04"}, 422),
        ({"indicator": "meetings_held", "area": "XK", "per": "week"}, 422),
    ],
)
async def test_what_cannot_be_answered_is_refused_with_what_to_mend(country, query, status):
    answer = await country.get("/series", **query)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_the_list_of_indicators(kpi):
    """Rule K1."""
    found = (await kpi.get("/indicators")).json()
    assert [item["code"] for item in found["items"]] == ["incidents_per_10000", "meetings_held", "decisions_on_time"]
    assert [item["public"] for item in found["items"]] == [False, True, True]
    assert found["next"] is None
