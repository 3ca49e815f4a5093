"""Minutes: their states, who approves them, what may be published, and the hash chain. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from services.forum.advisories.rules import Caution, ClockCode


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
    text: str
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


def publishing_obstacles(
    items: Sequence[Item], public_attendees: Sequence[str], reason: str | None = None, language: str = "und"
) -> list[str]:
    """Everything that keeps minutes from the public, by item number; never the name itself.

    A member of the public who came is not named, in what is shown of an item or in a correction's reason; a passage
    marked personal is redacted first. Rule F11.
    """
    found: list[str] = []
    for number, item in enumerate(items, start=1):
        if item.closed:
            continue
        if language in item.translations:
            found.append(f"Item {number} is translated into {language}, the language of the original: leave that out.")
        if item.personal and not item.redacted:
            found.append(f"Item {number} is marked personal and not redacted: redact it, or close the item.")
        if any(_names(name, _words(item)) for name in public_attendees):
            found.append(f"Item {number} names a member of the public who attended: take the name out.")
    if reason is not None and any(_names(name, reason) for name in public_attendees):
        found.append("The reason names a member of the public who attended: take the name out.")
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


def _names(name: str, text: str) -> bool:
    """Whether the text holds the name as whole words, however spaced, composed or written in capitals."""
    words = [re.escape(word) for word in _plain(name).split()]
    return bool(words) and re.search(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", _plain(text)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


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


def version_content(
    *,
    minutes_id: str,
    meeting_id: str,
    forum_id: str,
    area: str,
    held_at: str,
    language: str,
    number: int,
    corrects: int | None,
    reason: str | None,
    previous_sha256: str | None,
    published_at: str,
    attendance: Mapping[str, int] | None,
    items: Sequence[Item],
) -> dict[str, Any]:
    """The content of one published version: what its SHA-256 is taken over, in canonical JSON. Rules F11, F11a.

    It names the hash of the version before, so that anyone can check the chain. `attendance` is None when the meeting
    was closed.
    """
    return {
        "minutes_id": minutes_id,
        "meeting_id": meeting_id,
        "forum_id": forum_id,
        "area": area,
        "held_at": held_at,
        "language": language,
        "number": number,
        "corrects": corrects,
        "reason": reason,
        "previous_sha256": previous_sha256,
        "published_at": published_at,
        "attendance": dict(attendance) if attendance is not None else None,
        "items": public_items(items),
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
