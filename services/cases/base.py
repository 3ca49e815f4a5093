"""The base of the cases service's tables: a registry and metadata of its own; and who acts when the clock does."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from beatbook.contracts.actor import Actor

CLOCK = Actor(subject="cases clock")
"""Who acts when nobody asked: the timers."""


class CasesTable(SQLModel, registry=registry()):
    """Base of every table of the cases service."""
