"""Corrections of rumours: what they are about, their life, what one needs before it is public. Pure."""

from collections.abc import Collection
from enum import StrEnum

from services.forum.advisories.rules import Caution


class Subject(StrEnum):
    """What a notice corrects: a rumour in words only, or what is said of a thing of the forum. Rule F16."""

    RUMOUR = "rumour"
    MEETING = "meeting"
    MINUTES = "minutes"
    DECISION = "decision"
    CONCERN = "concern"
    AREA = "area"


class CorrectionState(StrEnum):
    """Where a notice stands. Rule F16."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


STEPS = {
    "changed": frozenset({CorrectionState.DRAFT}),
    "published": frozenset({CorrectionState.DRAFT}),
    "revised": frozenset({CorrectionState.PUBLISHED}),
    "withdrawn": frozenset({CorrectionState.DRAFT, CorrectionState.PUBLISHED}),
}
"""From which states a notice can be so treated. A published one is revised, never changed."""


def step_obstacle(state: CorrectionState, step: str) -> str | None:
    """Why a notice can't be `changed`, `published`, `revised` or `withdrawn` from its state; None when it can.

    Rule F16.
    """
    if state in STEPS[step]:
        return None
    if state is CorrectionState.PUBLISHED:
        return f"The notice is published, so it is not {step} any more: publish a revision, or withdraw it."
    return f"The notice is {state.value}; it can't be {step}."


def subject_obstacle(subject: Subject, *, has_id: bool, has_area: bool) -> str | None:
    """Why what a notice corrects is not named rightly; None when it is.

    A rumour needs neither id nor area, an area its code, anything else its id. Rule F16.
    """
    wants_area = subject is Subject.AREA
    wants_id = subject not in {Subject.AREA, Subject.RUMOUR}
    if wants_id and not has_id:
        return f"Name the {subject.value} by about_id."
    if wants_area and not has_area:
        return "Name the area by about_area."
    if has_id and not wants_id:
        return "about_id belongs to a meeting, minutes, a decision or a concern; leave it out."
    if has_area and not wants_area:
        return "about_area belongs to an area; leave it out."
    return None


def publishing_obstacles(sources: int, *, subject_public: bool) -> list[str]:
    """Everything that keeps a notice from the public.

    It has at least one source, and what it points at is public itself: a link must not tell of a closed meeting, of
    unpublished minutes, of a decision taken there. Rule F16. Source: GP, organizing public forums.
    """
    found: list[str] = []
    if sources == 0:
        found.append("A notice needs at least one source that people can look up themselves.")
    if not subject_public:
        found.append("What it is about is not public: name something public, or only the rumour in words.")
    return found


def language_cautions(spoken: Collection[str], written: Collection[str]) -> list[Caution]:
    """The advisory when a notice is missing in a language of its area (ISO 639 codes): rumours travel in all of them.

    Rule F16.
    """
    missing = sorted(set(spoken) - set(written))
    if not missing:
        return []
    return [Caution("language-missing", f"Not yet in these languages of the area: {', '.join(missing)}.", "F16")]
