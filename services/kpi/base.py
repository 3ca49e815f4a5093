"""The base of the kpi service's tables: a registry and metadata of its own."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class KpiTable(SQLModel, registry=registry()):
    """Base of every table of the kpi service."""
