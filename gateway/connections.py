"""Relay connections over the services' cursor pages. Rule G3.

A cursor of ours names the owner's page (its own cursor) and a place in it, so that each edge has one.
"""

import base64
import binascii
from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar, cast

from strawberry import relay

from beatbook.kit.errors import Invalid
from gateway.clients.upstream import Listed

MOST = 100
"""Items one page may hold, here and at every owner."""

R = TypeVar("R")
N = TypeVar("N", bound=relay.Node)


class Fetch(Protocol[R]):
    """A page of an owner's list: after its cursor, up to a number of items."""

    def __call__(self, after: str | None, limit: int, /) -> Awaitable[Listed[R]]:
        """Ask for the page."""


def encode_cursor(page: str | None, place: int) -> str:
    """The cursor of the item before `place` on the owner's page that begins after `page`."""
    return base64.urlsafe_b64encode(f"{place}:{page or ''}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str | None, int]:
    """The owner's page and the place in it; raises `Invalid` for a cursor that no connection gave out."""
    try:
        place, colon, page = base64.urlsafe_b64decode(cursor.encode() + b"==").decode().partition(":")
        if not colon or not place.isdecimal() or int(place) > MOST:
            raise ValueError(cursor)
    except (binascii.Error, ValueError) as error:
        raise Invalid(
            "The 'after' cursor is not one that this connection gave out: take endCursor or an edge's."
        ) from error
    return page or None, int(place)


async def connection(fetch: Fetch[R], first: int, after: str | None) -> relay.Connection[N]:
    """Up to `first` items after a cursor, as records; raises `Invalid` for a bad `first` or cursor."""
    _check(first)
    page, place = decode_cursor(after) if after else (None, 0)
    listed = await fetch(page, min(MOST, place + first))
    if place and place >= len(listed.items) and listed.next:
        page, place = listed.next, 0
        listed = await fetch(page, first)
    return slice_of(listed, page, place, first)


def at_start(records: Sequence[R], first: int) -> relay.Connection[N]:
    """The first items of a list that was loaded whole; raises `Invalid` for a bad `first`."""
    _check(first)
    return slice_of(Listed(items=list(records)), None, 0, first)


def _check(first: int) -> None:
    if not 1 <= first <= MOST:
        raise Invalid(f"'first' is between 1 and {MOST}.")


def slice_of(listed: Listed[R], page: str | None, place: int, first: int) -> relay.Connection[N]:
    """The items from `place` on, up to `first`, of a page that an owner gave; records stand for their nodes."""
    shown = listed.items[place : place + first]
    edges: list[relay.Edge[N]] = [
        relay.Edge(node=cast(N, record), cursor=encode_cursor(page, place + number))
        for number, record in enumerate(shown, start=1)
    ]
    more = listed.next is not None or place + len(shown) < len(listed.items)
    return relay.Connection(
        edges=edges,
        page_info=relay.PageInfo(
            has_next_page=more,
            has_previous_page=page is not None or place > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )
