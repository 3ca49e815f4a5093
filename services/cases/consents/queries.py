"""Reads of consents, of cases that were entered."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.cases.consents.rules import Giver
from services.cases.consents.schemas import ConsentView
from services.cases.consents.tables import GivenConsent
from services.cases.files.queries import Entered


async def consents_of(session: AsyncSession, case_ids: Sequence[UUID]) -> Sequence[GivenConsent]:
    """Every version of every consent in cases, in the order in which they were recorded."""
    statement = (
        select(GivenConsent)
        .where(col(GivenConsent.case_id).in_(case_ids))
        .order_by(col(GivenConsent.case_id), col(GivenConsent.giver), col(GivenConsent.number))
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


def place_of_note(giver: Giver, number: int) -> str:
    """Where the note of a consent is sealed for."""
    return f"consents.note.{giver}.{number}"


def view(entered: Entered, consent: GivenConsent) -> ConsentView:
    """A consent with its note."""
    note = (
        None
        if consent.sealed_note is None
        else entered.key.read(consent.sealed_note, place_of_note(consent.giver, consent.number))
    )
    return ConsentView.model_validate(consent.model_dump() | {"note": note})
