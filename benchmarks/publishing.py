"""What publishing minutes costs: the command, against the same transaction written by hand.

Minutes with 40 items of 500 characters, three decisions and five names to be kept out, approved, on PostgreSQL with the
settings of `beatbook up` (every commit is flushed to disk). Three ways, each publishes minutes of its own:

- `command`: `publish_minutes` in a session, as the route calls it;
- `by hand`: plain asyncpg with the same effects: state, version with its hash, agenda, decisions, event. The checks are
  left out: nothing is looked through for names;
- `checks`: what the command does besides, without any database: names, obstacles, content, hash.

The limit it approaches is the commit, which both sides pay, and the hash.

Run: nice .venv/bin/python -m benchmarks.publishing [--rounds 5]
"""

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.contracts.forum import MinutesPublished
from beatbook.kit import events
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import Database, set_context
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.web import ExpectedVersion
from benchmarks.measuring import Ratio, Servers, arguments, migrated, report, servers
from benchmarks.serving import settings_of
from services.forum.app import service
from services.forum.areas.commands import import_areas
from services.forum.areas.schemas import ImportIn
from services.forum.decisions.commands import record_decision
from services.forum.decisions.schemas import DecisionCreate
from services.forum.forums.commands import adopt_rules, found_forum
from services.forum.forums.schemas import ForumCreate, RulesOfProcedureCreate
from services.forum.meetings.commands import hold_meeting, plan_meeting
from services.forum.meetings.schemas import MeetingCreate, MeetingHold
from services.forum.minutes.commands import write_minutes
from services.forum.minutes.publishing import publish_minutes
from services.forum.minutes.rules import Draft, Item, MinutesState, publishing_obstacles
from services.forum.minutes.schemas import MinutesCreate

SECRETARY = Actor(subject="secretary", grants=(Grant(role=Role.ADMIN, area="XK"),))
HELD = datetime(2026, 3, 1, 17, tzinfo=UTC)
ITEMS = [
    {"heading": f"Item {number}", "text": "The lamps of the school street are out, and the firm was told. " * 8,
     "closed": False, "personal": False, "redacted": False, "translations": {}}
    for number in range(40)
]  # fmt: skip
GUESTS = ["Ana Krasniqi", "Blerim Hoxha", "Drita Berisha", "Milan Petrović", "Zana Gashi"]
DECISION = {"agenda_item": "Lamps", "text": "Repair the lamps", "owner": "Public works", "due_on": "2026-06-01"}
DECISIONS = 3
EACH = 40
"""Minutes published by each way in a round."""
WANTED = 2.0
ANY = ExpectedVersion(None)


async def prepared(database: Database, forum: UUID, count: int) -> list[UUID]:
    """Ids of approved minutes, each of a meeting of its own with its decisions."""
    ids = []
    now = datetime.now(UTC)
    for _ in range(count):
        async with database.sessions.begin() as session:
            await set_context(session, SECRETARY)
            planned = MeetingCreate.model_validate({"purpose": "accountability", "starts_at": HELD})
            meeting = await plan_meeting(session, SECRETARY, now, forum, planned)
            held = MeetingHold.model_validate({"held_at": HELD, "public": [{"count": 20}]})
            await hold_meeting(session, SECRETARY, now, meeting.id, ANY, held)
            for _ in range(DECISIONS):
                await record_decision(session, SECRETARY, now, meeting.id, DecisionCreate.model_validate(DECISION))
            written = MinutesCreate.model_validate({"items": ITEMS, "public_attendees": GUESTS, "language": "sq"})
            minutes = await write_minutes(session, SECRETARY, meeting.id, written)
            minutes.state = MinutesState.APPROVED
            ids.append(minutes.id)
    return ids


async def by_command(database: Database, minutes_id: UUID) -> None:
    """As the route does it."""
    async with database.sessions.begin() as session:
        await set_context(session, SECRETARY)
        await publish_minutes(session, SECRETARY, datetime.now(UTC), minutes_id, ANY)


