"""Reads of the replica: the areas under a root, ready to place points in."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Annotated

import anyio.to_thread
from fastapi import Depends, Request
from sqlalchemy import ColumnElement, Text, and_, cast, func, or_
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.scoping import lies_within
from services.cases.areas.rules import AreaIndex
from services.cases.areas.tables import Area

ROOTS_KEPT = 32


def _open_within(root: str, today: date) -> ColumnElement[bool]:
    closed_on = col(Area.closed_on)
    return and_(lies_within(col(Area.code), root), or_(closed_on.is_(None), closed_on > today))


async def count_open_areas(session: AsyncSession, root: str, today: date) -> int:
    """How many open areas the replica knows, the root itself and below it."""
    return (await session.exec(select(func.count()).where(_open_within(root, today)))).one()


async def is_open(session: AsyncSession, code: str, today: date) -> bool:
    """Whether an area is an open one of the register: for whoever asks, without making an index."""
    return (
        await session.exec(select(Area.code).where(Area.code == code, _open_within(code, today)))
    ).first() is not None


async def known_areas(session: AsyncSession, codes: Collection[str]) -> frozenset[str]:
    """Those of these codes that are areas of the register, closed ones too."""
    return frozenset((await session.exec(select(Area.code).where(col(Area.code).in_(codes)))).all())


async def municipalities(session: AsyncSession, country: str) -> Sequence[str]:
    """The codes of a country's municipalities, closed ones too."""
    statement = select(Area.code).where(lies_within(col(Area.code), country), func.strpos(Area.code, ".") > 0)
    codes = (await session.exec(statement.order_by(Area.code))).all()
    return [code for code in codes if code.count(".") == 1]


class Places:
    """The area indexes last used, by root; each is made anew when an area under its root has changed."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[tuple[int | None, date], AreaIndex]] = OrderedDict()
        self._building = asyncio.Lock()

    async def under(self, session: AsyncSession, root: str, today: date) -> AreaIndex:
        """The index of the areas open under `root` as the replica has them now; empty when it knows none."""
        async with self._building:
            newest = select(func.max(Area.position)).where(lies_within(col(Area.code), root))
            state = ((await session.exec(newest)).one(), today)
            kept = self._kept.get(root)
            if kept is None or kept[0] != state:
                statement = select(Area.code, cast(Area.boundary, Text)).where(_open_within(root, today))
                rows = (await session.exec(statement)).all()
                codes, boundaries = [code for code, _ in rows], [boundary for _, boundary in rows]
                kept = (state, await anyio.to_thread.run_sync(AreaIndex, root, codes, boundaries))
                self._kept[root] = kept
            self._kept.move_to_end(root)
            while len(self._kept) > ROOTS_KEPT:
                self._kept.popitem(last=False)
        return kept[1]


async def _places(request: Request) -> Places:
    places: Places = request.app.state.resources[Places]
    return places


KnownPlaces = Annotated[Places, Depends(_places)]
"""The indexes that this process keeps, in a route's parameters."""
