"""Minutes: their states, who approves them, what may be published, and the hash chain. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from services.forum.advisories.rules import Caution, ClockCode
from services.forum.minutes.names import named_in


class MinutesState(StrEnum):
    """Where minutes stand. Rule F11."""

    DRAFT = "draft"
    CIRCULATED = "circulated"
    APPROVED = "approved"
    PUBLISHED = "published"


STEPS: Mapping[MinutesState, MinutesState] = {
    MinutesState.CIRCULATED: MinutesState.DRAFT,
    MinutesState.APPROVED: MinutesState.CIRCULATED,
    MinutesState.PUBLISHED: MinutesState.APPROVED,
}


REDACTED = "[redacted]"


@dataclass(frozen=True)
class Item:
    """One item of minutes. A closed item stays inside; of a redacted one the public sees the heading only."""

    heading: str
    text: str = ""
    closed: bool = False
    personal: bool = False
    redacted: bool = False
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language: `heading` and `text`."""


def is_closed(said: bool | None, meeting_public: bool) -> bool:
    """Whether an item stays inside: what was said of it; else it follows its meeting. Rules F11a, F20."""
    return not meeting_public if said is None else said


def step_obstacle(state: MinutesState, target: MinutesState) -> str | None:
    """Why minutes can't go to `target` from `state`; None when they can.

    Draft, circulated, approved, published: one step at a time, and never back. Rule F11.
    """
    wanted = STEPS.get(target)
    if wanted is state:
        return None
    return f"The minutes are {state.value}; only {wanted.value if wanted else 'no'} minutes can become {target.value}."


@dataclass(frozen=True)
class Result:
    """Something that came of a meeting and is no decision. A closed one stays inside; nobody's words. Rule F6."""

    text: str
    closed: bool = False
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """A decision as the minutes tell of it; only those made in the open. `shown` is all that people read of it."""

    content: Mapping[str, Any]
    shown: str


@dataclass(frozen=True)
class Draft:
    """All that a version of minutes is made of."""

    items: Sequence[Item]
    decisions: Sequence[Decided] = ()
    results: Sequence[Result] = ()
    language: str = "und"
    reason: str | None = None


def publishing_obstacles(
    draft: Draft, public_attendees: Sequence[str], members: Sequence[str] = (), *, meeting_public: bool = True
) -> list[str]:
    """Everything that keeps minutes from the public, by number; never the name itself.

    A member of the public who came is not named, in any language, in what is shown of an item, in a decision, a result
    or a correction's reason; a passage marked personal is redacted first. In a forum that reports to another one
    (`members` are its seats' names) decisions and results are not attributed to members either. Of a closed meeting
    there is something to publish only when it was marked open. Rules F6, F11, F20.
    """
    found: list[str] = []
    if not meeting_public and all(item.closed for item in draft.items) and not public_results(draft.results):
        found.append("The meeting was closed, and nothing in its minutes is marked open: there is nothing to publish.")
    for number, item in enumerate(draft.items, start=1):
        if item.closed:
            continue
        if draft.language in item.translations:
            found.append(f"Item {number} is translated into {draft.language}, the original's language: leave that out.")
        if item.personal and not item.redacted:
            found.append(f"Item {number} is marked personal and not redacted: redact it, or close the item.")
    spoken = {f"Decision {number}": decision.shown for number, decision in enumerate(draft.decisions, start=1)}
    for number, result in enumerate(draft.results, start=1):
        if not result.closed:
            spoken[f"Result {number}"] = "\n".join([result.text, *result.translations.values()])
    shown = {f"Item {number}": _words(item) for number, item in enumerate(draft.items, start=1) if not item.closed}
    shown |= spoken | ({"The reason": draft.reason} if draft.reason is not None else {})
    found += [
        f"{label} names, or abbreviates the name of, a member of the public who attended: take the name out."
        for label in named_in(public_attendees, shown)
    ]
    found += [
        f"{label} names a member: what goes to the forum above is not attributed to people."
        for label in named_in(members, spoken)
    ]
    return found


