"""Cursor pages over time-ordered ids, at most 100 items each. Rule X4."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from beatbook.kit.errors import Invalid

T = TypeVar("T")
Row = TypeVar("Row")


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is the `after` of the following page, or null at the end."""

    items: list[T]
    next: str | None


@dataclass(frozen=True)
class PageRequest:
    """Which page: after which cursor, how many items."""

    after: str | None
    limit: int

    def after_id(self) -> UUID | None:
        """The cursor as the id of the last item seen; raises `Invalid` for a cursor not given out by us."""
        text = self.after_text()
        try:
            return UUID(text) if text else None
        except ValueError as error:
            raise _foreign_cursor() from error

    def after_text(self) -> str | None:
        """The cursor as the key of the last item seen; raises `Invalid` for a cursor not given out by us."""
        if not self.after:
            return None
        padded = self.after.encode() + b"=" * (-len(self.after) % 4)
        try:
            text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise _foreign_cursor() from error
        if not text or not text.isprintable():
            raise _foreign_cursor()
        return text

    def after_number(self) -> int:
        """The cursor as the number of the last item seen, 0 at first; raises `Invalid` for a foreign cursor."""
        text = self.after_text()
        if text is None:
            return 0
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            raise _foreign_cursor()
        return int(text)

    def page(self, rows: Sequence[Row], view: Callable[[Row], T], key: Callable[[Row], object]) -> Page[T]:
        """A page from up to `limit + 1` rows: the extra row only tells that there is more."""
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page(items=[view(row) for row in shown], next=encode_cursor(key(shown[-1])) if more else None)


def encode_cursor(key: object) -> str:
    """The opaque cursor for an item's key."""
    return base64.urlsafe_b64encode(str(key).encode()).rstrip(b"=").decode()


def _foreign_cursor() -> Invalid:
    return Invalid("The 'after' cursor is not one that a page gave out: take 'next' of the page before.")


async def _page_request(
    after: Annotated[str | None, Query(max_length=200, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> PageRequest:
    return PageRequest(after, limit)


PageParams = Annotated[PageRequest, Depends(_page_request)]
