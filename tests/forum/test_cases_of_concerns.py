"""What a forum hears of the case that a concern was opened as: a bucket, in order, once. Rule C12a."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from beatbook.contracts.cases import CaseConcernMoved
from beatbook.contracts.envelope import Received
from beatbook.kit.applying import Applier
from beatbook.kit.arriving import Arrived
from beatbook.kit.feed import FeedReader
from beatbook.kit.ids import new_id
from beatbook.kit.rebuild import rebuild
from beatbook.kit.reconcile import reconcile
from beatbook.kit.timers import WorkerContext
from services.forum.app import service
from services.forum.consumers import CONSUMERS
from services.forum.timers import TIMERS
from services.forum.triage.cases import keep_buckets
from tests.forum.conftest import COUNCIL, COUNTRY, MAPPING, NOW, Api, World
from tests.forum.test_concerns import ANSWER, CONCERN, raised

OPENED = ANSWER | {"outcome": "case_opened", "organisation": "Police station"}
(TAKE,) = [timer for timer in TIMERS if timer.name == "buckets-of-cases"]
MOVED = "org.beatbook.forum.concern.case_moved.v1"


def heard(concern: str | UUID, bucket: str | None, position: int, area: str = "XK.PRI") -> Received[CaseConcernMoved]:
    data = CaseConcernMoved.model_validate({"concern_id": concern, "area": area, "bucket": bucket})
    return Received(
        id=new_id(), type=data.wire_type(), subject=str(concern), area=area, time=NOW, actor="cases clock", data=data,
        position=position,
    )  # fmt: skip


async def opened(world: World) -> str:
    """A concern that is a case now."""
    concern = await raised(world)
    await world.api.ok("POST", f"/concerns/{concern}/triage", OPENED)
    return concern


async def told(api: Api, concern: str) -> list[str]:
    """The buckets that the forum told of a concern."""
    return [
        event["data"]["bucket"]
        for event in await api.events()
        if event["type"] == MOVED and event["subject"] == concern
    ]


async def kept(api: Api) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in await api.db.fetch("select concern_id, bucket, position from concern_cases order by 1")
    ]


@pytest.mark.parametrize(
    "runs",
    [
        [[("received", 1)], [("worked_on", 2)], [("done", 3)]],
        [[("received", 1), ("worked_on", 2), ("done", 3)]],
        [[("worked_on", 2), ("done", 3)], [("received", 1)]],
        [[("done", 3)], [("worked_on", 2), ("received", 1)], [("done", 3)]],
    ],
)
async def test_the_newest_stands_in_any_order_and_twice(
    world: World, runs: Sequence[Sequence[tuple[str, int]]]
) -> None:
    concern = await opened(world)
    for run in runs:
        await keep_buckets(world.api.db, [heard(concern, *each) for each in run])
    assert await kept(world.api) == [(UUID(concern), "done", 3)]


async def test_each_bucket_is_told_once(world: World, worker: WorkerContext) -> None:
    """By four workers at once, and again when the same is heard again."""
    concern, api = await opened(world), world.api
    for position, bucket in enumerate(("received", "worked_on"), 1):
        for _ in range(2):
            await keep_buckets(api.db, [heard(concern, bucket, position)])
            await asyncio.gather(*(TAKE.run(worker) for _ in range(4)))
    assert await told(api, concern) == ["received", "worked_on"]
    steps = await api.ok("GET", f"/concerns/{concern}/steps")
    assert [step["case_bucket"] for step in steps if step["kind"] == "case_moved"] == ["received", "worked_on"]
    assert (await api.ok("GET", f"/concerns/{concern}"))["case_bucket"] == "worked_on"


async def test_a_bucket_waits_until_the_forum_says_that_there_is_a_case(world: World, worker: WorkerContext) -> None:
    concern, api = await raised(world), world.api
    await keep_buckets(api.db, [heard(concern, "received", 1)])
    await TAKE.run(worker)
    assert (await api.ok("GET", f"/concerns/{concern}"))["case_bucket"] is None
    await api.ok("POST", f"/concerns/{concern}/triage", OPENED)
    await TAKE.run(worker)
    assert await told(api, concern) == ["received"]
    await api.ok("POST", f"/concerns/{concern}/triage", ANSWER)
    await keep_buckets(api.db, [heard(concern, "done", 2)])
    await TAKE.run(worker)
    assert await told(api, concern) == ["received"], "an answer is the end"


async def test_unknown_concerns_and_those_of_elsewhere_are_ignored(world: World) -> None:
    """An officer of another municipality says nothing to this forum."""
    concern = await opened(world)
    events = [
        heard(new_id(), "received", 1),
        *(heard(concern, "done", at, at_) for at, at_ in ((2, "XK.PEC"), (3, "XK.PR"))),
    ]
    await keep_buckets(world.api.db, events)
    assert await kept(world.api) == []
    for position, area in enumerate(("XK", "XK.PRI", "XK.PRI.DARDANIA"), 4):
        await keep_buckets(world.api.db, [heard(concern, "done", position, area)])
        assert (await kept(world.api))[0][2] == position


async def test_by_hand_only_what_does_not_tell_by_itself(world: World, worker: WorkerContext) -> None:
    """A force that keeps its cases elsewhere notes by hand; what was heard last stays when the link is gone."""
    concern, api = await opened(world), world.api
    path = f"/concerns/{concern}/case-progress"
    await api.ok("POST", path, {"bucket": "received"})
    await keep_buckets(api.db, [heard(concern, "worked_on", 1)])
    refused = await api("POST", path, {"bucket": "done"})
    assert (refused.status_code, refused.json()["code"]) == (409, "linked")
    await TAKE.run(worker)
    await keep_buckets(api.db, [heard(concern, None, 2)])
    await TAKE.run(worker)
    assert (await api.ok("GET", f"/concerns/{concern}"))["case_bucket"] == "worked_on"
    await api.ok("POST", path, {"bucket": "done"})
    assert await told(api, concern) == ["received", "worked_on", "done"]


async def test_a_reader_that_dies_in_a_batch_reads_it_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bucket and the checkpoint are one commit."""
    concern, db = await opened(world), world.api.db
    event = heard(concern, "received", 1)
    arrived = Arrived(
        id=event.id, type=event.type, subject=event.subject, area=event.area, time=event.time, actor=event.actor,
        data=event.data.model_dump_json().encode(), position=1, traceparent=None,
    )  # fmt: skip

    class Killed(BaseException):
        """Nothing handles it, like a signal."""

    def die(step: object) -> None:
        raise Killed(step)

    for _ in range(2):
        applier = Applier(CONSUMERS[0])
        await applier.start(db)
        with monkeypatch.context() as patch:
            patch.setattr("beatbook.kit.applying.passing", die)
            with pytest.raises(Killed):
                await applier.apply(db, [arrived])
        assert (await kept(world.api), await db.fetchval("select position from checkpoints")) == ([], 0)
    applier = Applier(CONSUMERS[0])
    await applier.start(db)
    await applier.apply(db, [arrived])
    assert (await kept(world.api), await db.fetchval("select position from checkpoints")) == (
        [(UUID(concern), "received", 1)],
        1,
    )


