"""Victims' cases over HTTP, and the promises that the clock reminds of. Rules C14, C20."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from beatbook.kit.settings import ServiceSettings
from services.cases.base import CLOCK
from services.cases.files.commands import Opening, open_file
from services.cases.files.rules import Kind
from services.cases.victims.reminders import remind_of_promises
from tests.cases.conftest import NOW

PATH = "/v1/victims"
AREA = "XK.PRI.DARDANIA"
SUPERVISOR: dict[str, Any] = {"as_": ["supervisor@XK"], "subject": "sam"}
INCIDENT = {
    "source": "desk", "external_id": "7", "area": AREA, "occurred_from": "2026-03-14T20:00:00Z", "category": "0201",
    "reporter_kind": "victim", "repeat_victim": True,
}  # fmt: skip


@pytest.fixture
async def path(call: Any) -> str:
    answer = await call("POST", PATH, {"area": AREA})
    assert answer.status_code == 201, answer.text
    return f"{PATH}/{answer.json()['id']}"


async def promised(call: Any, path: str, days: int = 2) -> dict[str, Any]:
    due = (NOW + timedelta(days=days)).date().isoformat()
    answer = await call("POST", f"{path}/promises", {"topic": "progress", "due_on": due})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture
def look(settings: ServiceSettings, database: asyncpg.Connection) -> Any:
    """Let the clock look, thrice at once, so many days on; the types of promises' events until then."""

    async def looked(days: float) -> list[str]:
        kit = Database(settings)

        async def once() -> None:
            async with kit.sessions.begin() as session:
                await remind_of_promises(session, CLOCK, NOW + timedelta(days=days))

        await asyncio.gather(*(once() for _ in range(3)))
        await kit.close()
        rows = await database.fetch("select type from events where type like '%.victim_promise.%' order by seq")
        return [row["type"].split(".")[-2] for row in rows]

    return looked


async def open_tasks(call: Any) -> list[str]:
    return [task["kind"] for task in (await call("GET", "/v1/tasks?state=open", **SUPERVISOR)).json()["items"]]


