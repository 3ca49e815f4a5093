"""The base of the webhooks service's tables: a registry and metadata of its own."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class WebhooksTable(SQLModel, registry=registry()):
    """Base of every table of the webhooks service."""
