"""Representativeness over HTTP: whole inside, controlled outside; advisories by the clock. Rules F5, K8."""

from dataclasses import replace
from datetime import timedelta
from json import dumps
from typing import Any

import pytest

from beatbook.kit.timers import WorkerContext
from services.forum.representation.commands import review_all
from tests.forum.conftest import CHAIR, NOW, Api, hold

BANDS = [{"sex": sex, "age_band": band, "count": count}
         for sex in ("female", "male") for band, count in (("18-29", 100), ("30-59", 150), ("60+", 50))]  # fmt: skip
GROUPS = [{"group": "Roma", "share": 0.05}, {"group": "Turkish", "share": 0.02}]
SECTORS = ("health", "education", "media", "sport", "elder", "youth", "minority", "court", "housing", "business")


async def read(api: Api, forum: str, as_: str | None = "officer@XK.PRI", **query: Any) -> Any:
    return await api.ok("GET", f"/forums/{forum}/representation", as_=as_, **query)


def found(view: Any, category: str, sample: str = "members") -> Any:
    return next(item for item in view[sample]["comparisons"] if item["category"] == category)


def values(view: Any) -> list[int]:
    """Every count of people in an answer."""
    if isinstance(view, dict):
        own = [view["value"]] if view.keys() == {"value", "status"} and view["value"] is not None else []
        return own + [value for item in view.values() for value in values(item)]
    return [value for item in view for value in values(item)] if isinstance(view, list) else []


@pytest.fixture
async def forum(council: tuple[Api, str, str, str]) -> str:
    """Twelve seats of persons recorded last year, three of women, one stated Roma; a body; the register's bands."""
    api, forum, *_ = council
    await api.ok("PATCH", "/areas/XK.PRI", {"population_bands": BANDS, "minority_groups": GROUPS})
    await api.db.execute("update members set sex = 'male', age_band = '30-59'")
    for number, sector in enumerate(SECTORS):
        body = {"name": f"Member Krasniqi {number}", "sector": sector, "sex": "female" if number < 3 else "male",
                "age_band": "18-29" if number == 5 else "30-59", "term_start": "2025-01-01"}  # fmt: skip
        if sector == "minority":
            body |= {"minority_group": "Roma", "minority_stated_on": "2025-01-01"}
        await api.ok("POST", f"/forums/{forum}/members", body)
    body = {"kind": "body", "name": "House", "organisation": "House", "sector": "ngo", "term_start": "2025-01-01"}
    await api.ok("POST", f"/forums/{forum}/members", body)
    observer = {"name": "O. Krasniqi", "role": "observer", "sector": "prosecution", "sex": "female"}
    await api.ok("POST", f"/forums/{forum}/members", observer | {"term_start": "2025-01-01"})
    await api.db.execute("update members set seated_at = '2025-02-01'")
    return forum


async def test_rule_f5_those_inside_see_shares_gaps_and_words(country: Api, forum: str) -> None:
    view = await read(country, forum)
    assert (view["detail"], view["as_of"], view["withheld_under"], view["bodies"]) == ("full", "2026-03-15", None, 1)
    women = found(view, "female")
    assert (women["count"]["value"], women["known"]["value"], women["share"], women["gap"]) == (3, 12, 0.25, -0.25)
    assert women["p_value"] == pytest.approx(0.146, abs=1e-3)
    assert women["interval"] == pytest.approx([0.0549, 0.5719], abs=1e-4)
    assert women["sentence"] == (
        "3 of 12 seats are held by women; 6 would be expected; a gap this large could be chance."
    )  # fmt: skip
    assert found(view, "Roma")["count"] == {"value": 1, "status": "A"}
    assert view["groups_absent"] == ["Turkish"]
    assert "prosecution" in view["sectors_absent"]
    assert "health" not in view["sectors_absent"]
    assert (view["meetings"], view["attendance"]) == (0, None)
    before = await read(country, forum, on="2024-12-31")
    assert before["members"]["people"]["value"] == 0
    assert "Krasniqi" not in str(view)


@pytest.mark.parametrize(
    ("caller", "under"), [(None, 10), ("partner@XK", 10), ("core_group@XK", 5), ("council@XK.PEC", 10)]
)
async def test_rule_k8_outside_no_small_count_is_given(
    country: Api, forum: str, caller: str | None, under: int
) -> None:
    view = await read(country, forum, caller)
    assert (view["detail"], view["as_of"], view["withheld_under"]) == ("controlled", "2026-01-01", under)
    assert not [value for value in values(view) if 0 < value < under]
    women = found(view, "female")
    assert women["count"] == {"value": None, "status": "Q"}
    assert (women["share"], women["gap"], women["p_value"], women["interval"]) == (None,) * 4
    assert (women["fewer"], women["sentence"]) == ("yes", "Fewer seats are held by women than live there.")
    assert view["members"]["people"] == {"value": 12, "status": "A"}
    assert not {"Roma", "Turkish"} & {item["category"] for item in view["members"]["comparisons"]}
    assert (view["groups_absent"], view["bodies"]) == (None, None)
    assert found(view, "any")["fewer"] == "cannot_say"
    assert found(view, "any")["count"]["status"] == "Q"
    refused = await country("GET", f"/forums/{forum}/representation", as_=caller, on="2026-02-01")
    assert (refused.status_code, refused.json()["rule"]) == (403, "K8")


