"""A real copy of the database from before, restored, does not bring an expunged case back. Rule C16, decision 0040."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from beatbook.runtime.postgres import binary
from services.cases.settings import CasesSettings
from services.cases.timers import keep_ledger
from tests.cases.conftest import NOW, Call
from tests.cases.people.conftest import ARBEN, Opened
from tests.cases.retention.test_expungement import SUE, counts, turn
from tests.servers import Postgres


@pytest.fixture
def restored(postgres: Postgres, settings: CasesSettings, tmp_path: Path) -> Any:
    """`dump()` copies the service's database now, as an administrator; `await restore()`: settings of that copy."""
    copy = tmp_path / "copy.dump"

    def dump() -> None:
        live = postgres.as_admin(settings.database_url)
        subprocess.run([binary("pg_dump"), "--format=custom", f"--file={copy}", live], check=True)

    async def restore(**told: Any) -> CasesSettings:
        url = await postgres.create_database()
        command = [binary("pg_restore"), "--exit-on-error", f"--dbname={url}", copy]
        await asyncio.to_thread(subprocess.run, command, check=True)
        base, _, _ = settings.database_url.rpartition("/")
        return CasesSettings(**(settings.model_dump() | {"database_url": f"{base}/{url.rpartition('/')[2]}"} | told))

    return dump, restore


async def test_what_was_expunged_stays_so(
    opened: Opened,
    call: Call,
    client: Any,
    settings: CasesSettings,
    restored: Any,
    tokens: Callable[..., str],
    tmp_path: Path,
) -> None:
    dump, restore = restored
    expunged, kept = [str((await opened()).file.id) for _ in range(2)]
    for case in (expunged, kept):
        assert (await call("POST", f"/v1/cases/{case}/people", ARBEN)).status_code == 201
    dump()
    await call("POST", f"/v1/cases/{expunged}/expunge", {"reason": "court_order"}, version=1, **SUE)
    ledger = tmp_path / "ledger"
    await turn(keep_ledger, settings.model_copy(update={"expunged_ledger": ledger}))

    async def reads(told: CasesSettings) -> list[Any]:
        api = await client.of(told, "cases", clock=lambda: NOW)
        headers = {"Authorization": tokens("officer@XK", subject="ana")}
        answers = [await api.get(f"/v1/cases/{case}/people", headers=headers) for case in (expunged, kept)]
        found = await api.post("/v1/people/search", json={"name": "Krasniqi"}, headers=headers)
        glass = {"Authorization": tokens("officer@XK", subject="bob")}
        answers.append(
            await api.post(
                f"/v1/cases/{expunged}/break-glass", json={"reason": "to see whether it is there"}, headers=glass
            )
        )
        return [*(answer.status_code for answer in answers), [item["case_id"] for item in found.json()["items"]]]

    back = await restore()
    assert await reads(back) == [200, 200, 201, [expunged, kept]]  # so it would be without the ledger
    back.expunged_ledger = ledger
    assert await reads(back) == [410, 200, 410, [kept]]  # at once, before any clock has struck
    with ledger.open("a") as file:  # a country's, of many years: more than a statement has parameters
        file.writelines(f"{uuid4()} problem 2026-01-01\n" for _ in range(33_000))

    database = await asyncpg.connect(back.database_url)
    before = await counts(database)
    await turn(keep_ledger, back)
    assert [str(row["case_id"]) for row in await database.fetch("select case_id from case_keys")] == [kept]
    assert await database.fetchval("select count(*) from people_tags where case_id = $1", expunged) == 0
    assert await counts(database) == before
    await database.close()
    back.expunged_ledger = None
    assert await reads(back) == [410, 200, 410, [kept]]  # for good
    assert len(ledger.read_text().splitlines()) == 33_001


async def test_a_copy_from_before_the_secret_changed_opens_nothing(
    opened: Opened, call: Call, client: Any, restored: Any, tokens: Callable[..., str]
) -> None:
    dump, restore = restored
    case = (await opened()).file.id
    assert (await call("POST", f"/v1/cases/{case}/people", ARBEN)).status_code == 201
    dump()
    back = await restore(case_keys=SecretStr("the secret that came after the old one"))
    api = await client.of(back, "cases", clock=lambda: NOW)
    answer = await api.get(f"/v1/cases/{case}/people", headers={"Authorization": tokens("officer@XK", subject="ana")})
    assert (answer.status_code, "Arben" in answer.text) == (503, False)
