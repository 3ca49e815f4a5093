"""Tables of the audit log: entries in chains, and where each chain ends. Entries are added, and never changed."""

from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field

from services.cases.base import CasesTable


class AuditEntry(CasesTable, table=True):
    """What was done, as canonical JSON (`rules.Entry`), and its hash over the hash of the entry before. Rule C15.

    A case has a chain of its own, named by the case's id; what is about many cases goes into the actor's chain.
    """

    __tablename__ = "audit_entries"

    chain: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry: str
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AuditHead(CasesTable, table=True):
    """Where a chain ends: the number and hash of its last entry."""

    __tablename__ = "audit_heads"

    chain: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class AuditSeal(CasesTable, table=True):
    """Up to which entry a chain was sealed by an event."""

    __tablename__ = "audit_seals"

    chain: UUID = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
