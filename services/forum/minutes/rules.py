"""Minutes: their states, who approves them, what may be published, and the hash chain. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


def step_obstacle(state: MinutesState, target: MinutesState) -> str | None:
    """Why minutes can't go to `target` from `state`; None when they can.

    Draft, circulated, approved, published: one step at a time, and never back. Rule F11.
    """
    wanted = STEPS.get(target)
    if wanted is state:
        return None
    return f"The minutes are {state.value}; only {wanted.value if wanted else 'no'} minutes can become {target.value}."


def publishing_obstacles(
    items: Sequence[Item], public_attendees: Sequence[str], reason: str | None = None
) -> list[str]:
    """Everything that keeps minutes from the public, by item number; never the name itself.

    A member of the public who came is not named, in what is shown of an item or in a correction's reason; a passage
    marked personal is redacted first. Rule F11.
    """
    found: list[str] = []
    for number, item in enumerate(items, start=1):
        if item.closed:
            continue
        if item.personal and not item.redacted:
            found.append(f"Item {number} is marked personal and not redacted: redact it, or close the item.")
        if any(_names(name, f"{item.heading}\n{_shown(item)}") for name in public_attendees):
            found.append(f"Item {number} names a member of the public who attended: take the name out.")
    if reason is not None and any(_names(name, reason) for name in public_attendees):
        found.append("The reason names a member of the public who attended: take the name out.")
    return found


def _shown(item: Item) -> str:
    """What the public reads of an open item's text: nothing of a redacted one."""
    return REDACTED if item.redacted else item.text


def _names(name: str, text: str) -> bool:
    """Whether the text holds the name as whole words, however spaced, composed or written in capitals."""
    words = [re.escape(word) for word in _plain(name).split()]
    return bool(words) and re.search(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", _plain(text)) is not None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def public_items(items: Sequence[Item]) -> list[dict[str, str]]:
    """What the public version holds: the open items, made from the one set of minutes. Rule F11a."""
    return [{"heading": item.heading, "text": _shown(item)} for item in items if not item.closed]


def version_content(
    *,
    minutes_id: str,
    meeting_id: str,
    forum_id: str,
    area: str,
    held_at: str,
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
        "number": number,
        "corrects": corrects,
        "reason": reason,
        "previous_sha256": previous_sha256,
        "published_at": published_at,
        "attendance": dict(attendance) if attendance is not None else None,
        "items": public_items(items),
    }
