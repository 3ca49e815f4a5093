"""Publishing minutes, and correcting published ones: each time a version that never changes. Rules F6, F11, F11a."""

from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MinutesPublished
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.commands import open_entry, queue, withdraw_all
from services.forum.agenda.rules import EntryKind
from services.forum.decisions.commands import note_minuted
from services.forum.decisions.queries import decisions_of, public_decisions_of
from services.forum.decisions.tables import Decision
from services.forum.members.queries import names_of_persons
from services.forum.minutes import queries, rules
from services.forum.minutes.commands import stepped, stored
from services.forum.minutes.schemas import MinutesCorrect
from services.forum.minutes.tables import Minutes, MinutesVersion


async def publish_minutes(
    session: AsyncSession, actor: Actor, now: datetime, minutes_id: UUID, expected: ExpectedVersion
) -> Minutes:
    """Publish approved minutes: their first version, which never changes. Rules F11, F11a."""
    minutes = await stepped(session, actor, minutes_id, expected, rules.MinutesState.PUBLISHED)
    await _publish_version(session, actor, now, minutes, reason=None)
    return minutes


async def correct_minutes(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    minutes_id: UUID,
    expected: ExpectedVersion,
    request: MinutesCorrect,
) -> Minutes:
    """Publish a correction: a new version that names what it corrects; the old one stays. Rule F11."""
    minutes = await queries.managed_minutes(session, actor, minutes_id)
    expected.check(minutes.version)
    if minutes.state is not rules.MinutesState.PUBLISHED:
        raise Conflict(f"The minutes are {minutes.state.value}; only published minutes are corrected.", rule="F11")
    before = {rules.result_id(minutes.id, result) for result in _results(minutes)}
    minutes.items = stored(request.items, minutes.meeting_public)
    if request.results is not None:
        minutes.results = stored(request.results, minutes.meeting_public)
    gone = before - {rules.result_id(minutes.id, result) for result in _results(minutes)}
    if gone:
        await withdraw_all(session, kind=EntryKind.RESULT, source_ids=list(gone))
    minutes.public_attendees = sorted({*minutes.public_attendees, *request.public_attendees})
    minutes.version += 1
    await _publish_version(session, actor, now, minutes, reason=request.reason)
    return minutes


def _results(minutes: Minutes) -> list[rules.Result]:
    return [rules.Result(**result) for result in minutes.results]


async def _publish_version(
    session: AsyncSession, actor: Actor, now: datetime, minutes: Minutes, *, reason: str | None
) -> None:
    with session.no_autoflush:  # what changes is written once, at the end
        attendance, reports_to = await queries.attendance_and_reporting(session, minutes.meeting_id)
        decisions = await public_decisions_of(session, minutes.meeting_id) if minutes.meeting_public else []
    draft = rules.Draft(
        items=[rules.Item(**item) for item in minutes.items],
        decisions=[_decided(decision) for decision in decisions],
        results=_results(minutes),
        language=minutes.language,
        reason=reason,
    )
    members = await names_of_persons(session, minutes.forum_id) if reports_to else []
    unmet = rules.publishing_obstacles(
        draft, minutes.public_attendees, members, meeting_public=minutes.meeting_public
    )  # fmt: skip
    if unmet:
        raise Refused(
            "These minutes can't be shown to the public yet.", code="not-publishable", rule="F11", unmet=unmet
        )
    previous = (await queries.newest_versions(session, [minutes])).get(minutes.id)
    number, corrects = minutes.published + 1, minutes.published or None
    content = rules.version_content(
        minutes_id=str(minutes.id),
        meeting_id=str(minutes.meeting_id),
        forum_id=str(minutes.forum_id),
        area=minutes.area,
        held_at=minutes.held_at.isoformat(),
        number=number,
        corrects=corrects,
        previous_sha256=previous.sha256 if previous else None,
        published_at=now.isoformat(),
        attendance=attendance if minutes.meeting_public else None,
        draft=draft,
    )
    digest = sha256_hex(canonical_json(content))
    session.add(MinutesVersion(minutes_id=minutes.id, number=number, content=content, sha256=digest, published_at=now))
    minutes.published = number
    await session.flush()
    if corrects is None:
        await open_entry(session, forum_id=minutes.forum_id, kind=EntryKind.MINUTES, source_id=minutes.id)
    await note_minuted(session, decisions, minutes.id, number)
    if reports_to is not None:
        await _report(session, now, minutes, draft, reports_to)
    event = MinutesPublished(
        minutes_id=minutes.id,
        meeting_id=minutes.meeting_id,
        forum_id=minutes.forum_id,
        area=minutes.area,
        held_at=minutes.held_at,
        number=number,
        sha256=digest,
        corrects=corrects,
    )
    await emit(session, event, subject=minutes.id, area=minutes.area, actor=actor, at=now)


def _decided(decision: Decision) -> rules.Decided:
    """What minutes tell of a decision: no votes, no dissent. All its public words are looked through for names."""
    content: dict[str, Any] = {
        "id": str(decision.id),
        "agenda_item": decision.agenda_item,
        "text": decision.text,
        "kind": decision.kind.value,
        "owner": decision.owner,
        "due_on": decision.due_on.isoformat() if decision.due_on else None,
        "language": decision.language,
    }
    if decision.translations:
        content["translations"] = decision.translations
    said = [dissent["words"] for dissent in decision.dissent] + [
        group for group in (*decision.affected_groups, *(dissent["group"] for dissent in decision.dissent)) if group
    ]
    translated = [text for words in decision.translations.values() for text in words.values()]
    shown = [decision.agenda_item, decision.text, decision.owner, decision.chair_statement or "", *said, *translated]
    return rules.Decided(content, "\n".join(shown))


async def _report(
    session: AsyncSession, now: datetime, minutes: Minutes, draft: rules.Draft, general_forum_id: UUID
) -> None:
    """Put the meeting's results on the next agenda of the forum that this one reports to. Rule F6."""
    handed_on = [
        (decision.id, decision.text, decision.public) for decision in await decisions_of(session, minutes.meeting_id)
    ]
    handed_on += [(rules.result_id(minutes.id, result), result.text, not result.closed) for result in draft.results]
    for source_id, title, public in handed_on:
        await queue(
            session,
            now,
            forum_id=general_forum_id,
            kind=EntryKind.RESULT,
            source_id=source_id,
            title=title,
            public=public,
        )
