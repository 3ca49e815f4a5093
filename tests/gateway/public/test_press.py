"""F20: setting minutes in type is bounded, whoever asks and however often. Pure."""

import asyncio

import pytest

from beatbook.kit.errors import Unavailable
from gateway.web.public import press
from gateway.web.public.press import AT_ONCE, MOST_WAITING, Press

pytestmark = pytest.mark.pure


async def test_a_crowd_is_told_to_come_again_and_the_same_file_is_set_once(monkeypatch):
    """Each `?text=` was a file of its own: anyone could keep the press busy with one set of minutes."""
    made, go = [], asyncio.Event()

    async def slowly(sent):
        made.append(sent)
        await go.wait()
        return b"%PDF-"

    monkeypatch.setattr(press, "_set_type", slowly)
    ours = Press()
    same = [asyncio.create_task(ours.pdf({"n": 0})) for _ in range(3)]
    others = [asyncio.create_task(ours.pdf({"n": number})) for number in range(1, MOST_WAITING + 5)]
    await asyncio.sleep(0.05)
    refused = [task for task in others if task.done()]
    assert len(refused) == len(others) - (MOST_WAITING - len(same))
    assert all(isinstance(task.exception(), Unavailable) for task in refused)
    go.set()
    assert await asyncio.gather(*same) == [b"%PDF-"] * 3
    await asyncio.wait(others)
    assert len(set(made)) == 1 + MOST_WAITING - len(same)
    assert made.count(b'{"n":0}') <= AT_ONCE
    assert await ours.pdf({"n": 0}) == b"%PDF-"
