"""An old meeting taken over through the same commands as a new one, so that every rule holds. Rules F4, F7, F10-F12."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Problem, Refused, invalid_fields
from beatbook.kit.events import attempt
from beatbook.kit.web import ANY_VERSION
from services.forum.decisions.commands import close_decision, record_decision
from services.forum.decisions.rules import Method
from services.forum.decisions.schemas import DecisionCreate
from services.forum.forums.queries import forum_by_id
from services.forum.imports import rules
from services.forum.imports.rules import Entry, RecordKind, Refusal
from services.forum.imports.schemas import DecisionRow, ItemRow, MarkRow, MeetingRow, VoteRow
from services.forum.meetings.commands import call_off_meeting, hold_meeting, plan_meeting
from services.forum.meetings.rules import Attendance, local_day
from services.forum.meetings.schemas import AttendanceIn, MeetingCallOff, MeetingCreate, MeetingHold, Topic
from services.forum.members.queries import seats
from services.forum.members.rules import seat_day_obstacle
from services.forum.minutes.commands import approve_minutes, circulate_minutes, write_minutes
from services.forum.minutes.publishing import publish_minutes
from services.forum.minutes.rules import MinutesState
from services.forum.minutes.schemas import MinutesApprove, MinutesCreate, MinutesItemIn

B = TypeVar("B", bound=BaseModel)


def refusal_of(error: Problem | ValidationError) -> Refusal:
    """A refusal as a row's: its code, and all that is to be mended."""
    problem = invalid_fields(error.errors()) if isinstance(error, ValidationError) else error
    return Refusal(problem.code, " ".join([problem.detail, *problem.unmet]))


def read(shape: type[B], sent: Any) -> B | Refusal:
    """A part as its shape, or why it can't be read."""
    try:
        return shape.model_validate(sent)
    except ValidationError as error:
        return refusal_of(error)


