"""Breaking the glass: for an hour, for a reason, before witnesses; and it tells nobody else of a case. Rule C14."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.db import Database, set_context
from beatbook.kit.sealing import KeyRing
from services.cases.files.commands import Opening, open_file
from services.cases.files.rules import Kind
from services.cases.openings.rules import OPEN_FOR
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW

REASON = {"reason": "The duty officer is ill, and the victim Blerta Canari is on the telephone"}
REVIEW = {"finding": "justified", "note": "Blerta Canari could not wait until Monday"}
BEN, SUE, EVE = ("officer@XK.PRI", "ben"), ("supervisor@XK.PRI", "sue"), ("oversight@XK", "eve")
LEAD = ("officer@XK.PRI", "lena")
ABSENT = UUID("01890000-0000-7000-8000-000000000000")


class Service:
    """The service's API over a clock that can be put forward."""

    def __init__(self, tokens: Callable[..., str]) -> None:
        self.now, self.tokens = NOW, tokens
        self.http: httpx.AsyncClient

    def clock(self) -> datetime:
        return self.now

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: Sequence[str],
        version: int | None = None,
        **headers: str,
    ) -> httpx.Response:
        *grants, subject = who
        sent = {"Authorization": self.tokens(*grants, subject=subject)} | headers
        if version is not None:
            sent["If-Match"] = f'"{version}"'
        return await self.http.request(method, f"/v1{path}", json=body, headers=sent)

    async def breaks(self, case_id: UUID, who: Sequence[str] = BEN) -> httpx.Response:
        return await self("POST", f"/cases/{case_id}/break-glass", REASON, who=who)

    async def sees(self, case_id: UUID, who: Sequence[str] = BEN) -> bool:
        """Whether the case is in the list of those that somebody has a part in."""
        listed = await self("GET", "/cases?kind=problem", who=who)
        return str(case_id) in [case["id"] for case in listed.json()["items"]]


@pytest.fixture
async def service(
    client: Any, settings: CasesSettings, database: asyncpg.Connection, tokens: Callable[..., str]
) -> Service:
    made = Service(tokens)
    made.http = await client.of(settings, "cases", clock=made.clock)
    return made


@pytest.fixture
async def open_case(settings: CasesSettings, database: asyncpg.Connection) -> AsyncIterator[Any]:
    """Open a case file as Ana, an officer, or as oversight a complaint."""
    kit, vault = Database(settings), KeyRing(settings.key_secrets)

    async def make(kind: Kind = Kind.PROBLEM, area: str = "XK.PRI", **more: Any) -> UUID:
        grant = f"{'oversight' if kind is Kind.COMPLAINT else 'officer'}@{area}"
        ana = Actor(subject="ana", grants=(Grant.parse(grant),))
        async with kit.sessions.begin() as session:
            await set_context(session, ana)
            return (await open_file(session, ana, NOW, vault, Opening(kind=kind, area=area, **more))).file.id

    yield make
    await kit.close()


async def told(database: asyncpg.Connection) -> list[str]:
    rows = await database.fetch("select type from events order by id")
    return [".".join(row["type"].split(".")[3:5]) for row in rows]


async def test_broken_glass_opens_a_case_to_read_for_an_hour(service: Service, open_case: Any) -> None:
    case_id = await open_case()
    assert not await service.sees(case_id)
    assert (await service("GET", f"/cases/{case_id}/trail", who=BEN)).status_code == 404
    opening = await service.breaks(case_id)
    assert opening.status_code == 201
    assert opening.json()["expires_at"] == (NOW + OPEN_FOR).isoformat().replace("+00:00", "Z")
    assert await service.sees(case_id)
    # may know of the case, and only read it
    assert (await service("GET", f"/cases/{case_id}/trail", who=BEN)).status_code == 403
    assert not await service.sees(case_id, ("officer@XK.PRI", "carl"))
    service.now = NOW + OPEN_FOR - timedelta(seconds=1)
    assert await service.sees(case_id)
    service.now = NOW + OPEN_FOR
    assert not await service.sees(case_id)
    assert (await service("GET", f"/cases/{case_id}/trail", who=BEN)).status_code == 404


