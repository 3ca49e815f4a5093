"""Finding people by name: by the blind index, in one's own cases only, and without a trace of the name. Rule C13."""

from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cases.conftest import Call
from tests.cases.people.conftest import ARBEN, Opened


@pytest.fixture
def search(call: Call) -> Callable[..., Any]:
    async def find(name: str, **who: Any) -> list[dict[str, Any]]:
        answer = await call("POST", "/v1/people/search", {"name": name}, **who)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return find


async def test_a_name_is_found_in_other_spellings_and_by_aliases(opened: Opened, call: Call, search: Any) -> None:
    case = await opened()
    named = {
        "role": "victim",
        "given_names": "Љиљана",
        "family_names": "Ђорђевић-Шкоро",
        "other_names": ["Çelik Yılmaz"],
    }
    person = (await call("POST", f"/v1/cases/{case.file.id}/people", named)).json()["id"]
    await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)
    for asked, is_whole in (
        ("skoro djordjevic ljiljana", True),
        ("Đorđević", False),
        ("celik YILMAZ", True),
        ("Yılmaz Ljiljana", False),
    ):
        (found,) = await search(asked)
        assert (found["person_id"], found["is_whole"]) == (person, is_whole)
        assert found["name"] == "Љиљана Ђорђевић-Шкоро"
    assert await search("Ljiljana Krasniqi") == []
    changed = {"family_names": "Petrović", "other_names": None}
    await call("PATCH", f"/v1/cases/{case.file.id}/people/{person}", changed, version=1)
    assert await search("Đorđević") == await search("Yilmaz") == []
    assert len(await search("Petrovic")) == 1


async def test_only_in_cases_that_one_may_enter(opened: Opened, call: Call, search: Any) -> None:
    case = await opened(agency="safe-house")
    await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)
    assert len(await search("Krasniqi")) == 1
    assert len(await search("Krasniqi", as_=["supervisor@XK.PRI"], subject="sue")) == 1
    for as_, subject in ((["officer@XK"], "ben"), (["supervisor@XK.PEC"], "pal"), (["admin@XK"], "root"),
                         (["oversight@XK"], "eve"), (["partner@XK"], "ngo")):  # fmt: skip
        assert await search("Krasniqi", as_=as_, subject=subject) == []


async def test_a_partner_finds_nobody_whose_name_is_not_shared(
    opened: Opened, call: Call, api: httpx.AsyncClient, tokens: Any, database: asyncpg.Connection
) -> None:
    case = await opened(agency="safe-house")
    await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)
    headers = {"Authorization": tokens("partner@XK", subject="ngo", agency="safe-house")}
    await database.execute("select set_config('beatbook.own_work', 'on', false)")
    for shared, found in (([], 0), (["contact"], 0), (["identity"], 1)):
        await database.execute("update case_files set shared = $1", shared)
        answer = await api.post("/v1/people/search", json={"name": "Krasniqi"}, headers=headers)
        assert len(answer.json()["items"]) == found


async def test_a_search_is_noted_and_the_name_is_nowhere(
    opened: Opened, call: Call, api: httpx.AsyncClient, tokens: Any, database: asyncpg.Connection
) -> None:
    case = await opened()
    await call("POST", f"/v1/cases/{case.file.id}/people", ARBEN)
    headers = {"Authorization": tokens("officer@XK", subject="ana"), "Idempotency-Key": "once"}
    for _ in range(2):
        answer = await api.post("/v1/people/search", json={"name": "Krasniqi"}, headers=headers)
    assert answer.json()["code"] == "shown-once"
    entries = [row["entry"] for row in await database.fetch("select entry from audit_entries")]
    (noted,) = [entry for entry in entries if "search_names" in entry]
    assert str(case.file.id) in noted
    assert '"found":1' in noted
    (key,) = await database.fetch("select * from idempotency_keys")
    assert "rasniqi" not in "".join([*entries, *map(str, key.values())])
