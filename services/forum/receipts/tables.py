"""How much of what anybody may ask for is left, by forum or by network."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.forum.base import ForumTable
from services.forum.receipts.rules import Asking


class ReceiptAllowance(ForumTable, table=True):
    """An allowance that is not full; forgotten once it is, so that no trace of a network stays. Rule F14.

    `whose` is a forum's id, or a keyed hash of a network that changes each hour.
    """

    __tablename__ = "receipt_allowances"

    asking: Asking = Field(sa_column=Column(text_enum(Asking), primary_key=True))
    whose: str = Field(primary_key=True)
    full_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False, index=True))