async def test_supervisor_and_oversight_are_told_and_review(
    service: Service, open_case: Any, database: asyncpg.Connection
) -> None:
    case_id = await open_case(supervisor="lena")
    opening = (await service.breaks(case_id)).json()
    path = f"/openings/{opening['id']}"
    (task,) = (await service("GET", "/tasks?state=open", who=SUE)).json()["items"]
    assert (task["kind"], task["about_id"], task["is_urgent"]) == ("review_opening", opening["id"], True)
    for witness in (SUE, EVE, LEAD):
        listed = (await service("GET", "/openings?state=unreviewed", who=witness)).json()["items"]
        assert [item["id"] for item in listed] == [opening["id"]]
        read = await service("GET", path, who=witness)
        assert (read.json()["reason"], read.headers["Cache-Control"]) == (REASON["reason"], "no-store")
    for stranger in (
        ("officer@XK.PRI", "carl"),
        ("supervisor@XK.PEC", "sue"),
        ("admin@XK", "root"),
        ("officer@XK.PEC", "lena"),
    ):
        assert (await service("GET", "/openings", who=stranger)).json()["items"] == []
        assert (await service("GET", path, who=stranger)).status_code == 404
        assert (await service("POST", f"{path}/review", REVIEW, who=stranger, version=1)).status_code == 404
        assert (await service("POST", f"{path}/end", who=stranger, version=1)).status_code == 404
    own = await service("GET", path, who=BEN)
    assert (own.status_code, own.json()["reason"]) == (200, None)
    assert (await service("POST", f"{path}/review", REVIEW, who=BEN, version=1)).status_code == 403
    both = ("officer@XK.PRI", "supervisor@XK.PRI", "ben")
    assert (await service("POST", f"{path}/review", REVIEW, who=both, version=1)).status_code == 403
    reviewed = await service("POST", f"{path}/review", REVIEW, who=EVE, version=1)
    assert (reviewed.status_code, reviewed.json()["finding"], reviewed.json()["reviewed_by"]) == (
        200,
        "justified",
        "eve",
    )
    assert (await service("POST", f"{path}/review", REVIEW, who=SUE, version=2)).status_code == 409
    assert (await service("GET", path, who=SUE)).json()["note"] == REVIEW["note"]
    assert (await service("GET", "/tasks?state=open", who=SUE)).json()["items"] == []
    assert await service.sees(case_id)
    assert await told(database) == ["task.given", "opening.forced", "task.closed", "opening.reviewed"]
    data = "".join(str(row["data"]) for row in await database.fetch("select data from events"))
    assert "Canari" not in data
    trail = (await service("GET", f"/cases/{case_id}/trail", who=SUE)).json()["items"]
    assert [entry["action"] for entry in trail[:2]] == ["open", "break_glass"]
    assert "review_opening" in [entry["action"] for entry in trail]


async def test_an_opening_that_is_ended_or_not_justified_is_over_at_once(service: Service, open_case: Any) -> None:
    case_id = await open_case()
    for ending, body in (("end", None), ("review", REVIEW | {"finding": "not_justified"})):
        opening = (await service.breaks(case_id)).json()
        assert await service.sees(case_id)
        ended = await service("POST", f"/openings/{opening['id']}/{ending}", body, who=SUE, version=1)
        assert ended.status_code == 200, ended.text
        assert not await service.sees(case_id)
        again = await service("POST", f"/openings/{opening['id']}/end", who=SUE, version=2)
        assert (again.status_code, again.json()["code"]) == (409, "over")


async def test_each_opening_counts_by_itself(service: Service, open_case: Any) -> None:
    case_id = await open_case()
    carl = ("admin@XK", "carl")
    first, second = (await service.breaks(case_id)).json(), (await service.breaks(case_id, carl)).json()
    service.now = NOW + timedelta(minutes=30)
    third = (await service.breaks(case_id)).json()
    assert (await service("POST", f"/openings/{first['id']}/end", who=BEN, version=1)).status_code == 200
    assert [await service.sees(case_id, who) for who in (BEN, carl)] == [True, True]
    service.now = NOW + timedelta(minutes=75)
    assert [await service.sees(case_id, who) for who in (BEN, carl)] == [True, False]
    running = (await service("GET", f"/openings?state=running&case={case_id}&area=XK.PRI", who=EVE)).json()["items"]
    assert [item["id"] for item in running] == [third["id"]]
    assert len({first["id"], second["id"], third["id"]}) == 3


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (Kind.PROBLEM, ("officer@XK.PEC", "ben")),
        (Kind.PROBLEM, ("officer@XK.PRI.DARDANIA", "ben")),
        (Kind.PROBLEM, ("council@XK", "ben")),
        (Kind.PROBLEM, ("oversight@XK", "ben")),
        (Kind.PROBLEM, ("partner@XK", "ben")),
        (Kind.PROBLEM, ("ben",)),
        (Kind.COMPLAINT, ("officer@XK", "supervisor@XK", "admin@XK", "ben")),
    ],
    ids=str,
)
async def test_who_may_not_learns_nothing(
    service: Service, open_case: Any, database: asyncpg.Connection, kind: Kind, who: Sequence[str]
) -> None:
    """The whole answer is that of an id that is nowhere, and no trace is left."""
    case_id = await open_case(kind)
    answers = [
        await service("POST", f"/cases/{wanted}/break-glass", body, who=who)
        for body in (REASON, {"reason": "short"}, {})
        for wanted in (case_id, ABSENT)
    ]
    seen = [
        (answer.status_code, answer.content, sorted((name, value) for name, value in answer.headers.items()))
        for answer in answers
    ]
    assert seen[0] == seen[1]
    assert seen[2] == seen[3]
    assert seen[4] == seen[5]
    assert [answer.status_code for answer in answers[::2]] == [404, 422, 422]
    tables = ("case_openings", "tasks", "events")
    assert [await database.fetchval(f"select count(*) from {table}") for table in tables] == [0, 0, 0]


async def test_who_has_a_part_is_told_so(service: Service, open_case: Any, database: asyncpg.Connection) -> None:
    case_id = await open_case(agency="safe-house", kind=Kind.REFERRAL)
    for who in (SUE, ("officer@XK.PRI", "ana")):
        answer = await service.breaks(case_id, who)
        assert (answer.status_code, answer.json()["code"]) == (409, "part-held")
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    await database.execute("delete from case_keys")
    assert (await service.breaks(case_id)).status_code == 410
