"""Corrections of rumours: their life and what one needs. Rule F16."""

import pytest

from services.forum.corrections.rules import (
    CorrectionState,
    Subject,
    language_cautions,
    publishing_obstacles,
    step_obstacle,
    subject_obstacle,
)

pytestmark = pytest.mark.pure

DRAFT, PUBLISHED, WITHDRAWN = CorrectionState


def test_a_notice_is_drafted_published_revised_and_withdrawn() -> None:
    """F16."""
    allowed = {
        (state, step)
        for state in CorrectionState
        for step in ("changed", "published", "revised", "withdrawn")
        if step_obstacle(state, step) is None
    }
    assert allowed == {
        (DRAFT, "changed"), (DRAFT, "published"), (DRAFT, "withdrawn"),
        (PUBLISHED, "revised"), (PUBLISHED, "withdrawn"),
    }  # fmt: skip


def test_a_published_notice_is_never_changed() -> None:
    """F16: what to do instead is said."""
    assert "revision" in str(step_obstacle(PUBLISHED, "changed"))
    assert step_obstacle(WITHDRAWN, "revised") == "The notice is withdrawn; it can't be revised."


@pytest.mark.parametrize("subject", Subject)
def test_what_is_corrected_is_named_in_one_way(subject: Subject) -> None:
    """F16."""
    fits = [
        (has_id, has_area)
        for has_id in (False, True)
        for has_area in (False, True)
        if subject_obstacle(subject, has_id=has_id, has_area=has_area) is None
    ]
    wanted = {Subject.RUMOUR: (False, False), Subject.AREA: (False, True)}.get(subject, (True, False))
    assert fits == [wanted]


def test_a_notice_needs_a_source_and_points_at_nothing_closed() -> None:
    """F16: everything unmet at once."""
    assert publishing_obstacles(1, subject_public=True) == []
    assert len(publishing_obstacles(0, subject_public=True)) == 1
    assert len(publishing_obstacles(0, subject_public=False)) == 2


def test_a_language_of_the_area_that_is_missing_is_named() -> None:
    """F16."""
    assert language_cautions(["sq", "sr"], {"sq", "sr", "en"}) == []
    (caution,) = language_cautions(["sr", "sq", "tr"], ["sq"])
    assert (caution.code, caution.rule) == ("language-missing", "F16")
    assert caution.text.endswith("area: sr, tr.")
