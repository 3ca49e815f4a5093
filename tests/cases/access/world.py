"""A world for the access matrix: the service twice over one database, once for real and once in rehearsal.

In rehearsal a command does all it does and is then rolled back, so every allowed change can be tried by everybody who
may make it, on one world.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import Request
from sqlalchemy import text
from sqlmodel import select

from beatbook.contracts.actor import Actor
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Database, set_context
from beatbook.kit.reactions import react
from services.cases.files.queries import as_clock
from services.cases.files.tables import CaseFile
from tests.cases.conftest import NOW

_NAMED = """
    select cls.relname from pg_class cls join pg_attribute att on att.attrelid = cls.oid
    where cls.relkind = 'r' and cls.relnamespace = 'public'::regnamespace and att.attname = 'case_id'
"""
_FINGERPRINT = """
    select string_agg(format('select %L, count(*), sum(hashtextextended(t::text, 0)) from %I t', relname, relname),
                      ' union all ' order by relname)
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
"""


async def rehearse(request: Request, actor: CurrentActor, now: Now) -> AsyncIterator[AsyncSession]:
    """In the place of `kit.db.begin`: all of it but the commit."""
    database: Database = request.app.state.database
    async with database.sessions() as session:
        await set_context(session, actor, now)
        yield session
        await react(session, request.app.state.service.reactions, actor, request.app.state.clock())
        await session.flush()
        await session.rollback()


@dataclass
class World:
    """The API, and the database as its administrator."""

    real: httpx.AsyncClient
    rehearsal: httpx.AsyncClient
    admin: asyncpg.Connection
    kit: Database
    tokens: Callable[..., str]
    _headers: dict[Actor, dict[str, str]] = field(default_factory=dict)

    def headers(self, actor: Actor) -> dict[str, str]:
        """Who asks, for any version of a thing."""
        if actor not in self._headers:
            grants = [str(grant) for grant in actor.grants]
            token = self.tokens(*grants, subject=actor.subject, agency=actor.agency)
            self._headers[actor] = {"If-Match": "*"} | ({"Authorization": token} if grants else {})
        return self._headers[actor]

    async def make(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: str = "officer@XK.PRI",
        subject: str = "mira",
        agency: str | None = None,
    ) -> Any:
        """Something that the world needs: done for real, and its answer."""
        sent = {"If-Match": "*"} | ({"Authorization": self.tokens(as_, subject=subject, agency=agency)} if as_ else {})
        answer = await self.real.request(method, "/v1" + path, json=body, headers=sent)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.content else None

    async def open_problem(self, **more: Any) -> str:
        """A case for features that any case has."""
        made = await self.make("POST", "/problems", {"area": "XK.PRI", "title": "Stolen bicycles"} | more)
        return str(made["id"])

    async def give_parts(self) -> None:
        """In every case of the area: a team, a leader, somebody who broke the glass and somebody whose hour is over."""
        await self.admin.execute(
            "update case_files set team = array_append(team, 'mira'), supervisor = 'lena' where area = 'XK.PRI'"
        )
        for subject, ends in (("gala", NOW + timedelta(hours=1)), ("goran", NOW)):
            await self.admin.execute(
                """insert into case_openings (id, case_id, kind, area, supervisor, subject, sealed_reason, opened_at,
                                              expires_at, version)
                   select gen_random_uuid(), id, kind, area, supervisor, $1, '', $2, $3, 1 from case_files
                   where area = 'XK.PRI'""",
                subject, NOW, ends,
            )  # fmt: skip

    async def expunge(self) -> None:
        """Destroy the keys of all cases."""
        await self.admin.execute("delete from case_keys")
        await self.admin.execute("update case_files set expunged_at = $1", NOW)

    async def fingerprint(self) -> list[tuple[Any, ...]]:
        """Changes when any row of the database does."""
        return [tuple(row) for row in await self.admin.fetch(await self.admin.fetchval(_FINGERPRINT))]

    async def files(self) -> dict[UUID, CaseFile]:
        """All case files, whoever may see them."""
        async with self.kit.sessions.begin() as session:
            await as_clock(session)
            return {file.id: file for file in (await session.exec(select(CaseFile))).all()}

    async def rows_by_case(self, actor: Actor | None) -> set[tuple[str, UUID]]:
        """Of which cases the database shows rows of which tables to an actor; all for None."""
        tables = [row["relname"] for row in await self.admin.fetch(_NAMED)]
        query = " union ".join(f"select '{table}', case_id from {table}" for table in tables)
        if actor is None:
            return {(row[0], row[1]) for row in await self.admin.fetch(query) if row[1]}
        async with self.kit.sessions.begin() as session:
            await set_context(session, actor, NOW)
            found = await (await session.connection()).execute(text(query))
            return {(row[0], row[1]) for row in found.all() if row[1] is not None}