async def test_rule_k8_a_new_member_shows_outside_with_the_next_quarter_only(country: Api, forum: str) -> None:
    await country.db.execute("update forums set created_at = '2025-01-01'")
    before = await read(country, forum, None)
    new = {"name": "N. Hoxha", "sector": "religious", "sex": "female", "term_start": "2025-06-01"}
    await country.ok("POST", f"/forums/{forum}/members", new)
    assert (await read(country, forum, None)) == before
    assert found(await read(country, forum), "female")["count"]["value"] == 4


async def test_rule_k8_nobody_stands_alone_outside(country: Api, forum: str) -> None:
    """Two answers about one sum would be a count, and a withheld cell among zeros a person."""
    await country.db.execute("update members set sex = null where sector = 'court'")
    view = await read(country, forum, None)
    assert [item["category"] for item in view["members"]["comparisons"]] == ["female", "18-29", "any"]
    await country.db.execute("update members set sex = 'other' where sector = 'court'")
    assert await read(country, forum, None) == view
    await country.db.execute("update members set age_band = null where sector = 'court'")
    view = await read(country, forum, None)
    await country.db.execute("update members set age_band = '12-17' where sector = 'court'")
    assert await read(country, forum, None) == view


async def test_rule_k8_that_nobody_stated_a_group_is_not_told_either(country: Api, forum: str) -> None:
    before = await read(country, forum, None)
    await country.db.execute("update members set minority_group = null, minority_stated_on = null")
    assert await read(country, forum, None) == before
    assert found(await read(country, forum), "Roma")["count"]["value"] == 0


async def test_rule_k8_a_forum_entered_this_quarter_is_shown_as_recorded_of_its_first_day(
    country: Api, forum: str
) -> None:
    await country.db.execute("update members set seated_at = '2026-03-01'")
    assert (await read(country, forum, None))["members"]["people"]["value"] == 12
    await country.db.execute("update forums set created_at = '2025-01-01'")
    assert (await read(country, forum, None))["members"]["people"]["value"] == 0


async def test_rule_k8_attendance_is_shown_outside_of_four_public_meetings_only(
    country: Api, council: tuple[Api, str, str, str], forum: str
) -> None:
    api, _, chair, _ = council
    for month in (8, 9, 10):
        await hold(api, forum, chair, f"2025-{month:02}-01T17:00:00+00:00")
    closed = await hold(api, forum, chair, "2025-12-20T17:00:00+00:00", public=False)
    view = await read(api, forum, None)
    assert (view["meetings"], view["attendance"]) == (3, None)
    inside = await read(api, forum)
    assert (inside["meetings"], inside["attendance"]["people"]["value"]) == (4, 4 * 8)
    assert found(inside, "female", "attendance")["p_value"] is None
    last = await hold(api, forum, chair, "2025-11-01T17:00:00+00:00")
    counts = [{"sex": "female", "count": 40}, {"sex": "male", "count": 25}, {"minority_group": "Roma", "count": 3}]
    await api.db.execute("update meetings set public_counts = $2::text::jsonb where id = $1", last, dumps(counts))
    shown = (await read(api, forum, None))["attendance"]
    assert not [value for value in values(shown) if 0 < value < 10]
    assert found({"members": shown}, "female")["count"]["value"] in (40, None)
    await api.db.execute("update meetings set public_counts = '[]' where id = $1", closed)
    assert (await read(api, forum, None))["attendance"] == shown


async def test_rule_f5_a_group_with_no_member_is_an_advisory_until_someone_sits(
    country: Api, forum: str, worker: WorkerContext
) -> None:
    async def standing() -> list[tuple[str, str]]:
        listed = await country.ok("GET", f"/forums/{forum}/advisories", state="open")
        return [(item["rule"], item["text"]) for item in listed["items"]]

    (advisory,) = await standing()
    assert advisory[0] == "F5"
    assert advisory[1].startswith("Turkish live here, and no member says to belong to them")
    before = await country.fingerprint()
    await review_all(worker)
    assert await country.fingerprint() == before
    assert "urkish" not in str([event["data"] for event in await country.events() if "advisory" in event["type"]])
    new = CHAIR | {"role": "member", "minority_group": "turkish", "minority_stated_on": "2026-03-01"}
    await country.ok("POST", f"/forums/{forum}/members", new | {"term_end": "2026-03-20"})
    assert await standing() == []
    worker = replace(worker, clock=lambda: NOW + timedelta(days=6))
    await review_all(worker)
    assert await standing() == [advisory]


async def test_a_register_that_holds_nothing_is_said(council: tuple[Api, str, str, str]) -> None:
    """Rule F5: nothing is made up where the register is silent, and a forum without seats is not lectured."""
    api, forum, *_ = council
    view = await read(api, forum)
    assert found(view, "female")["expected_share"] is None
    assert found(view, "female")["fewer"] == "cannot_say"
    assert (await api("GET", "/forums/01890000-0000-7000-8000-000000000000/representation")).status_code == 404
