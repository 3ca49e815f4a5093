"""The base of the handover service's tables, and the scope that all of them share."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import registry
from sqlmodel import SQLModel, col

from beatbook.contracts.actor import Actor, Role


class HandoverTable(SQLModel, registry=registry()):
    """Base of every table of the handover service."""


def within(area: Any, outer: Sequence[str]) -> ColumnElement[bool]:
    """Whether an area column's code is one of `outer` or lies below one. Rule A1."""
    code = col(area)
    covered = [or_(code == each, code.startswith(each + ".", autoescape=True)) for each in outer]
    return or_(false(), *covered)


def granted(area: Any, actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Whether an area column's code is covered by a grant of the actor with one of `roles`."""
    return within(area, actor.areas_as(roles))