async def test_the_whole_way(stack: Any, tokens: Any, eventually: Any) -> None:
    """Linked and moved in the cases service, shown by the forum, which holds nothing else of the case."""
    running = await stack("forum", "cases")

    async def ask(name: str, method: str, path: str, body: object = None, who: str | None = "admin@XK") -> Any:
        headers = {"If-Match": "*"} | ({"Authorization": tokens(who, subject=f"the {who}")} if who else {})
        answer = await running[name].http.request(method, f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    await ask(
        "forum", "POST", "/areas/imports", {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    )
    forum = (await ask("forum", "POST", "/forums", COUNCIL))["id"]
    anonymous = await ask(
        "forum",
        "POST",
        f"/forums/{forum}/concerns/anonymous",
        {"category": "noise_and_nuisance", "text": CONCERN["text"]},
        who=None,
    )
    (concern,) = [each["id"] for each in (await ask("forum", "GET", "/concerns"))["items"]]
    await ask("forum", "PATCH", f"/concerns/{concern}", {"summary": "Noise at night", "published": True})
    await ask("forum", "POST", f"/concerns/{concern}/triage", OPENED)
    officer = "officer@XK.PRI"

    async def case_opened() -> Any:
        opening = {"area": "XK.PRI.DARDANIA", "title": "Canary of the case"}
        headers = {"Authorization": tokens(officer, subject=f"the {officer}")}
        answer = await running["cases"].http.post("/v1/problems", json=opening, headers=headers)
        return answer.json() if answer.is_success else None

    case = (await eventually(case_opened))["id"]
    await ask("cases", "PUT", f"/cases/{case}/concerns/{concern}", who=officer)

    def shows(bucket: str) -> Any:
        async def shown() -> bool:
            return bool((await running["forum"].http.get(f"/v1/concerns/{concern}")).json()["case_bucket"] == bucket)

        return shown

    await eventually(shows("received"))
    argued = {"similarity": "The same bar", "harm": "Sleep", "expectation": "Quiet"}
    talk = {"group": "Neighbours", "held_on": "2026-03-01", "method": "interview", "finding": "Loud"}
    await ask("cases", "PATCH", f"/problems/{case}", {"statement": argued, "consultations": [talk]}, who=officer)
    await ask("cases", "POST", f"/problems/{case}/move", {"to": "analysis"}, who=officer)
    await eventually(shows("worked_on"))
    followed = await ask("forum", "POST", "/concerns/follow", {"code": anonymous["receipt"]})
    assert followed["case_bucket"] == "worked_on"
    whole = await everything(running["forum"].settings.database_url)
    assert concern in whole
    assert not [text for text in (case, "Canary of the case", officer) if text in whole]
    feed, database = FeedReader(running["forum"].settings), running["forum"].app.state.database
    try:
        assert (await reconcile(service, database, feed)).equal
        assert await rebuild(service, database, feed) == {"concern_cases": 1}
    finally:
        await feed.close()


async def everything(database_url: str) -> str:
    """All rows of all tables of a database, as text."""
    db = await asyncpg.connect(database_url)
    try:
        tables = await db.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        rows = [await db.fetch(f'select t::text as row from "{table["relname"]}" t') for table in tables]
    finally:
        await db.close()
    return "\n".join(row["row"] for found in rows for row in found)
