"""The base of the handover service's tables, and the scope that all of them share."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import registry
from sqlmodel import SQLModel, col

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.scoping import lies_within


class HandoverTable(SQLModel, registry=registry()):
    """Base of every table of the handover service."""


def granted(area: Any, actor: Actor, roles: Collection[Role]) -> ColumnElement[bool]:
    """Whether an area column's code is covered by a grant of the actor with one of `roles`."""
    return lies_within(col(area), *actor.areas_as(roles))