async def test_needs_support_person_and_incident(call: Any, path: str, database: asyncpg.Connection) -> None:
    case_id = path.rpartition("/")[2]
    person = (await call("POST", f"/v1/cases/{case_id}/people", {"role": "victim", "given_names": "Zylfije"})).json()
    incident = await call("POST", "/v1/incidents", INCIDENT)
    assert incident.status_code == 201, incident.text
    body = {"person_id": person["id"], "incident_id": incident.json()["id"]}
    assert (await call("PATCH", path, {"person_id": str(new_id())}, version=1)).status_code == 404
    view = (await call("PATCH", path, body, version=1)).json()
    assert (view["person_id"], view["repeat_victim"]) == (person["id"], True)
    needs = {"needs": ["legal", "emotional", "legal"], "protection": ["hate_crime"], "words": "afraid of the stairs"}
    assert (await call("POST", f"{path}/assessments", needs)).json()["unmet"] == ["emotional", "legal"]
    unknown = await call("POST", f"{path}/supports", {"need": "legal", "referral_id": str(new_id())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-referral")
    helped = (await call("POST", f"{path}/supports", {"need": "legal"})).json()
    assert (helped["unmet"], helped["assessments"][0]["words"]) == (["emotional"], needs["words"])
    assert (await call("POST", f"{path}/assessments", {"needs": []})).json()["unmet"] == []
    listed = (await call("GET", f"{PATH}?incident={body['incident_id']}")).json()["items"]
    assert [row["id"] for row in listed] == [case_id]
    for who in ({"subject": "ben"}, {"as_": ["admin@XK"], "subject": "root"}, {"as_": ["oversight@XK"]}):
        assert (await call("GET", path, **who)).status_code == 404
        assert (await call("GET", PATH, **who)).json()["items"] == []
    rows = await database.fetch("select * from victims, victim_assessments, victim_supports, events")
    assert not any(word in str([dict(row) for row in rows]) for word in ("Zylfije", "stairs"))


async def test_words_that_changed_places_are_noticed(call: Any, path: str, database: asyncpg.Connection) -> None:
    """Rule C13."""
    for words in ("afraid of the stairs", "afraid of the yard"):
        await call("POST", f"{path}/assessments", {"needs": ["legal"], "words": words})
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    await database.execute("""
        update victim_assessments as one set sealed_words = other.sealed_words
        from victim_assessments as other where one.number <> other.number
    """)
    answer = await call("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (500, "unreadable")


async def test_support_by_a_referral_that_one_has_a_part_in(call: Any, path: str, sessions: Any, vault: Any) -> None:
    ana = Actor(subject="ana", grants=(Grant.parse("officer@XK"),))
    async with sessions(ana) as session:
        opening = Opening(Kind.REFERRAL, AREA, agency="safe-house")
        referral_id = str((await open_file(session, ana, NOW, vault, opening)).file.id)
    body = {"need": "legal", "referral_id": referral_id}
    other = (await call("POST", PATH, {"area": AREA}, subject="ben")).json()["id"]
    assert (await call("POST", f"{PATH}/{other}/supports", body, subject="ben")).status_code == 422
    assert (await call("POST", f"{path}/supports", body)).json()["supports"][0]["referral_id"] == referral_id


async def test_a_missed_promise_is_told_once_and_cleared_when_it_is_kept_late(
    call: Any, path: str, look: Any
) -> None:  # fmt: skip
    made = await promised(call, path, 0)
    assert await look(0.4) == []
    assert await look(1) == await look(5) == ["missed"]
    assert await open_tasks(call) == ["keep_promise"]
    keep = f"{path}/promises/{made['id']}/keep"
    assert (await call("POST", keep, version=1)).status_code == 412
    assert (await call("POST", keep, version=2)).json()["version"] == 3
    assert (await call("POST", keep, version=3)).status_code == 409
    assert await open_tasks(call) == []
    assert await look(9) == ["missed", "kept"]


async def test_of_an_expunged_case_nobody_is_reminded(call: Any, path: str, look: Any) -> None:
    """Rule C16."""
    await promised(call, path, 0)
    case = path.replace(PATH, "/v1/cases")
    expunge = (f"{case}/expunge", {"reason": "opened_in_error"})
    assert (await call("POST", *expunge, version=1, **SUPERVISOR)).status_code == 200
    assert await look(1) == []
    assert await open_tasks(call) == []


async def test_who_does_not_wish_to_be_contacted_is_promised_nothing(call: Any, path: str, look: Any) -> None:
    await promised(call, path, 0)
    await promised(call, path)
    assert await look(1) == ["missed"]
    view = (await call("PATCH", path, {"wants_contact": False}, version=3)).json()
    assert [row["state"] for row in view["promises"]] == ["stopped", "stopped"]
    assert await open_tasks(call) == []
    refused = await call("POST", f"{path}/promises", {"topic": "hearing", "due_on": "2026-03-20"})
    assert (refused.status_code, refused.json()["rule"]) == (422, "C20")
    assert await look(9) == ["missed"]
    await call("PATCH", path, {"wants_contact": True}, version=4)
    await promised(call, path)


async def test_the_team_sees_what_is_due_the_most_urgent_first(call: Any, path: str) -> None:
    other = (await call("POST", PATH, {"area": "XK.PEC"}, subject="ben")).json()
    for where, days in ((path, 9), (path, 2), (path, 4)):
        await promised(call, where, days)
    due = {"topic": "hearing", "due_on": "2026-03-16"}
    assert (await call("POST", f"{PATH}/{other['id']}/promises", due, subject="ben")).status_code == 201

    async def listed(query: str = "", **who: Any) -> list[str]:
        page = (await call("GET", f"/v1/promises-to-victims{query}", **who)).json()
        return [row["due_on"][-2:] for row in page["items"]]

    assert await listed() == ["17", "19", "24"]
    assert await listed("?due_before=2026-03-20") == ["17", "19"]
    assert await listed(**SUPERVISOR) == ["16", "17", "19", "24"]
    assert await listed("?area=XK.PEC", **SUPERVISOR) == ["16"]
    assert await listed(subject="eve") == await listed(as_=["admin@XK"], subject="root") == []
    first = (await call("GET", "/v1/promises-to-victims?limit=2")).json()
    assert await listed(f"?limit=2&after={first['next']}") == ["24"]
    assert (await call("GET", "/v1/promises-to-victims?after=eHh4")).status_code == 422
    closing = await call("POST", f"{path}/close", version=4)
    assert (closing.status_code, len(closing.json()["unmet"])) == (422, 3)
    for row in (await call("GET", path)).json()["promises"]:
        assert (await call("POST", f"{path}/promises/{row['id']}/keep", version=1)).json()["state"] == "kept"
    closed = (await call("POST", f"{path}/close", version=4)).json()
    assert closed["closed_at"] is not None
    assert (await call("POST", f"{path}/assessments", {"needs": []})).status_code == 409