def _shown(text: str, item: Item) -> str:
    """What the public reads of an open item's text, in any language: nothing of a redacted one."""
    return REDACTED if item.redacted else text


def _words(item: Item) -> str:
    """All that the public reads of an open item, in every language."""
    shown = [item.heading, _shown(item.text, item)]
    for words in item.translations.values():
        shown += [words["heading"], _shown(words["text"], item)]
    return "\n".join(shown)


def public_items(items: Sequence[Item]) -> list[dict[str, Any]]:
    """What the public version holds: the open items, made from the one set of minutes. Rule F11a.

    `translations` is there when an item has any, by language.
    """
    return [_public(item) for item in items if not item.closed]


def _public(item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {"heading": item.heading, "text": _shown(item.text, item)}
    if item.translations:
        shown["translations"] = {
            language: {"heading": words["heading"], "text": _shown(words["text"], item)}
            for language, words in item.translations.items()
        }
    return shown


def public_results(results: Sequence[Result]) -> list[dict[str, Any]]:
    """What the public version holds of results. Rules F6, F11a."""
    return [
        {"text": result.text} | ({"translations": dict(result.translations)} if result.translations else {})
        for result in results
        if not result.closed
    ]


def result_id(minutes_id: UUID, result: Result) -> UUID:
    """The same id for the same result of the same minutes, so that it is handed on once. Rule F6."""
    return uuid5(minutes_id, result.text)


def follows(content: Mapping[str, Any], minutes_id: str, number: int, place: int, before: str | None) -> bool:
    """Whether a version's content says that it is this one of these minutes, behind the one whose hash is `before`.

    Rule F11. `place` counts the versions from 1 on: none is missing when each number is its place.
    """
    return (
        number == place == content.get("number")
        and content.get("minutes_id") == minutes_id
        and content.get("previous_sha256") == before
        and content.get("corrects") == (number - 1 or None)
    )


def version_content(
    *,
    minutes_id: str,
    meeting_id: str,
    forum_id: str,
    area: str,
    held_at: str,
    number: int,
    corrects: int | None,
    previous_sha256: str | None,
    published_at: str,
    attendance: Mapping[str, int] | None,
    draft: Draft,
) -> dict[str, Any]:
    """The content of one published version: what its SHA-256 is taken over, in canonical JSON. Rules F11, F11a.

    It names the hash of the version before, so that anyone can check the chain. `attendance` is None when the meeting
    was closed. A version is kept and checked as it was written: later ones may hold more members than earlier ones.
    """
    return {
        "minutes_id": minutes_id,
        "meeting_id": meeting_id,
        "forum_id": forum_id,
        "area": area,
        "held_at": held_at,
        "language": draft.language,
        "number": number,
        "corrects": corrects,
        "reason": draft.reason,
        "previous_sha256": previous_sha256,
        "published_at": published_at,
        "attendance": dict(attendance) if attendance is not None else None,
        "items": public_items(draft.items),
        "decisions": [dict(decision.content) for decision in draft.decisions],
        "results": public_results(draft.results),
    }


SILENT_DAYS = 30
"""From the day after so many days, silence after a meeting is reminded of."""
REMINDED_FOR_DAYS = 365
"""Of a meeting longer ago, nobody is reminded any more: what was not written by then can't be."""


def minutes_outstanding(
    held_on: date, today: date, *, public: bool, state: MinutesState | None, published: int
) -> bool:
    """Whether the minutes of a held meeting are overdue: not published 30 days after it; `state` None: not written.

    Of a closed meeting they have to be approved. After a year it is let be. Rule F11.
    """
    if not SILENT_DAYS < (today - held_on).days <= REMINDED_FOR_DAYS or published:
        return False
    return public or state is not MinutesState.APPROVED


def outstanding_caution(held_on: date, *, public: bool) -> Caution:
    """The advisory of a meeting of which nothing has been heard. Rule F11."""
    wanted = "published" if public else "approved"
    return Caution(
        ClockCode.MINUTES, f"The minutes of the meeting of {held_on} have not been {wanted} yet: people wait.", "F11"
    )
