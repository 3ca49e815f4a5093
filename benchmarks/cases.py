"""What keeping a case confidential costs its readers: `GET /v1/problems/{id}` beside the same read without any of it.

- `guarded`: the service's own route: policy, key, audit entry, decryption, commit;
- `orm`: the same rows by the same ORM statements and the same answer, in a read-only transaction, from a copy of what
  is written in plain: without policy, audit and decryption, with the row-level security that the tables have;
- `bare`: plain SQL over tables of their own, without row-level security too: only shown.

All in one process on one port. Wanted: guarded at most twice orm.

Run: nice .venv/bin/python -m benchmarks.cases [--requests 200] [--rounds 5]
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
from fastapi import Response
from sqlalchemy import text
from sqlmodel import col, select

from beatbook.kit.app import create_app
from beatbook.kit.db import Read
from beatbook.kit.web import router, set_etag
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import authorization, settings_of
from services.cases.app import service
from services.cases.areas.commands import register_areas
from services.cases.files.tables import CaseFile
from services.cases.problems import rules
from services.cases.problems.schemas import MoveView, ProblemSummary, ProblemView
from services.cases.problems.tables import Problem, ProblemMove
from tests.cases.conftest import registered
from tests.serving import on_port

SECRETS = {
    "case_keys": "a key-encryption key for the cases of benchmarks",
    "name_index_key": "a key for the blind index of the benchmarks",
}
CASE = {
    "area": "XK",
    "title": "Burglaries by the school, mostly on Friday nights",
    "statement": {"similarity": "The same back doors, forced. " * 5, "harm": "Three families moved away. " * 5,
                  "expectation": "The council asks for it at each meeting. " * 5},
}  # fmt: skip
others = router(tags=["others"])
_WRITTEN = text("select title, parts from bare_problems where id = :id")
_ROW = text("select * from bare_problems where id = :id")
_MOVES = text("select * from bare_moves where problem_id = :id")
_BARE = """
    select set_config('beatbook.own_work', 'on', false);
    create table bare_moves as select * from problem_moves;
    create table bare_problems as
    select problems.id, area, category, phase, supervisor, team, opened_at, opened_by, version
    from problems join case_files on case_files.id = problems.id;
    alter table bare_problems add primary key (id), add title text, add parts jsonb;
"""


@others.get("/orm/{problem_id}")
async def read_orm(problem_id: UUID, session: Read, response: Response) -> ProblemView:
    """The same answer from the same tables, title and parts aside."""
    statement = select(Problem, CaseFile).join(CaseFile, col(CaseFile.id) == col(Problem.id))
    problem, file = (await session.exec(statement.where(Problem.id == problem_id))).one()
    written = (await (await session.connection()).execute(_WRITTEN, {"id": problem_id})).one()
    moves = (await session.exec(select(ProblemMove).where(ProblemMove.problem_id == problem_id))).all()
    row = {name: getattr(file if name in CaseFile.model_fields else problem, name)
           for name in ProblemSummary.model_fields if name != "title"}  # fmt: skip
    return _answer(row | {"title": written.title}, written.parts, moves, response)


@others.get("/bare/{problem_id}")
async def read_bare(problem_id: UUID, session: Read, response: Response) -> ProblemView:
    """The same answer, from rows that nobody guards."""
    connection = await session.connection()
    row = (await connection.execute(_ROW, {"id": problem_id})).mappings().one()
    moves = (await connection.execute(_MOVES, {"id": problem_id})).all()
    return _answer(row, row["parts"], moves, response)


def _answer(row: Mapping[str, Any], written: Any, moves: Sequence[Any], response: Response) -> ProblemView:
    parts = rules.Parts.model_validate(written)
    set_etag(response, row["version"])
    following = next(phase for phase in rules.PHASES if rules.is_next(row["phase"], phase))
    return ProblemView(
        **{name: row[name] for name in ProblemSummary.model_fields},
        **dict(parts),
        moves=[MoveView.model_validate(move) for move in moves],
        unmet=rules.unmet_guards(following, parts),
    )


async def compare(machines: Servers, chosen: argparse.Namespace) -> None:
    """Open a case, read it both ways in turns."""
    url = await migrated(machines, service)
    settings = settings_of(machines, service, url, role="api", **SECRETS)
    app = create_app(replace(service, routers=(*service.routers, others)), settings)
    db = await asyncpg.connect(url)
    await db.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog", format="text")
    await register_areas(db, [registered("XK", 1)])
    headers = authorization(machines)
    async with on_port(app, settings) as there, aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{there.url}/v1/problems", json=CASE) as answer:
            assert answer.status == 201, await answer.text()
            opened = await answer.json()
        parts = rules.Parts.model_validate({name: opened[name] for name in rules.Parts.model_fields})
        await db.execute(_BARE)
        await db.execute("update bare_problems set title = $1, parts = $2", opened["title"], parts.model_dump_json())

        async def ask(path: str) -> Any:
            async with http.get(f"{there.url}/v1/{path}/{opened['id']}") as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()

        assert await ask("bare") == await ask("orm") == await ask("problems") == opened

        def way(path: str) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                taken = []
                for _ in range(chosen.requests):
                    began = time.perf_counter()
                    await ask(path)
                    taken.append(time.perf_counter() - began)
                return median(taken) * 1e3

            return run

        ways = {"guarded": way("problems"), "orm": way("orm"), "bare": way("bare")}
        figures = await interleaved(ways, rounds=chosen.rounds)
    await db.close()
    report(
        "cases",
        "milliseconds, median of a round's requests",
        figures,
        [Ratio("guarded", "orm", at_most=2), Ratio("guarded", "bare")],
    )


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, requests=200)
    with servers() as machines:
        asyncio.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
