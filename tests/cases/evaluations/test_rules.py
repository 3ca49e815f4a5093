"""Before and after against a comparison area, beside published and computed answers. Rule C7."""

import json
from datetime import date
from itertools import product
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from services.cases.evaluations.rules import (
    Counts,
    Displacement,
    Pair,
    Verdict,
    evaluate,
    propose,
    propose_together,
    rate_ratio,
    relative_rate_ratio,
)

pytestmark = pytest.mark.pure

PUBLISHED = Path(__file__).parents[4] / "shared/data/eval_wdd/wdd_cases.json"
CASES = json.loads(PUBLISHED.read_text()) if PUBLISHED.exists() else []
DUE, LATER = date(2026, 6, 1), date(2026, 7, 1)


def pair(before: int, after: int) -> Pair:
    return Pair(before=before, after=after)


def counts(treated: tuple[int, int], comparison: tuple[int, int], **more: Any) -> Counts:
    return Counts(treated=pair(*treated), comparison=pair(*comparison), **more)


@pytest.mark.skipif(not CASES, reason="needs the published cases beside the project (data/eval_wdd)")
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_agrees_with_the_published_cases(case: dict[str, Any]) -> None:
    """Wheeler & Ratcliffe 2018, and the reference implementation's own cases."""
    given_ = counts(case["treated"], case["control"])
    if "disp_treated" in case:
        rings = {"ring": pair(*case["disp_treated"]), "ring_comparison": pair(*case["disp_control"])}
        given_ = given_.model_copy(update=rings)
    if "time_weights" in case:
        before, after = case["time_weights"]
        given_ = given_.model_copy(update={"before_exposure": before, "after_exposure": after})
    result, expected = evaluate(given_, 1 - case["alpha"]), case["recomputed"]
    found = {
        "Est_Local": result.local.estimate,
        "Est_Displace": result.displacement.estimate if result.displacement else 0.0,
        "Est_Total": result.total.estimate,
        "SE_Total": result.total_se,
        "Z": result.z,
        "LowCI": result.total.low,
        "HighCI": result.total.high,
    }
    assert {name: round(value or 0.0, 8) for name, value in found.items()} == {name: expected[name] for name in found}


def test_the_worked_example_of_the_paper() -> None:
    """-118, variance 1568, Z -2.98, -196 to -40: kept here too, for who has no data beside the project."""
    result = evaluate(counts((207, 110), (308, 318), ring=pair(178, 157), ring_comparison=pair(150, 140)))
    assert (result.total.estimate, round(result.total_se**2), round(result.z or 0, 2)) == (-118, 1568, -2.98)
    assert (round(result.total.low or 0), round(result.total.high or 0)) == (-196, -40)
    assert result.ring_finding is Displacement.NONE_SHOWN


def test_the_rate_ratio_is_exact() -> None:
    """As R's poisson.test(c(11, 6 + 8 + 7), c(800, 1083 + 1050 + 878)): 1.971488, 0.8584 to 4.2772."""
    found = rate_ratio(pair(21, 11), 1083 + 1050 + 878, 800)
    assert [found.estimate, found.low, found.high] == pytest.approx([1.971488, 0.8584264, 4.2772659], rel=1e-3)
    assert rate_ratio(pair(0, 0), 1, 1).estimate is None
    assert rate_ratio(pair(0, 5), 1, 1).high is None
    assert rate_ratio(pair(5, 0), 1, 1).estimate == 0


@given(st.integers(1, 400), st.integers(0, 400), st.floats(0.1, 10))
def test_the_bounds_are_where_each_tail_is_as_likely_as_it_may_be(before: int, after: int, exposure: float) -> None:
    found = rate_ratio(pair(before, after), 1.0, exposure)
    assert found.high is not None
    share = found.high * exposure / (found.high * exposure + 1)
    assert stats.binom.cdf(after, before + after, share) == pytest.approx(0.025, rel=1e-6)


def test_against_the_comparison_area_both_ways_agree_on_many_events() -> None:
    treated, comparison = pair(500, 400), pair(500, 500)
    exact = relative_rate_ratio(treated, comparison)
    error = sqrt(3 / 500 + 1 / 400)
    assert exact.estimate == pytest.approx(0.8, rel=1e-3)
    assert exact.low == pytest.approx(exp(log(0.8) - 1.959964 * error), rel=1e-2)
    many = relative_rate_ratio(pair(5000, 4000), pair(5000, 5000))
    assert many.estimate == pytest.approx(0.8)
    assert many.high == pytest.approx(exp(log(0.8) + 1.959964 * error / sqrt(10)), rel=1e-6)
    assert relative_rate_ratio(pair(0, 0), comparison).estimate is None
    none_left = relative_rate_ratio(pair(5000, 0), pair(5000, 5000))
    assert none_left.high == pytest.approx(0.0016, rel=0.05)


@given(*[st.integers(0, 60)] * 4)
def test_figures_are_always_said_or_said_to_be_missing(a: int, b: int, c: int, d: int) -> None:
    result = evaluate(counts((a, b), (c, d), ring=pair(b, a)))
    for interval in (result.local, result.total, result.rate_ratio, result.relative_rate_ratio):
        assert interval.model_validate_json(interval.model_dump_json()) == interval
        if interval.low is not None and interval.high is not None and interval.estimate is not None:
            assert interval.low - 1e-6 <= interval.estimate <= interval.high + 1e-6


@pytest.mark.parametrize(
    ("given_", "baseline", "target", "today", "verdict"),
    [
        (counts((207, 60), (308, 318)), 10, 5, DUE, Verdict.SOLVED),
        (counts((207, 110), (308, 318)), 10, 5, DUE, Verdict.REDUCED),
        (counts((20, 10), (20, 20)), 10, 5, DUE, Verdict.UNCHANGED),
        (counts((20, 10), (20, 20)), 10, 5, date(2026, 5, 31), Verdict.TOO_EARLY),
        (counts((110, 207), (318, 308)), 10, 5, DUE, Verdict.WORSE),
        (counts((110, 230), (318, 308)), 10, 20, DUE, Verdict.SOLVED),
        (counts((207, 110), (308, 318), ring=pair(100, 200)), 10, 5, DUE, Verdict.UNCHANGED),
    ],
)
def test_the_proposed_verdict(given_: Counts, baseline: float, target: float, today: date, verdict: Verdict) -> None:
    """What moved into the ring is not gone; a higher target wants a rise."""
    found = propose(evaluate(given_), baseline=baseline, target=target, due_on=DUE, today=today)
    assert found is verdict


def test_the_ring_is_told_apart() -> None:
    assert evaluate(counts((1, 1), (1, 1))).ring_finding is Displacement.NOT_CHECKED
    assert evaluate(counts((1, 1), (1, 1), ring=pair(10, 60))).ring_finding is Displacement.DISPLACED
    assert evaluate(counts((1, 1), (1, 1), ring=pair(60, 10))).ring_finding is Displacement.DIFFUSED


def test_several_objectives_have_one_verdict() -> None:
    assert propose_together([]) is None
    for first, second in product(Verdict, Verdict):
        both = propose_together([first, second])
        assert both is propose_together([second, first])
        assert (both is Verdict.WORSE) == (Verdict.WORSE in (first, second))
        assert (both is Verdict.SOLVED) == (first is second is Verdict.SOLVED)
