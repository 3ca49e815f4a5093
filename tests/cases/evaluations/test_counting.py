"""Counts that the service takes from its own incidents, and the verdict beside the human's. Rule C7."""

from typing import Any

import pytest

from tests.cases.problems.test_problems import ASSESSMENT, PLAN, opened

MONTHS = {"before": ["2025-10", "2025-11"], "after": ["2026-01"]}
COUNTING = {
    "treated": ["XK.PRI.DARDANIA"],
    "comparison": ["XK.PEC"],
    "ring": ["XK.PRI.ULPIANA"],
    "category": "02",
    "before": {"first_day": "2025-10-01", "last_day": "2025-11-30"},
    "after": {"first_day": "2026-01-01", "last_day": "2026-01-31"},
}


@pytest.fixture
async def case(call: Any) -> str:
    """A case with a plan, and incidents: in its area 6 fell to 1, beside it 2 rose to 3, elsewhere 4 stay 4."""
    numbers = {"XK.PRI.DARDANIA": (3, 1), "XK.PRI.ULPIANA": (1, 3), "XK.PEC": (2, 4)}
    rows = [
        {"external_id": f"{area}{month}{number}", "area": area, "category": category, "month": month}
        for area, counts in numbers.items()
        for months, count in zip(MONTHS.values(), counts, strict=True)
        for month in months
        for category, times in (("0201", count), ("0501", 7))
        for number in (f"{category}{each}" for each in range(times))
    ]
    batch = {"import_id": "0" * 64, "batch": 0, "root": "XK", "source": "test", "rows": rows}
    sent = await call("POST", "/v1/incidents/batches", batch)
    assert (sent.status_code, sent.json()["added"]) == (200, len(rows)), sent.text
    problem = await opened(call)
    path = f"/v1/problems/{problem['id']}"
    assert (await call("PUT", f"{path}/plan", PLAN, version=1)).status_code == 200
    return path


async def test_incidents_are_counted_by_area_category_and_span(call: Any, case: str) -> None:
    """61 days before and 31 after weigh as such."""
    answer = await call("POST", f"{case}/measures", {"objective": 0, "counting": COUNTING})
    assert answer.status_code == 200, answer.text
    counts = answer.json()["counts"]
    assert counts == {
        "treated": {"before": 6, "after": 1}, "comparison": {"before": 4, "after": 4},
        "ring": {"before": 2, "after": 3}, "ring_comparison": None,
        "before_exposure": 1.0, "after_exposure": pytest.approx(31 / 61),
    }  # fmt: skip
    assert answer.json()["proposed"] == "too_early"
    assert (await call("GET", case)).json()["assessment"] is None


async def test_what_cannot_be_compared_is_refused_whole(call: Any, case: str) -> None:
    flawed = COUNTING | {
        "comparison": ["XK.PRI", "AL"],
        "before": {"first_day": "2025-12-01", "last_day": "2025-11-30"},
        "after": {"first_day": "2025-11-30", "last_day": "2026-03-15"},
    }
    answer = await call("POST", f"{case}/measures", {"objective": 0, "counting": flawed})
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (422, "counting-flawed", "C7")
    assert [text.partition(":")[0] for text in answer.json()["unmet"]] == [
        "before.last_day", "after.first_day", "after.last_day", "comparison.0", "ring.0", "comparison.1",
    ]  # fmt: skip
    both = await call("POST", f"{case}/measures", {"objective": 5})
    assert [text.partition(":")[0] for text in both.json()["unmet"]] == ["objective", "counts"]


async def test_no_verdict_is_made_of_an_area_that_nobody_knows_or_of_years_without_records(
    call: Any, case: str
) -> None:  # fmt: skip
    flawed = COUNTING | {"comparison": ["XK.PEK"], "before": {"first_day": "0001-01-01", "last_day": "2025-11-30"}}
    answer = await call("POST", f"{case}/measures", {"objective": 0, "counting": flawed})
    assert answer.status_code == 422
    assert [text.partition(":")[0] for text in answer.json()["unmet"]] == ["before.first_day", "comparison.0"]


async def test_counts_by_hand_that_cannot_be_compared(call: Any, case: str) -> None:
    pair = {"before": 10, "after": 5}
    counts = {"treated": pair, "comparison": pair, "ring_comparison": pair, "before_exposure": 1e-300}
    answer = await call("POST", f"{case}/measures", {"objective": 0, "counts": counts})
    assert answer.status_code == 422
    assert [text.partition(":")[0] for text in answer.json()["unmet"]] == ["counts.before_exposure", "counts.ring"]


async def test_the_figures_verdict_stands_beside_the_humans(call: Any, case: str) -> None:
    counted = ASSESSMENT | {"measures": [{"objective": 0, "counting": COUNTING}]}
    refused = await call("PUT", f"{case}/assessment", counted, version=2)
    assert (refused.status_code, refused.json()["code"]) == (422, "verdict-unreasoned")
    written = await call("PUT", f"{case}/assessment", counted | {"reason": "the bar has closed"}, version=2)
    assessment = written.json()["assessment"]
    assert (assessment["verdict"], assessment["proposed"]) == ("reduced", "too_early")
    assert assessment["measures"][0]["counted"]["category"] == "02"
    assert assessment["measures"][0]["result"]["ring_finding"] == "none_shown"
