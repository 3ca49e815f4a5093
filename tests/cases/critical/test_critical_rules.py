"""What declaring, commanding and standing down a critical incident needs. Rule C17."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cases.critical.rules import (
    Command,
    Concept,
    Holder,
    declaring_obstacles,
    handover_obstacles,
    review_obstacle,
    score,
    stand_down_obstacles,
)

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
REASONS = dict.fromkeys(Concept, "because")
HELD = [Holder(Command.GOLD, None, "gil"), Holder(Command.SILVER, None, "sia"),
        Holder(Command.BRONZE, "public_order", "bo")]  # fmt: skip


def fields(found: list[str]) -> list[str]:
    return [line.partition(":")[0] for line in found]


def test_a_declaration_names_every_concept_without_a_reason() -> None:
    assert declaring_obstacles(REASONS, "gil", "sia") == []
    assert fields(declaring_obstacles({Concept.CONFIDENCE: "because", Concept.LIKELIHOOD: None}, None, "sia")) == [
        "concepts.effectiveness", "concepts.significant_impact", "concepts.likelihood", "gold",
    ]  # fmt: skip
    assert fields(declaring_obstacles(REASONS, "gil", "gil")) == ["silver"]


@pytest.mark.parametrize(
    ("role", "function", "subject", "lacking"),
    [
        (Command.GOLD, None, "ana", []),
        (Command.GOLD, None, None, ["subject"]),
        (Command.GOLD, None, "gil", ["subject"]),
        (Command.GOLD, None, "sia", ["subject"]),
        (Command.SILVER, "public_order", "gil", ["function", "subject"]),
        (Command.BRONZE, None, "ana", ["function"]),
        (Command.BRONZE, "firearms", "bo", []),
        (Command.BRONZE, "firearms", None, ["subject"]),
        (Command.BRONZE, "public_order", None, []),
    ],
)
def test_gold_and_silver_are_two_people_and_never_vacant(
    role: Command, function: str | None, subject: str | None, lacking: list[str]
) -> None:
    assert fields(handover_obstacles(role, function, subject, HELD)) == lacking


def test_a_review_is_due_within_a_month() -> None:
    due = {0: False, 1: True, 31: True, 32: False}
    assert {days: review_obstacle(NOW + timedelta(days=days), NOW) is None for days in due} == due


def test_a_risk_weighs_likelihood_by_impact() -> None:
    assert [score(1, 1), score(2, 5), score(5, 5)] == [1, 10, 25]


def test_standing_down_lists_all_that_is_missing() -> None:
    nothing: dict[str, Any] = {"assessed": False, "open_risks": [2], "reasons": None, "debrief": None, "learning": []}
    assert fields(stand_down_obstacles(**nothing)) == ["impacts", "risks.2", "reasons", "debrief", "learning"]
    assert stand_down_obstacles(assessed=True, open_risks=[], reasons="r", debrief="d", learning=["l"]) == []