@dataclass
class MeetingIntake:
    """One row on its way in; `entries` tells what became of the meeting and of each part."""

    session: AsyncSession
    actor: Actor
    now: datetime
    forum_id: UUID
    imported: dict[str, UUID]
    seats: frozenset[UUID]
    entries: list[Entry] = field(default_factory=list)
    _votes: int = 0

    async def take(self, row: MeetingRow) -> None:
        """Take a meeting over; raises `Problem` when it can't be, its parts apart."""
        items = [read(ItemRow, item) for item in row.items]
        meeting = await plan_meeting(self.session, self.actor, self.now, self.forum_id, self._plan(row, items))
        self.entries.append(Entry(RecordKind.MEETING, 0, row.external_id, meeting.id))
        if row.state == "held":
            await self._hold(row, meeting.id)
            await self._minutes(row, meeting.id, items)
            await self._decisions(meeting.id, items)
            return
        if row.state != "planned":
            if row.reason is None:
                raise Refused("A meeting that was called off needs a reason.", rule="F7")
            called_off = MeetingCallOff(state=row.state, reason=row.reason)
            await call_off_meeting(self.session, self.actor, self.now, meeting.id, ANY_VERSION, called_off)
        self._topics(row, meeting.id, items)

    def _plan(self, row: MeetingRow, items: Sequence[ItemRow | Refusal]) -> MeetingCreate:
        plan = row.model_dump(include=set(MeetingCreate.model_fields), exclude_unset=True)
        if row.state != "held":
            topics = [
                Topic(title=item.heading, sensitive=item.sensitive)
                for item in items
                if isinstance(item, ItemRow) and not _is_hidden(row, item)
            ]
            plan["topics"] = [*row.topics, *topics]
        return MeetingCreate.model_validate(plan)

    def _topics(self, row: MeetingRow, meeting_id: UUID, items: Sequence[ItemRow | Refusal]) -> None:
        for number, item in enumerate(items):
            if isinstance(item, ItemRow) and _is_hidden(row, item):
                self._note(RecordKind.ITEM, number, rules.OPEN_TOPIC, item.external_id)
            elif isinstance(item, ItemRow):
                self.entries.append(Entry(RecordKind.ITEM, number, item.external_id, meeting_id))
            else:
                self._note(RecordKind.ITEM, number, item)
        for number in range(len(row.attendance)):
            self._note(RecordKind.MARK, number, rules.NOT_HELD)
        for number, item in enumerate(item for item in items if isinstance(item, ItemRow) and item.decision):
            self._refuse_decision(number, item, rules.NOT_HELD)

    async def _hold(self, row: MeetingRow, meeting_id: UUID) -> None:
        sent = [read(MarkRow, mark) for mark in row.attendance]
        named = [mark if isinstance(mark, Refusal) else rules.Named(mark.member, mark.status) for mark in sent]
        held_at = row.held_at or row.starts_at
        marks = await self._of_their_day(held_at, rules.once_each(named, self.imported, self.seats))
        held = MeetingHold(
            held_at=held_at,
            attendance=[AttendanceIn(member_id=m[0], status=m[1]) for m in marks if not isinstance(m, Refusal)],
            public=row.public_counts,
            highest_police_rank=row.highest_police_rank,
        )
        await hold_meeting(self.session, self.actor, self.now, meeting_id, ANY_VERSION, held)
        for number, (mark, shape) in enumerate(zip(marks, sent, strict=True)):
            member = None if isinstance(shape, Refusal) else shape.member
            if isinstance(mark, Refusal):
                self._note(RecordKind.MARK, number, mark, member)
            else:
                self.entries.append(Entry(RecordKind.MARK, number, member, mark[0]))

    async def _of_their_day(
        self, held_at: datetime, marks: Sequence[tuple[UUID, Attendance] | Refusal]
    ) -> list[tuple[UUID, Attendance] | Refusal]:
        """The marks, those refused whose seat was not taken on the day of the meeting. Rules F2, F10."""
        held_on = local_day(held_at, (await forum_by_id(self.session, self.forum_id)).time_zone)
        known = await seats(self.session, self.forum_id, [mark[0] for mark in marks if not isinstance(mark, Refusal)])
        off = {
            seat.id for seat in known.values() if seat_day_obstacle(seat.id, seat.term_start, seat.term_end, held_on)
        }
        return [mark if isinstance(mark, Refusal) or mark[0] not in off else rules.NOT_SEATED for mark in marks]

    async def _minutes(self, row: MeetingRow, meeting_id: UUID, items: Sequence[ItemRow | Refusal]) -> None:
        lines = [item for item in items if isinstance(item, ItemRow)]
        for number, item in enumerate(items):
            if isinstance(item, Refusal):
                self._note(RecordKind.ITEM, number, item)
        if not lines:
            return
        written = MinutesCreate(
            items=[MinutesItemIn.model_validate(_as(MinutesItemIn, item)) for item in lines],
            public_attendees=row.minutes.public_attendees,
        )
        minutes = await write_minutes(self.session, self.actor, meeting_id, written)
        for number, item in enumerate(items):
            if isinstance(item, ItemRow):
                self.entries.append(Entry(RecordKind.ITEM, number, item.external_id, minutes.id))
        self.entries.append(await self._brought(row, minutes.id))

    async def _brought(self, row: MeetingRow, minutes_id: UUID) -> Entry:
        """Bring minutes as far as the row says, or as far as the rules let them come. Rule F11."""
        by_chair = MinutesApprove(by="chair")
        wanted = tuple(MinutesState).index(row.minutes.state)
        reached = MinutesState.DRAFT
        try:
            for state in tuple(MinutesState)[1 : wanted + 1]:
                async with attempt(self.session):
                    if state is MinutesState.CIRCULATED:
                        await circulate_minutes(self.session, self.actor, self.now, minutes_id, ANY_VERSION)
                    elif state is MinutesState.APPROVED:
                        await approve_minutes(self.session, self.actor, self.now, minutes_id, ANY_VERSION, by_chair)
                    else:
                        await publish_minutes(self.session, self.actor, self.now, minutes_id, ANY_VERSION)
                reached = state
        except Problem as problem:
            why = refusal_of(problem)
            kept = Refusal(why.reason, f"{why.detail} They are kept, and are {reached.value}.")
            return Entry(RecordKind.MINUTES, 0, row.external_id, minutes_id, kept)
        return Entry(RecordKind.MINUTES, 0, row.external_id, minutes_id)

    async def _decisions(self, meeting_id: UUID, items: Sequence[ItemRow | Refusal]) -> None:
        decided = [item for item in items if isinstance(item, ItemRow) and item.decision]
        for number, item in enumerate(decided):
            sent = {"agenda_item": item.heading, "text": item.heading, **(item.decision or {})}
            shape = read(DecisionRow, sent)
            if isinstance(shape, Refusal):
                self._refuse_decision(number, item, shape)
                continue
            try:
                async with attempt(self.session):
                    await self._decide(number, meeting_id, item, shape)
            except (Problem, ValidationError) as error:
                self._refuse_decision(number, item, refusal_of(error))

    async def _decide(self, number: int, meeting_id: UUID, item: ItemRow, shape: DecisionRow) -> None:
        sent = [read(VoteRow, vote) for vote in shape.ballots]
        named = [
            vote if isinstance(vote, Refusal) else
            rules.NOT_CAST if vote.vote is rules.Ballot.NOT_CAST else rules.Named(vote.member, vote.vote)
            for vote in sent
        ]  # fmt: skip
        votes = rules.once_each(named, self.imported, self.seats)
        made = _as(DecisionCreate, shape) | {"closed": bool(shape.closed or item.closed)}
        if shape.ballots:
            made |= {"method": Method.VOTE, "votes": rules.tally(votes)}
        decision = await record_decision(
            self.session, self.actor, self.now, meeting_id, DecisionCreate.model_validate(made)
        )
        decision_id = decision.id
        if shape.ended is not None:
            await close_decision(self.session, self.actor, self.now, decision_id, ANY_VERSION, shape.ended)
        self.entries.append(Entry(RecordKind.DECISION, number, item.external_id, decision_id))
        for vote, parsed in zip(votes, sent, strict=True):
            member = None if isinstance(parsed, Refusal) else parsed.member
            if isinstance(vote, Refusal):
                self._note(RecordKind.VOTE, self._votes, vote, member)
            else:
                self.entries.append(Entry(RecordKind.VOTE, self._votes, member, decision_id))
            self._votes += 1

    def _refuse_decision(self, number: int, item: ItemRow, why: Refusal) -> None:
        self._note(RecordKind.DECISION, number, why, item.external_id)
        ballots = (item.decision or {}).get("ballots")
        for _ in ballots if isinstance(ballots, list) else ():
            self._note(RecordKind.VOTE, self._votes, rules.WITHOUT_DECISION)
            self._votes += 1

    def _note(self, kind: RecordKind, number: int, why: Refusal, external_id: str | None = None) -> None:
        self.entries.append(Entry(kind, number, external_id, refusal=why))


def _is_hidden(row: MeetingRow, item: ItemRow) -> bool:
    """Whether a public meeting's topics must not show the item. Rules F11, F11a."""
    return row.public and (item.closed or item.personal)


def _as(shape: type[BaseModel], row: BaseModel) -> dict[str, Any]:
    """What a row holds of another shape's fields, as it would be sent."""
    return row.model_dump(include=set(shape.model_fields), exclude_unset=True, by_alias=True)
