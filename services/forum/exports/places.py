"""Few copies of records at once: each needs two connections, one to read one moment and one to note that it was taken.

With no bound a dozen askers would each hold one and wait for another, and nobody else would be answered meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator

from fastapi import Depends, Request

from beatbook.kit.errors import Unavailable

AT_ONCE = 2
WAIT_SECONDS = 10.0
"""How long a copy waits for its place; it holds no connection meanwhile."""


async def take_place(request: Request) -> AsyncIterator[None]:
    """Hold one of the places while a copy is made; raises `Unavailable` when none becomes free."""
    state = request.app.state
    if not hasattr(state, "copies"):
        state.copies = asyncio.Semaphore(AT_ONCE)
    places: asyncio.Semaphore = state.copies
    try:
        await asyncio.wait_for(places.acquire(), WAIT_SECONDS)
    except TimeoutError as error:
        raise Unavailable("Many copies of records are being made just now. Try again shortly.", 10) from error
    try:
        yield
    finally:
        places.release()


PLACE = Depends(take_place, scope="function")
"""First among a route's dependencies, so that it comes before any connection is taken."""