async def by_hand(pool: asyncpg.Pool, minutes_id: UUID) -> None:
    """The same effects, as few statements as they take."""
    now = datetime.now(UTC)
    async with pool.acquire() as db, db.transaction():
        row = await db.fetchrow("select * from minutes where id = $1 for update", minutes_id)
        meeting = await db.fetchrow(
            """select meetings.public, members_present, public_present, reports_to
               from meetings join forums on forums.id = forum_id where meetings.id = $1""",
            row["meeting_id"],
        )
        decisions = await db.fetch(
            """select id, agenda_item, text, kind, owner, due_on, language from decisions
               where meeting_id = $1 and public order by id for update""",
            row["meeting_id"],
        )
        content = _content(row, meeting, decisions, now)
        digest = sha256_hex(canonical_json(content))
        await db.execute(
            """insert into minutes_versions (minutes_id, number, content, sha256, published_at)
               values ($1, 1, $2, $3, $4)""",
            minutes_id, json.dumps(content), digest, now,
        )  # fmt: skip
        await db.execute(
            "update minutes set state = 'published', published = 1, version = version + 1 where id = $1", minutes_id
        )
        await db.execute(
            "update agenda_entries set public = true where forum_id = $1 and kind = 'minutes' and source_id = $2",
            row["forum_id"], minutes_id,
        )  # fmt: skip
        await db.execute(
            "update decisions set minutes_id = $1, minutes_number = 1, version = version + 1 where id = any($2)",
            minutes_id, [decision["id"] for decision in decisions],
        )  # fmt: skip
        event = MinutesPublished(
            minutes_id=minutes_id, meeting_id=row["meeting_id"], forum_id=row["forum_id"], area=row["area"],
            held_at=row["held_at"], number=1, sha256=digest,
        )  # fmt: skip
        await events.emit_many(
            db, [events.Fact(event, minutes_id, row["area"])], actor=SECRETARY.subject, at=now
        )  # fmt: skip


def _content(row: Any, meeting: Any, decisions: Any, now: datetime) -> dict[str, Any]:
    return {
        "minutes_id": str(row["id"]), "meeting_id": str(row["meeting_id"]), "forum_id": str(row["forum_id"]),
        "area": row["area"], "held_at": row["held_at"].isoformat(), "language": row["language"], "number": 1,
        "corrects": None, "reason": None, "previous_sha256": None, "published_at": now.isoformat(),
        "attendance": {"members": meeting["members_present"], "public": meeting["public_present"]},
        "items": [
            {"heading": item["heading"], "text": item["text"]}
            for item in json.loads(row["items"]) if not item["closed"]
        ],
        "decisions": [
            {**dict(decision), "id": str(decision["id"]), "due_on": decision["due_on"].isoformat()}
            for decision in decisions
        ],
        "results": [],
    }  # fmt: skip


def checks() -> None:
    """The checks alone."""
    publishing_obstacles(Draft([Item(**item) for item in ITEMS]), GUESTS)


async def measure(settings: ServiceSettings, rounds: int) -> None:
    """All three, minutes by minutes in turns."""
    database = Database(settings)
    pool = await asyncpg.create_pool(settings.database_url, min_size=1, max_size=1)
    forum = await founded(database)
    figures: dict[str, list[float]] = {"command": [], "by hand": [], "checks": []}
    for number in range(rounds + 1):
        waiting = iter(await prepared(database, forum, 2 * EACH))
        found = await one_round(database, pool, waiting)
        for way, taken in found.items():
            if number:
                figures[way].append(median(taken) * 1e3)
    report(
        "publishing 40 items", "ms for one", figures, [Ratio("command", "by hand", at_most=WANTED)]
    )  # fmt: skip
    await pool.close()
    await database.close()


async def one_round(database: Database, pool: asyncpg.Pool, waiting: Iterator[UUID]) -> dict[str, list[float]]:
    """Seconds that each took, turn by turn."""
    taken: dict[str, list[float]] = {"command": [], "by hand": [], "checks": []}
    for turn in range(EACH):
        for way in ("command", "by hand") if turn % 2 else ("by hand", "command"):
            began = time.perf_counter()
            await (by_command(database, next(waiting)) if way == "command" else by_hand(pool, next(waiting)))
            taken[way].append(time.perf_counter() - began)
        began = time.perf_counter()
        checks()
        taken["checks"].append(time.perf_counter() - began)
    return taken


async def founded(database: Database) -> UUID:
    """A council of XK.PRI with written rules."""
    now = datetime.now(UTC)
    ring = [[20, 41], [22, 41], [22, 43], [20, 43], [20, 41]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    features = [
        {"type": "Feature", "geometry": outline, "properties": {"code": code, "parent_code": parent, "name": code}}
        for code, parent in (("XK", None), ("PRI", "XK"))
    ]
    country = {"mapping": {"code": "code"}, "collections": [{"type": "FeatureCollection", "features": features}]}
    council = {"area": "XK.PRI", "kind": "community_safety_council", "name": "Council"}
    async with database.sessions.begin() as session:
        await set_context(session, SECRETARY)
        await import_areas(session, SECRETARY, now, ImportIn.model_validate(country))
        await session.flush()
        forum = await found_forum(session, SECRETARY, now, ForumCreate.model_validate(council), "Europe/Belgrade")
        await session.flush()
        rules = RulesOfProcedureCreate.model_validate({"text": "We meet.", "adopted_on": "2025-01-01"})
        await adopt_rules(session, SECRETARY, now, forum.id, rules)
        return forum.id


def main(machines: Servers, rounds: int) -> None:
    """Measure on these servers."""
    url = asyncio.run(migrated(machines, service))
    asyncio.run(measure(settings_of(machines, service, url, role="api"), rounds))


if __name__ == "__main__":
    chosen = arguments(__doc__)
    with servers() as machines:
        main(machines, chosen.rounds)
