"""Reads of agreements, of a case that was entered."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.cases.agreements.rules import Term, TermState, Warned, minutes_left
from services.cases.agreements.schemas import AgreementView, SessionView, TermView, WarningView
from services.cases.agreements.tables import DiversionSession, DiversionTerm, DiversionWarning
from services.cases.diversion.queries import Case, programme_of


def place_of_term(term_id: UUID) -> str:
    """Where a term's text is sealed for."""
    return f"diversion_terms.text.{term_id}"


def place_of_warning(warning_id: UUID) -> str:
    """Where a warning's text is sealed for."""
    return f"diversion_warnings.text.{warning_id}"


async def term_rows(session: AsyncSession, case_id: UUID) -> Sequence[DiversionTerm]:
    """The terms of a case, in the order in which they were set."""
    statement = select(DiversionTerm).where(DiversionTerm.case_id == case_id)
    return (await session.exec(statement.order_by(col(DiversionTerm.id)))).all()


async def term_by_id(session: AsyncSession, case: Case, term_id: UUID) -> DiversionTerm:
    """A term of a case; raises `NotFound`, also for another case's."""
    term = await session.get(DiversionTerm, term_id)
    if term is None or term.case_id != case.id:
        raise NotFound("term")
    return term


async def terms_of(session: AsyncSession, case_id: UUID) -> list[Term]:
    """The terms of a case as the rules look at them, with the minutes attended."""
    statement = (
        select(DiversionSession.term_id, func.sum(DiversionSession.minutes))
        .where(DiversionSession.case_id == case_id, col(DiversionSession.attended))
        .group_by(col(DiversionSession.term_id))
    )
    attended = {term_id: int(minutes) for term_id, minutes in (await session.exec(statement)).all()}
    return [as_term(row, attended.get(row.id, 0)) for row in await term_rows(session, case_id)]


def as_term(row: DiversionTerm, minutes: int = 0) -> Term:
    """A term as the rules look at it."""
    return Term(row.id, row.kind, row.due_on, row.state, row.hours, row.amount, minutes)


async def warnings_of(session: AsyncSession, case_id: UUID) -> Sequence[DiversionWarning]:
    """The warnings of a case."""
    statement = select(DiversionWarning).where(DiversionWarning.case_id == case_id)
    return (await session.exec(statement.order_by(col(DiversionWarning.id)))).all()


async def warned_of(session: AsyncSession, case_id: UUID) -> list[Warned]:
    """The warnings of a case as the rules look at them."""
    return [Warned(row.term_id, row.deadline_on) for row in await warnings_of(session, case_id)]


async def view(session: AsyncSession, case: Case) -> AgreementView:
    """What was agreed in a case."""
    programme = await programme_of(session, case)
    facts = {term.id: term for term in await terms_of(session, case.id)}
    held = select(DiversionSession).where(DiversionSession.case_id == case.id).order_by(col(DiversionSession.id))
    sessions = (await session.exec(held)).all()
    terms = [
        TermView.model_validate(
            row.model_dump(exclude={"case_id", "sealed_text"})
            | {
                "text": case.read(row.sealed_text, place_of_term(row.id)),
                "sessions": [SessionView.model_validate(item) for item in sessions if item.term_id == row.id],
                "minutes_attended": facts[row.id].minutes,
                "minutes_left": minutes_left(facts[row.id]),
            }
        )
        for row in await term_rows(session, case.id)
    ]
    warnings = [
        WarningView.model_validate(
            row.model_dump(exclude={"case_id", "sealed_text"})
            | {"text": case.read(row.sealed_text, place_of_warning(row.id))}
        )
        for row in await warnings_of(session, case.id)
    ]
    return AgreementView(
        terms=terms,
        warnings=warnings,
        hours_agreed=sum(term.hours or 0 for term in terms if term.state is not TermState.WAIVED),
        most_hours=programme.limits.hours if programme else None,
        minutes_attended=sum(term.minutes_attended for term in terms),
    )
