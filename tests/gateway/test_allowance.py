"""G4: what one operation may use of what all share, whatever its document was reckoned to cost."""

import asyncio
from typing import Any

import pytest

from beatbook.kit.errors import Refused
from gateway import allowance
from gateway.allowance import AT_ONCE, MAX_AREAS, MAX_CALLS, Allowance
from gateway.clients.upstream import Upstream
from tests.gateway.country import Country


@pytest.mark.pure
async def test_calls_come_to_an_end() -> None:
    ours = Allowance()
    for _ in range(MAX_CALLS):
        async with ours.call():
            pass
    with pytest.raises(Refused, match="calls to the services"):
        async with ours.call():
            pass


@pytest.mark.pure
async def test_few_calls_are_open_at_a_time() -> None:
    ours, now, most = Allowance(), 0, 0

    async def one() -> None:
        nonlocal now, most
        async with ours.call():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(one() for _ in range(50)))
    assert most == AT_ONCE


@pytest.mark.pure
def test_areas_come_to_an_end() -> None:
    ours = Allowance()
    ours.take_areas(MAX_AREAS)
    with pytest.raises(Refused, match="fewer areas"):
        ours.take_areas(1)


async def test_a_query_that_calls_too_often_is_answered_in_part(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ceiling holds for the operation, not for the caller: the next one begins anew."""
    monkeypatch.setattr(allowance, "MAX_CALLS", 3)
    calls: list[str] = []
    call = Upstream._call

    async def counted(self: Upstream, method: str, path: str, **rest: Any) -> bytes:
        content = await call(self, method, path, **rest)
        calls.append(path)
        return content

    monkeypatch.setattr(Upstream, "_call", counted)
    query = """{ national { children { code meetings { edges { node { id } } } minutes { edges { cursor } }
        decisions { edges { cursor } } } } }"""
    for _ in range(2):
        calls.clear()
        answer = await country.ask(query)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"too-many-calls"}
        assert len(calls) == 3
        assert answer["data"]["national"]["children"][0]["code"] == "XK.PEC"


async def test_more_areas_than_reckoned_are_refused(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children are reckoned before they are known; a register that has very many is counted as it is."""
    monkeypatch.setattr(allowance, "MAX_AREAS", 4)
    answer = await country.ask("{ national { children { children { code } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "too-costly"
    again = await country.ask("{ national { children { code } } }")
    assert len(again["data"]["national"]["children"]) == 2
