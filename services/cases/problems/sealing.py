"""Sealing the cases of before cases were sealed: a migration cannot, since it knows no key. Decision 0033."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, delete, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.audit.commands import note
from services.cases.files.queries import Entered, as_clock
from services.cases.files.rules import Kind, Part
from services.cases.files.tables import CaseFile, CaseKey
from services.cases.problems.queries import PARTS, TITLE, Case, place_of_reason
from services.cases.problems.rules import Phase
from services.cases.problems.tables import Problem, ProblemMove, UnsealedProblem
from services.cases.problems.writing import keep_plan

CASES_A_TURN = 200
"""How many cases one transaction seals."""
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('seal_old_cases', 0))")


async def seal_old_cases(session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing) -> bool:
    """Give the cases that wait a file and a key, and seal what is written in them; whether more may wait.

    When the last is sealed, the table is emptied as a whole, so that its pages keep nothing readable.
    """
    await as_clock(session)
    connection = await session.connection()
    await connection.execute(_ONE_AT_A_TIME)
    statement = select(UnsealedProblem).order_by(col(UnsealedProblem.id)).limit(CASES_A_TURN)
    waiting = (await session.exec(statement)).all()
    if not waiting:
        return False
    for old in waiting:
        wrapped, key = vault.make(old.id)
        file, problem = _file(old), _problem(old, key)
        session.add(file)
        await session.flush()
        session.add_all([CaseKey(case_id=old.id, wrapped=wrapped), problem])
        await session.flush()
        session.add_all(_moves(old, key))
        case = Case(Entered(file, Part.TEAM, key, now), problem, [])
        await keep_plan(session, actor, now, case, case.parts)
        await note(session, actor, now, "seal", case_id=old.id, kind=Kind.PROBLEM)
    await session.exec(delete(UnsealedProblem).where(col(UnsealedProblem.id).in_([old.id for old in waiting])))
    if len(waiting) == CASES_A_TURN:
        return True
    await connection.execute(text("truncate problems_unsealed"))
    return False


def _file(old: UnsealedProblem) -> CaseFile:
    content = old.content
    closed = [move["moved_at"] for move in content["moves"]] if content["phase"] == Phase.CLOSED else []
    return CaseFile(
        id=old.id,
        kind=Kind.PROBLEM,
        area=content["area"],
        supervisor=content["supervisor"],
        team=content["team"],
        opened_at=datetime.fromisoformat(content["opened_at"]),
        opened_by=content["opened_by"],
        closed_at=datetime.fromisoformat(closed[-1]) if closed else None,
        outcome=(content["parts"].get("assessment") or {}).get("verdict") if closed else None,
    )


def _problem(old: UnsealedProblem, key: SealingKey) -> Problem:
    return Problem(
        id=old.id,
        category=old.content["category"],
        phase=Phase(old.content["phase"]),
        sealed_title=key.seal(old.content["title"], TITLE),
        sealed_parts=key.seal(old.content["parts"], PARTS),
        version=old.content["version"],
    )


def _moves(old: UnsealedProblem, key: SealingKey) -> list[ProblemMove]:
    return [
        ProblemMove(
            id=UUID(move["id"]),
            problem_id=old.id,
            origin=Phase(move["origin"]),
            target=Phase(move["target"]),
            sealed_reason=key.seal(move["reason"], place_of_reason(UUID(move["id"]))) if move["reason"] else None,
            moved_at=datetime.fromisoformat(move["moved_at"]),
            moved_by=move["moved_by"],
        )
        for move in old.content["moves"]
    ]
