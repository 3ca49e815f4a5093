"""Tables of follow-ups: what is to be asked about a case, and the counts of answers. Neither leads to the other.

Decision 0036.
"""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from services.cases.base import CasesTable


class FollowUp(CasesTable, table=True):
    """That it is to be asked whether somebody offended again; and that it was answered, not what.

    A row is seen by whoever sees the case's file.
    """

    __tablename__ = "diversion_follow_ups"

    case_id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    months: int = Field(primary_key=True)
    due_on: date = Field(index=True)
    is_asked: bool = False
    is_answered: bool = False


class ReoffendingCount(CasesTable, table=True):
    """How many offended again within so many months after diversion, and how many did not: by municipality,
    version of the rules, outcome and the quarter in which cases ended. It holds no case and no person, and has no
    row-level security: what of it is shown goes through disclosure control.
    """

    __tablename__ = "reoffending_counts"

    area: str = Field(primary_key=True)
    programme: str = Field(primary_key=True)
    rules_version: int = Field(primary_key=True)
    outcome: str = Field(primary_key=True)
    quarter: str = Field(primary_key=True)
    months: int = Field(primary_key=True)
    yes: int
    no: int
