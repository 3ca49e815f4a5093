"""Every cell of the access matrix over HTTP; and what was refused did not happen. Rules C13, C14, C19."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from beatbook.contracts.actor import Actor
from services.cases.files.rules import part_of
from tests.cases.access.matrix import TABLES, Op, Part, expected, parts
from tests.cases.access.world import World

OPENAPI = Path(__file__).parents[3] / "docs/reference/openapi/cases.json"
OF_EVERY_SERVICE = re.compile(r"^/(health|metrics|internal)")
ABSENT = "01890000-0000-7000-8000-000000000000"
ID = re.compile(r"[0-9a-f-]{36}")
ALLOWED = re.compile(r"yes|nothing|only .*|no text")


async def ask(world: World, op: Op, actor: Actor, ids: Mapping[str, str], cell: str) -> httpx.Response:
    """In rehearsal when it is expected to be done, for real when it is to be refused."""
    api = world.rehearsal if ALLOWED.fullmatch(cell) else world.real
    return await api.request(**op.request(ids, world.headers(actor)))


def told(answer: httpx.Response) -> tuple[int, object, str]:
    """All that an answer says: status, headers and body."""
    return answer.status_code, sorted(answer.headers.multi_items()), answer.text


async def test_every_cell(world: World, ids: dict[str, str], name: str, part: Part) -> None:
    table, wrong = expected(name), []
    for what in part.ops:
        refused = [who for who in part.who if not ALLOWED.fullmatch(table[who][what])]
        before = await world.fingerprint()
        for who in refused:
            wrong += await differences(world, part, ids, table, who, what)
        assert await world.fingerprint() == before, f"{what}: what was refused changed something"
        for who in part.who.keys() - refused:
            wrong += await differences(world, part, ids, table, who, what)
    assert not wrong, "\n" + "\n".join(wrong)


async def differences(
    world: World, part: Part, ids: dict[str, str], table: Mapping[str, Mapping[str, str]], who: str, what: str
) -> list[str]:
    """What a row's callers were told besides what the table says; who is told of nothing is told nothing."""
    op, wanted, wrong = part.ops[what], table[who][what], []
    for actor in part.who[who][:1] if op.is_costly else part.who[who]:
        answer = await ask(world, op, actor, ids, wanted)
        if (seen := op.cell(answer, ids)) != wanted:
            wrong.append(f"{who} ({', '.join(map(str, actor.grants))}), {what}: {wanted}, but was: {seen}")
        elif wanted in {"not there", "nothing"}:
            assert not any(canary in answer.text for canary in part.canaries), (who, what)
    if wanted == "not there" and not wrong:
        nowhere = ids | {
            key: ABSENT for key, value in ids.items() if ID.fullmatch(value) and op.hides in {key, None}
        }  # fmt: skip
        absent = await ask(world, op, actor, nowhere, wanted)
        assert told(answer) == told(absent), f"{who}, {what}: it shows that it is there"
    return wrong


async def test_the_same_people_read_a_closed_case_and_nobody_an_expunged_one(
    world: World, ids: dict[str, str], name: str, part: Part
) -> None:
    """Rule C16: who could read it is told that it is gone, others what they are told of any."""
    reads = {what: op for what, op in part.ops.items() if op.of_case}
    if not reads:
        pytest.skip("no read of a single case")
    table = expected(name)
    await world.admin.execute("update case_files set closed_at = opened_at, hold = 'court'")
    for state in ("closed and held", "expunged"):
        for what, op in reads.items():
            for who, actors in part.who.items():
                wanted = table[who][what]
                if state == "expunged" and ALLOWED.fullmatch(wanted):
                    wanted = "gone"
                answer = await ask(world, op, actors[0], ids, wanted)
                assert op.cell(answer, ids) == wanted, (state, who, what)
        await world.expunge()


async def test_the_database_shows_each_what_the_policy_says(world: World, ids: dict[str, str], part: Part) -> None:
    """Behind every table that names a case, whatever the queries ask for."""
    everything = await world.rows_by_case(None)
    files = await world.files()
    for who, actors in part.who.items():
        for actor in actors:
            mine = {
                (table, case_id)
                for table, case_id in everything
                if table != "case_openings" and part_of(actor, files[case_id], opened=actor.subject == "gala")
            }
            shown = {found for found in await world.rows_by_case(actor) if found[0] != "case_openings"}
            assert shown == mine, (who, actor)


@pytest.mark.pure
def test_every_table_has_every_row_and_every_operation() -> None:
    tables = {path.stem: expected(path.stem) for path in TABLES.glob("*.md") if path.stem != "README"}
    assert tables.keys() == parts().keys()
    for name, part in parts().items():
        assert {who: set(row) for who, row in tables[name].items()} == {who: set(part.ops) for who in part.who}, name


@pytest.mark.pure
def test_every_operation_is_in_the_matrix() -> None:
    """Each operation of the service's description is an operation of a part."""
    tried = {(op.method, op.path.partition("?")[0]) for part in parts().values() for op in part.ops.values()}
    missing = []
    for path, operations in json.loads(OPENAPI.read_text())["paths"].items():
        shape = re.compile(re.sub(r"\{[^}]+\}", "[^/?]+", path.removeprefix("/v1")))
        missing += [
            f"{method.upper()} {path}"
            for method in operations
            if not OF_EVERY_SERVICE.match(path)
            and not any(verb == method.upper() and shape.fullmatch(address) for verb, address in tried)
        ]
    assert missing == []
