"""A real region: the ward rates equal those worked out beside the data by other means. Rule K3."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

DATA = Path(__file__).parents[3] / "shared" / "data" / "northumbria_asb_2022"
SPAN = {"from_": "2022-01", "to": "2022-11"}
ROOT = "NORTHUMBRIA"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the Northumbria data is not on this machine")


def _rows(name):
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def placed():
    """The incidents by ward (source code) and month, placed by boundary; two points lie in no ward."""
    wards = json.loads((DATA / "wards.geojson").read_text())["features"]
    tree = shapely.STRtree([shape(ward["geometry"]) for ward in wards])
    rows = _rows("asb_incidents_2022.csv")
    points = shapely.points([(float(row["longitude"]), float(row["latitude"])) for row in rows])
    within: dict[int, int] = {}
    for point, ward in zip(*tree.query(points, predicate="intersects"), strict=True):
        within.setdefault(int(point), int(ward))
    return [(wards[ward]["properties"]["code"], rows[point]["month"][:7]) for point, ward in within.items()]


@pytest.fixture
async def northumbria(kpi, make, placed):
    wards = {row["code"]: row for row in _rows("ward_population.csv")}
    code = {ward: f"{ROOT}.{row['parent_code']}.{ward}" for ward, row in wards.items()}
    districts = sorted({row["parent_code"] for row in wards.values()})
    await kpi.hear(
        make.area(ROOT),
        *(make.area(f"{ROOT}.{district}") for district in districts),
        *(make.area(code[ward], _population(row)) for ward, row in wards.items()),
        *(make.incident(code[ward], month) for ward, month in placed),
    )
    return kpi


def _population(row):
    return round(float(row["population_2021"])) if row["population_2021"] else None


async def _rates(kpi, tier):
    query = {"indicator": "incidents_per_10000", "within": ROOT, "tier": tier, **SPAN}
    return (await kpi.get("/rates", f"evaluator@{ROOT}", **query)).json()["rows"]


async def test_ward_rates_equal_those_beside_the_data(northumbria):
    found = {row["area"].rpartition(".")[2]: row for row in await _rates(northumbria, "neighbourhood")}
    expected = _rows("expected_ward_rates.csv")
    assert len(found) == len(expected) == 177
    for row in expected:
        ward = found[row["ward_code"]]
        assert ward["numerator"] == int(row["incidents"])
        assert ward["value"] == (float(row["rate_per_10000"]) if row["rate_per_10000"] else None)
        assert ward["flags"] == ([] if row["rate_per_10000"] else ["no_population"])


async def test_districts_and_the_whole_add_up(northumbria):
    expected = _rows("expected_ward_rates.csv")
    counted = [row for row in expected if row["population_2021"]]
    for tier, part in (("municipal", lambda row: row["parent_code"]), ("national", lambda _: ROOT)):
        incidents, residents = Counter(), Counter()
        for row in counted:
            incidents[part(row)] += int(row["incidents"])
            residents[part(row)] += int(float(row["population_2021"]))
        partial = {part(row) for row in expected if not row["population_2021"]}
        for row in await _rates(northumbria, tier):
            name = row["area"].rpartition(".")[2]
            assert (row["numerator"], row["denominator"]) == (incidents[name], residents[name])
            assert row["value"] == round(incidents[name] * 10_000 / residents[name], 4)
            assert row["flags"] == (["partial_population"] if name in partial else [])


async def test_the_months_of_the_whole_add_up_to_all_that_was_placed(northumbria, placed):
    ((total,),) = await northumbria.rows("select sum(count)::int from facts where area = $1", ROOT)
    assert total == len(placed) == 39_704
    months = await northumbria.rows("select month, count::int from facts where area = $1", ROOT)
    assert dict(months) == {date.fromisoformat(f"{m}-01"): n for m, n in Counter(month for _, month in placed).items()}
