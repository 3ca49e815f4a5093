"""Reads about retention. Rule C16."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.cases.files.tables import CaseFile
from services.cases.retention.rules import Schedule
from services.cases.retention.schemas import HoldView, RetentionView
from services.cases.retention.tables import CaseHold

DEFAULT = Path(__file__).parent / "default.json"


def load_schedule(path: Path | None) -> Schedule:
    """The periods in a file, or those that come with Beatbook; raises `OSError`, `ValueError`."""
    return Schedule.model_validate_json((path or DEFAULT).read_bytes())


async def _schedule(request: Request) -> Schedule:
    schedule: Schedule = request.app.state.resources[Schedule]
    return schedule


Periods = Annotated[Schedule, Depends(_schedule)]
"""How long cases are kept, in a route's parameters."""


async def holds(session: AsyncSession, file: CaseFile) -> Sequence[CaseHold]:
    """A case's holds from the first on."""
    statement = select(CaseHold).where(CaseHold.case_id == file.id).order_by(col(CaseHold.id))
    return (await session.exec(statement)).all()


async def view(session: AsyncSession, file: CaseFile) -> RetentionView:
    """How long a case is kept, and what stops that."""
    placed = [HoldView.model_validate(hold) for hold in await holds(session, file)]
    plain = {name: getattr(file, name) for name in ("id", "kind", "closed_at", "outcome", "keep_until", "hold",
                                                    "expunged_at", "retention_version")}  # fmt: skip
    return RetentionView.model_validate(plain | {"holds": placed})
