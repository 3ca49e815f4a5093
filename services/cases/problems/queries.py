"""Reads of cases: one that was entered, or a list of those that the actor has a part in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.files.queries import Entered, enter, unlock, visible_to
from services.cases.files.rules import Action, Kind
from services.cases.files.tables import CaseFile
from services.cases.incidents.queries import visible_to as visible_incidents
from services.cases.incidents.tables import Incident
from services.cases.problems import rules
from services.cases.problems.schemas import MoveView, ProblemSummary, ProblemView
from services.cases.problems.tables import Problem, ProblemIncident, ProblemMove

TITLE, PARTS = "problems.title", "problems.parts"
"""The places that text is sealed for."""


@dataclass
class Case:
    """A case that an actor was let into, with the steps it has taken."""

    entered: Entered
    problem: Problem
    moves: list[ProblemMove]

    @property
    def key(self) -> SealingKey:
        """The key of what is written in it."""
        return self.entered.key

    @property
    def parts(self) -> rules.Parts:
        """What is written in it."""
        return rules.Parts.model_validate(self.key.read(self.problem.sealed_parts, PARTS))

    @parts.setter
    def parts(self, parts: rules.Parts) -> None:
        self.problem.sealed_parts = self.key.seal(parts.model_dump(mode="json"), PARTS)
        self.problem.figures = rules.figures(parts)


async def case_by_id(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    action: Action,
    *,
    locked: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> Case:
    """Enter one case; raises as `files.queries.enter` does. Rules C13, C14, C15."""
    entered = await enter(session, actor, now, vault, problem_id, action, Kind.PROBLEM, locked=locked, detail=detail)
    problem = (await session.exec(select(Problem).where(Problem.id == problem_id))).one()
    statement = select(ProblemMove).where(ProblemMove.problem_id == problem_id).order_by(col(ProblemMove.id))
    return Case(entered, problem, list((await session.exec(statement)).all()))


async def list_problems(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    *,
    area: str | None,
    phase: rules.Phase | None,
    after: UUID | None,
    limit: int,
) -> list[ProblemSummary]:
    """Cases in the order in which they were opened."""
    statement = select(Problem, CaseFile).join(CaseFile, col(CaseFile.id) == col(Problem.id))
    statement = visible_to(statement, actor, now, Kind.PROBLEM).order_by(col(Problem.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CaseFile.area), area))
    if phase is not None:
        statement = statement.where(Problem.phase == phase)
    if after is not None:
        statement = statement.where(col(Problem.id) > after)
    rows = (await session.exec(statement)).all()
    read = [problem.id for problem, _ in rows[: limit - 1]]  # the last only tells that there are more
    keys = await unlock(session, actor, now, vault, Kind.PROBLEM, read)
    return [_summary(problem, file, keys.get(problem.id)) for problem, file in rows]


def _summary(problem: Problem, file: CaseFile, key: SealingKey | None) -> ProblemSummary:
    return ProblemSummary(
        id=problem.id,
        area=file.area,
        title=key.read(problem.sealed_title, TITLE) if key else "",
        category=problem.category,
        phase=problem.phase,
        supervisor=file.supervisor,
        team=file.team,
        opened_at=file.opened_at,
        opened_by=file.opened_by,
        version=problem.version,
    )


def place_of_reason(move_id: UUID) -> str:
    """Where the reason of a step is sealed for."""
    return f"problem_moves.reason.{move_id}"


def _move_view(move: ProblemMove, key: SealingKey) -> MoveView:
    reason: Any = move.sealed_reason and key.read(move.sealed_reason, place_of_reason(move.id))
    return MoveView.model_validate({**move.model_dump(include=set(MoveView.model_fields)), "reason": reason})


def view(case: Case) -> ProblemView:
    """A case's whole answer."""
    parts, phase = case.parts, case.problem.phase
    following = next((each for each in rules.PHASES if rules.is_next(phase, each)), None)
    return ProblemView(
        **_summary(case.problem, case.entered.file, case.key).model_dump(),
        **dict(parts),
        moves=[_move_view(move, case.key) for move in case.moves],
        unmet=rules.unmet_guards(following, parts) if following else [],
    )


async def list_incidents(
    session: AsyncSession, problem_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[ProblemIncident]:
    """The incidents of a case that was entered, in the order of their ids."""
    statement = select(ProblemIncident).where(ProblemIncident.problem_id == problem_id)
    if after is not None:
        statement = statement.where(col(ProblemIncident.incident_id) > after)
    return (await session.exec(statement.order_by(col(ProblemIncident.incident_id)).limit(limit))).all()


async def count_incidents(session: AsyncSession, problem_id: UUID) -> int:
    """How many incidents a case that was entered is about."""
    statement = select(func.count()).select_from(ProblemIncident).where(ProblemIncident.problem_id == problem_id)
    return (await session.exec(statement)).one()


async def seen_incidents(session: AsyncSession, actor: Actor, incident_ids: Collection[UUID]) -> set[UUID]:
    """Those of the incidents that there are and that the actor may see."""
    statement = select(Incident.id).where(col(Incident.id) == any_(literal(list(incident_ids), ARRAY(Uuid))))
    return set((await session.exec(visible_incidents(statement, actor, col(Incident.area)))).all())
