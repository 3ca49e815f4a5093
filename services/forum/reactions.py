"""What the forum service keeps right in the transaction of its own commands, event class by event class."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from beatbook.contracts import forum as told
from beatbook.contracts.actor import Actor
from beatbook.contracts.envelope import Event
from beatbook.kit.db import AsyncSession
from beatbook.kit.reactions import Fact, Reaction
from services.forum.decisions.reminders import remind_of_decisions
from services.forum.meetings.reminders import remind_of_intervals
from services.forum.members.reminders import remind_of_police_chairs
from services.forum.minutes.reminders import remind_of_minutes
from services.forum.representation.commands import review
from services.forum.signals.commands import assess


def for_forums(command: Callable[[AsyncSession, Actor, datetime, Sequence[UUID]], Awaitable[object]]) -> Reaction:
    """A reaction that does something for the forums that the facts are of."""

    async def reaction(session: AsyncSession, actor: Actor, now: datetime, facts: Sequence[Fact]) -> None:
        forum_ids = {fact.event.model_dump(include={"forum_id"})["forum_id"] for fact in facts}
        await command(session, actor, now, sorted(forum_ids))

    return reaction


SIGNALS, INTERVALS = for_forums(assess), for_forums(remind_of_intervals)
MINUTES, CHAIRS = for_forums(remind_of_minutes), for_forums(remind_of_police_chairs)
DECISIONS, ABSENCES = for_forums(remind_of_decisions), for_forums(review)

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    told.MeetingHeld: (INTERVALS, SIGNALS),
    told.MeetingCalledOff: (SIGNALS,),
    told.MeetingClimateChanged: (SIGNALS,),
    told.ForumChanged: (INTERVALS,),
    told.MemberSeated: (CHAIRS, ABSENCES),
    told.MemberChanged: (CHAIRS, ABSENCES),
    told.MinutesApproved: (MINUTES,),
    told.MinutesPublished: (MINUTES,),
    told.DecisionRecorded: (SIGNALS,),
    told.DecisionDueMoved: (DECISIONS, SIGNALS),
    told.DecisionSuperseded: (DECISIONS, SIGNALS),
    told.DecisionClosed: (DECISIONS, SIGNALS),
}
