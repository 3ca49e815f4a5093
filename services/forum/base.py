"""The base of the forum service's tables: a registry and metadata of its own."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class ForumTable(SQLModel, registry=registry()):
    """Base of every table of the forum service."""
