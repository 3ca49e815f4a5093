"""`beatbook areas import`, as an operator runs it beside a running forum service. Rule A3."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from beatbook.cli.main import app

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the shared data sets are not beside the project")
SQUARE = {"type": "Polygon", "coordinates": [[[21, 42], [22, 42], [22, 43], [21, 43], [21, 42]]]}

Run = Callable[..., Awaitable[Result]]


def features(*codes: tuple[str, str | None]) -> str:
    listed = [
        {"type": "Feature", "properties": {"id": code, "up": parent, "title": code, "people": 5}, "geometry": SQUARE}
        for code, parent in codes
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed})


@pytest.fixture
async def forum(stack: Any) -> Any:
    return (await stack("forum"))["forum"]


@pytest.fixture
def run(forum: Any, tokens: Callable[..., str]) -> Run:
    async def run(*arguments: str, grant: str = "admin@XK") -> Result:
        token = tokens(grant).removeprefix("Bearer ")
        command = ["areas", "import", *arguments, "--url", forum.url, "--token", token]
        return await asyncio.to_thread(CliRunner().invoke, app, command)

    return run


async def count(forum: Any) -> int:
    found: int = await (await forum.app.state.database.pool()).fetchval("select count(*) from areas")
    return found


MAPPED = ("--code", "id", "--parent", "up", "--name", "title", "--population", "nothing", "--population", "people")


async def test_areas_by_a_mapping_and_again_without_a_change(run: Run, forum: Any, tmp_path: Path) -> None:
    upper, lower = tmp_path / "upper.geojson", tmp_path / "lower.geojson"
    upper.write_text("\ufeff" + features(("XK", None), ("PRI", "XK")))
    lower.write_text(features(("DARDANIA", "PRI")))
    first = await run(str(lower), str(upper), *MAPPED)
    assert first.output == "3 registered, 0 revised, 0 unchanged, 0 refused, in XK.\n"
    again = await run(str(lower), *MAPPED, "--json")
    assert json.loads(again.output) == {"roots": ["XK"], "registered": 0, "revised": 0, "unchanged": 1, "refused": []}
    row = await (await forum.app.state.database.pool()).fetchrow("select * from areas where code = 'XK.PRI.DARDANIA'")
    assert (row["population"], row["parent"], row["names"]) == (5, "XK.PRI", {"und": "DARDANIA"})


async def test_each_refused_feature_is_told_with_its_place(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_text(features(("XK", None)))
    bad.write_text(features(("PRI", "XK"), ("LOST", "NOWHERE"), ("PRI", "XK")))
    told = await run(str(good), str(bad), *MAPPED, "--json")
    report = json.loads(told.output)
    assert (told.exit_code, report["registered"]) == (0, 2)
    where = [(Path(item["file"]).name, item["feature"], item["code"], item["reason"]) for item in report["refused"]]
    assert where == [("bad.geojson", 1, "LOST", "no_parent"), ("bad.geojson", 2, "PRI", "duplicate_code")]
    table = await run(str(bad), *MAPPED)
    for text in ("0 registered, 0 revised, 1 unchanged, 2 refused", "LOST", "no_parent", "duplicate_code"):
        assert text in table.output


async def test_a_file_of_nothing_but_refused_features_fails(run: Run, forum: Any, tmp_path: Path) -> None:
    file = tmp_path / "lost.geojson"
    file.write_text(features(("LOST", "NOWHERE")))
    told = await run(str(file), *MAPPED)
    assert (told.exit_code, "no_parent" in told.output, await count(forum)) == (1, True, 0)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"code,name\nPRI,Prishtina\n", "no JSON at line 1, column 1"),
        (b"", "no JSON at line 1, column 1"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', "NaN is no JSON number"),
        (b"\xff\xfe\x00", "it is not text in UTF-8"),
        (b"[]", "it has no type"),
        (b'{"type": "Feature", "geometry": null}', "its type is 'Feature'"),
        (b'{"type": "FeatureCollection"}', "it has no list of features"),
        (b"[" * 100_000, "not GeoJSON"),
    ],
)
async def test_a_file_that_is_no_geojson_sends_nothing(
    run: Run, forum: Any, tmp_path: Path, content: bytes, why: str
) -> None:  # fmt: skip
    good, bad = tmp_path / "good.geojson", tmp_path / "bad.geojson"
    good.write_text(features(("XK", None)))
    bad.write_bytes(content)
    told = await run(str(good), str(bad), *MAPPED)
    assert told.exit_code == 1
    assert str(bad) in told.output
    assert why in told.output
    assert len(told.output.strip().splitlines()) == 1
    assert await count(forum) == 0


async def test_what_the_service_refuses_is_said_in_its_words(run: Run, forum: Any, tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(features(("XK", None)))
    told = await run(str(file), *MAPPED, grant="admin@AL")
    assert (told.exit_code, told.output) == (1, "To import areas of XK you need an admin grant there.\n")
    assert await count(forum) == 0


async def test_a_root_needs_its_name(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(features(("PRI", None)))
    assert (await run(str(file), *MAPPED, "--root", "XK")).exit_code == 2
    told = await run(str(file), *MAPPED, "--root", "XK", "--root-name", "Kosovo")
    assert told.output.startswith("2 registered")


@needs_data
async def test_northumbria(run: Run) -> None:
    folder = DATA / "northumbria_asb_2022"
    root = ("--root", "NORTHUMBRIA", "--root-name", "Northumbria", "--population", "population_2021")
    files = (str(folder / "districts.geojson"), str(folder / "wards.geojson"))
    told = await run(*files, *root, grant="admin@NORTHUMBRIA")
    assert told.output == "184 registered, 0 revised, 0 unchanged, 0 refused, in NORTHUMBRIA.\n"


def test_help_shows_an_example() -> None:
    shown = CliRunner().invoke(app, ["areas", "import", "--help"])
    assert (shown.exit_code, "Example: beatbook areas import" in " ".join(shown.output.split())) == (0, True)


def test_without_a_running_instance_it_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    file.write_text(features(("XK", None)))
    told = CliRunner().invoke(app, ["areas", "import", str(file), *MAPPED, "--data-dir", str(tmp_path)])
    assert (told.exit_code, "beatbook up" in told.output) == (1, True)
