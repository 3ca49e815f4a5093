"""Tension over HTTP: readings, weeks, jumps, what areas have in common. Rule C18."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Role
from tests.cases.conftest import NOW

AREA = "XK.PRI.DARDANIA"
READINGS = "/v1/tension-readings"
SOUND = {"source": "1", "information": "A"}


async def reading(call: Any, level: int, weeks_ago: int = 0, **changes: Any) -> dict[str, Any]:
    day = (NOW - timedelta(weeks=weeks_ago)).date().isoformat()
    body = {"area": AREA, "read_on": day, "indicator": "experienced", "level": level, **SOUND, **changes}
    answer = await call("POST", READINGS, body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def weeks(call: Any, **who: Any) -> Any:
    return (await call("GET", f"/v1/tension?area={AREA}&first=2026-W06&last=2026-W11", **who)).json()


async def jumps(database: asyncpg.Connection) -> list[Any]:
    return [row["data"] for row in await database.fetch("select data from events where type like '%.tension.jumped.%'")]


async def test_weeks_with_gaps_a_trend_and_a_jump_told_once(call: Any, database: asyncpg.Connection) -> None:
    for weeks_ago, level in ((5, 1), (3, 2)):
        await reading(call, level, weeks_ago, indicator="evidenced", community="newcomers")
    await asyncio.gather(*(reading(call, 4) for _ in range(3)))
    view = await weeks(call, as_=["advisor@XK"])
    assert [(week["level"], week["status"]) for week in view["weeks"]] == [
        (1, "A"), (None, "O"), (2, "A"), (None, "O"), (None, "O"), (4, "A"),
    ]  # fmt: skip
    assert (view["trend"], view["weeks"][-1]["readings"], "community" in str(view)) == ("rising", 3, False)
    assert [(week["previous"], week["jumped"]) for week in view["weeks"][2::3]] == [(1, False), (2, True)]
    assert await jumps(database) == [{"area": AREA, "week": "2026-03-09", "level": 4, "previous": 2}]
    (task,) = (await call("GET", "/v1/tasks?state=open", as_=["supervisor@XK"])).json()["items"]
    assert (task["kind"], task["is_urgent"]) == ("look_into_tension", True)


async def test_a_correction_takes_the_jump_back_and_one_before_makes_one(
    call: Any, database: asyncpg.Connection
) -> None:
    before = await reading(call, 2, 1)
    made = await reading(call, 4)
    path = f"{READINGS}/{made['id']}/correct"
    body = {"read_on": "2026-03-12", "indicator": "evidenced", "level": 3, **SOUND}
    assert (await call("POST", path, body)).status_code == 428
    corrected = (await call("POST", path, body, version=1)).json()
    assert (await call("POST", path, body, version=2)).status_code == 409
    assert (await call("GET", "/v1/tasks?state=open", as_=["supervisor@XK"])).json()["items"] == []
    assert [week["level"] for week in (await weeks(call))["weeks"][-2:]] == [2, 3]
    old = (await call("GET", f"{READINGS}/{made['id']}")).json()
    assert (old["replaced_by"], old["withdrawn_at"] is None) == (corrected["id"], False)
    await call("POST", f"{READINGS}/{before['id']}/withdraw", version=1)
    await reading(call, 1, 1)
    last = (await weeks(call))["weeks"][-1]
    assert (last["previous"], last["jumped"], len(await jumps(database))) == (1, True, 1)


async def test_old_jumps_are_no_news(call: Any, database: asyncpg.Connection) -> None:
    await reading(call, 1, 9)
    await reading(call, 5, 8)
    assert await jumps(database) == []


async def test_what_is_no_reading_is_refused(
    call: Any, database: asyncpg.Connection, subtests: pytest.Subtests
) -> None:  # fmt: skip
    body = {"area": AREA, "read_on": "2026-03-15", "indicator": "potential", "level": 2, **SOUND}
    changes: list[dict[str, Any]] = [
        {"read_on": "2026-03-16"}, {"level": 6}, {"source": "1", "information": None}, {"community": "The Smiths"},
        {"note": "x"}, {"area": "XK.NOWHERE"},
    ]  # fmt: skip
    for change in changes:
        with subtests.test(str(change)):
            assert (await call("POST", READINGS, body | change)).status_code == 422
    assert await database.fetchval("select count(*) from tension_weeks") == 0


async def test_who_records_and_who_reads(
    call: Any, database: asyncpg.Connection, subtests: pytest.Subtests
) -> None:  # fmt: skip
    await reading(call, 3)
    for role in Role:
        if role is not Role.PUBLIC:
            with subtests.test(role.value):
                await records_and_reads(call, database, role)


async def records_and_reads(call: Any, database: asyncpg.Connection, role: Role) -> None:
    before = await database.fetchval("select count(*) from tension_readings")
    who: dict[str, Any] = {"as_": [f"{role}@XK.PRI"], "subject": "eve"}
    body = {"area": AREA, "read_on": "2026-03-15", "indicator": "potential", "level": 2, **SOUND}
    records, reads = role in {Role.OFFICER, Role.SUPERVISOR}, role in {Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR}
    assert (await call("POST", READINGS, body, **who)).status_code == (201 if records else 403)
    assert await database.fetchval("select count(*) from tension_readings") == before + records
    assert len((await call("GET", READINGS, **who)).json()["items"]) == (before + 1 if records else 0)
    path = f"/v1/tension?area={AREA}"
    assert (await call("GET", path, **who)).status_code == (200 if reads else 404)
    assert (await call("GET", path, as_=[f"{role}@XK.PEC"])).status_code == 404
    below = await call("GET", "/v1/tension/below?area=XK.PRI&week=2026-W11", **who)
    assert below.status_code == (200 if reads or role is Role.CORE_GROUP else 404)


async def test_what_areas_have_in_common_names_none_while_they_are_few(call: Any) -> None:
    async def below(grant: str, week: str = "2026-W11") -> Any:
        found = (await call("GET", f"/v1/tension/below?area=XK&week={week}", as_=[grant])).json()
        return [found[name] for name in ("status", "assessed", "maximum", "median")]

    for area, level in (("XK.PEC", 4), (AREA, 1)):
        await reading(call, level, area=area)
    assert await below("core_group@XK") == ["Q", None, None, None]
    assert await below("supervisor@XK") == ["A", 2, 4, 2.5]
    await reading(call, 2, area="XK.PRI")
    assert await below("core_group@XK") == ["A", 3, 4, 2]
    assert await below("core_group@XK", "2026-W10") == ["O", 0, None, None]
