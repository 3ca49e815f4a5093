"""What is written in a case is read through one door, noted, and sealed in the database. Rules C13, C14, C15."""

import json
from typing import Any

import asyncpg
import pytest

from tests.cases.problems.test_problems import CONSULTATION, STATEMENT, opened


@pytest.mark.parametrize(
    ("actor", "grants", "seen"),
    [(None, None, 0), ("ana", "officer@XK.PEC", 0), ("ben", "officer@XK.PRI", 0),
     ("ana", "council@XK", 0), ("ana", "officer@XK", 1), ("sue", "supervisor@XK.PRI", 1)],
)  # fmt: skip
async def test_the_second_wall_stands_in_the_database(
    call: Any, database: asyncpg.Connection, actor: str | None, grants: str | None, seen: int
) -> None:
    """Row-level security, whatever a query forgets. ARCHITECTURE 6."""
    await opened(call, statement=STATEMENT, consultations=[CONSULTATION])
    async with database.transaction():
        if grants is not None:
            role, _, area = grants.partition("@")
            told = "select set_config('beatbook.actor', $1, true), set_config('beatbook.as_' || $2, $3, true)"
            await database.execute(told, actor, role, f"{area}.")
        assert await database.fetchval("select count(*) from problems") == seen
        assert await database.execute("update problems set category = '0501'") == f"UPDATE {seen}"
        if not seen:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await database.execute(
                    """insert into problem_moves (id, problem_id, origin, target, moved_at, moved_by)
                       values (uuidv7(), uuidv7(), 'scanning', 'analysis', now(), '')"""
                )


async def test_nothing_written_is_readable_in_the_database(call: Any, database: asyncpg.Connection) -> None:
    """C13: text is sealed; states, dates and codes are plain."""
    problem = await opened(call, title="Canary one", statement={"harm": "Canary two"}, consultations=[CONSULTATION])
    path = f"/v1/problems/{problem['id']}"
    await call("PATCH", path, {"statement": STATEMENT}, version=1)
    await call("POST", f"{path}/move", {"to": "analysis"}, version=2)
    back = await call("POST", f"{path}/move", {"to": "scanning", "reason": "Canary three"}, version=3)
    assert (back.json()["title"], back.json()["moves"][1]["reason"]) == ("Canary one", "Canary three")
    assert back.headers["cache-control"] == "no-store"
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    for table in ("problems", "problem_moves", "case_files", "events", "audit_entries"):
        kept = await database.fetch(f"select * from {table}")
        assert kept
        for text in ("Canary", "square", "light is out"):
            assert text not in str(kept)


async def test_reading_a_case_is_noted(call: Any, database: asyncpg.Connection) -> None:
    problem = await opened(call)
    await call("GET", f"/v1/problems/{problem['id']}", as_=["supervisor@XK"], subject="sue")
    trail = await call("GET", f"/v1/cases/{problem['id']}/trail", as_=["supervisor@XK"], subject="sue")
    assert [(entry["actor"], entry["action"]) for entry in trail.json()["items"]] == [
        ("ana", "open"), ("sue", "read"), ("sue", "audit"),
    ]  # fmt: skip


async def test_of_a_list_the_cases_shown_are_noted_and_no_other(call: Any, database: asyncpg.Connection) -> None:
    """C15: the row beyond the page tells that there is more, and is not read."""
    first = await opened(call)
    await opened(call)
    page = (await call("GET", "/v1/problems?limit=1")).json()
    assert [item["id"] for item in page["items"]] == [first["id"]]
    assert page["next"]
    (entry,) = await database.fetch("select entry from audit_entries where entry like '%\"list\"%'")
    assert json.loads(entry["entry"])["detail"] == {"cases": [first["id"]]}


async def test_who_hands_a_case_on_does_not_see_it_any_more(call: Any) -> None:
    """C14: the second wall does not stand in the way of the change that ends a part."""
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    await call("PATCH", path, {"team": [], "supervisor": "mira"}, as_=["supervisor@XK"], version=1)
    handed = await call("PATCH", path, {"supervisor": "luan"}, subject="mira", version=2)
    assert (handed.status_code, handed.json()["supervisor"]) == (200, "luan")
    assert (await call("GET", path, subject="mira")).status_code == 404
    assert (await call("GET", path, subject="luan")).json()["version"] == 3


async def test_what_was_changed_or_moved_in_the_database_does_not_open(call: Any, database: asyncpg.Connection) -> None:
    """C13: swapped between cases or columns, cut or emptied, it is refused by name, and a list does not show it."""
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    mine, other = [
        (await call("POST", "/v1/problems", {"area": "XK.PRI", "title": title})).json()["id"]
        for title in ("Stolen bicycles", "Other canary")
    ]
    for tampered in (
        f"(select sealed_title from problems where id = '{other}')", "sealed_parts", "substr(sealed_title, 1, 20)",
        "''::bytea",
    ):  # fmt: skip
        before = await database.fetchval("select sealed_title from problems where id = $1", mine)
        await database.execute(f"update problems set sealed_title = {tampered} where id = $1", mine)
        answers = [await call("GET", path) for path in (f"/v1/problems/{mine}", "/v1/problems")]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(500, "unreadable")] * 2
        assert "canary" not in answers[0].text
        await database.execute("update problems set sealed_title = $2 where id = $1", mine, before)
    assert (await call("GET", f"/v1/problems/{mine}")).json()["title"] == "Stolen bicycles"
