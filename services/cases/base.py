"""The base of the cases service's tables: a registry and metadata of its own."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class CasesTable(SQLModel, registry=registry()):
    """Base of every table of the cases service."""
