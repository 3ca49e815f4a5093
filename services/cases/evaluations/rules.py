"""Before and after, against a comparison area and with the ring around: estimates, intervals, a proposed verdict. Pure.

Rule C7. Sources: Wheeler & Ratcliffe, "A simple weighted displacement difference test to evaluate place based crime
interventions", Crime Science 7:11 (2018); for the ratio of two Poisson rates Przyborowski & Wilenski, Biometrika 31
(1940); GP, pilot sites.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from math import exp, inf, isfinite, log, sqrt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from scipy import stats

from beatbook.contracts.areas import AreaCode

LEVEL = 0.95
MOST_EXACT = 2_000
"""Up to as many events the ratio against the comparison area has its exact interval."""

SHORTEST = 0.000_001
"""The least exposure: what is divided by less is no figure any more."""
EARLIEST = 1900
"""The year from which on a span can begin: days without incidents, for want of any records, would count as calm."""

Count = Annotated[int, Field(ge=0, le=100_000_000)]
Weight = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


Areas = Annotated[list[AreaCode], Field(max_length=50)]


class Verdict(StrEnum):
    """What the response changed. Rule C7."""

    SOLVED = "solved"
    REDUCED = "reduced"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    TOO_EARLY = "too_early"


class Displacement(StrEnum):
    """What happened in the ring around the area."""

    DISPLACED = "displaced"
    """It rose there, against the ring of the comparison area."""
    DIFFUSED = "diffused"
    """It fell there too: the benefit spread."""
    NONE_SHOWN = "none_shown"
    NOT_CHECKED = "not_checked"


class _Plain(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Plain):
    """Events counted before and after."""

    before: Count
    after: Count


class Counts(_Plain):
    """Events before and after: in the treated area, in the comparison area, in the ring around each."""

    treated: Pair
    comparison: Pair
    ring: Pair | None = None
    ring_comparison: Pair | None = Field(default=None, description="Needs the ring; without it the ring stands alone")
    before_exposure: Weight = 1.0
    after_exposure: Weight = Field(default=1.0, description="How long each was, in one unit: 12 and 6 months")


class Days(_Plain):
    """A span from its first day to its last."""

    first_day: date
    last_day: date

    @property
    def length(self) -> int:
        """In days."""
        return (self.last_day - self.first_day).days + 1


class Counting(_Plain):
    """What the service is to count of its incidents: where, of which category, in which two spans. Rule C7."""

    treated: Areas = Field(min_length=1)
    comparison: Areas = Field(min_length=1)
    ring: Areas = Field(default_factory=list)
    ring_comparison: Areas = Field(default_factory=list)
    category: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$", description="An ICCS code, or how it begins")
    before: Days
    after: Days


class Interval(_Plain):
    """An estimate with its 95 % interval; None where it has no bound, or nothing can be said."""

    estimate: float | None
    low: float | None
    high: float | None


class Result(_Plain):
    """What counts say. Differences are in events for each unit of exposure, ratios have 1 for no change.

    `local`: difference-in-differences of treated and comparison area. `displacement`: the same of their rings. `total`:
    both, the weighted displacement difference. `rate_ratio`: after to before in the treated area;
    `relative_rate_ratio`: that, to the same in the comparison area.
    """

    local: Interval
    displacement: Interval | None
    total: Interval
    total_se: float
    z: float | None
    rate_ratio: Interval
    relative_rate_ratio: Interval
    ring_finding: Displacement


def weighted_difference(
    gained: Sequence[Pair], lost: Sequence[Pair], before: float, after: float
) -> tuple[float, float]:  # fmt: skip
    """The change of some areas less the change of others, per unit of exposure, and its standard error.

    For Poisson counts: (n1/w1 - n0/w0) summed, with the variance n1/w1² + n0/w0² of each. Rule C7; Wheeler & Ratcliffe.
    """
    estimate = sum(_change(pair, before, after) for pair in gained) - sum(_change(pair, before, after) for pair in lost)
    variance = sum(pair.after / after**2 + pair.before / before**2 for pair in (*gained, *lost))
    return estimate, sqrt(variance)


def _change(pair: Pair, before: float, after: float) -> float:
    return pair.after / after - pair.before / before


def normal_interval(estimate: float, error: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of an estimate that is normal with this standard error."""
    reach = float(stats.norm.ppf(0.5 + level / 2)) * error
    return estimate - reach, estimate + reach


def rate_ratio(pair: Pair, before: float, after: float, level: float = LEVEL) -> Interval:
    """The rate after to the rate before, with the exact interval.

    Given their sum, the later of two Poisson counts is binomial with p = r·w1 / (r·w1 + w0): Clopper-Pearson bounds of
    p, solved for the ratio r. Rule C7; Przyborowski & Wilenski 1940.
    """
    total = pair.before + pair.after
    if total == 0:
        return Interval(estimate=None, low=None, high=None)
    bounds = stats.binomtest(pair.after, total).proportion_ci(level, "exact")
    scale = before / after
    return _interval(*(_odds(p) * scale for p in (pair.after / total, float(bounds.low), float(bounds.high))))


def relative_rate_ratio(treated: Pair, comparison: Pair, level: float = LEVEL) -> Interval:
    """The rate ratio of the treated area to that of the comparison area; exposures cancel out.

    Given all margins, of four Poisson counts one has Fisher's noncentral hypergeometric distribution, whose odds ratio
    this is: conditional estimate and exact interval. With many events, the normal one of its logarithm, half an event
    added to each count if one is nought. Rule C7.
    """
    table = [[treated.after, treated.before], [comparison.after, comparison.before]]
    cells = [count for row in table for count in row]
    if not (sum(table[0]) and sum(table[1]) and table[0][0] + table[1][0] and table[0][1] + table[1][1]):
        return Interval(estimate=None, low=None, high=None)
    if sum(cells) <= MOST_EXACT:
        found = stats.contingency.odds_ratio(table, kind="conditional")
        bounds = found.confidence_interval(level)
        return _interval(float(found.statistic), float(bounds.low), float(bounds.high))
    a, b, c, d = (count + 0.5 if 0 in cells else count for count in cells)
    middle = log(a * d / (b * c))
    low, high = normal_interval(middle, sqrt(1 / a + 1 / b + 1 / c + 1 / d), level)
    return _interval(exp(middle), exp(low), exp(high))


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf


def _interval(estimate: float, low: float, high: float) -> Interval:
    values = [value if isfinite(value) else None for value in (estimate, low, high)]
    return Interval(estimate=values[0], low=values[1], high=values[2])


def evaluate(counts: Counts, level: float = LEVEL) -> Result:
    """All that these counts say. Rule C7."""
    before, after = counts.before_exposure, counts.after_exposure
    rings = [pair for pair in (counts.ring,) if pair], [pair for pair in (counts.ring_comparison,) if pair]
    local = weighted_difference([counts.treated], [counts.comparison], before, after)
    beside = weighted_difference(*rings, before, after)
    total = weighted_difference([counts.treated, *rings[0]], [counts.comparison, *rings[1]], before, after)
    displacement = _with_bounds(*beside, level) if counts.ring else None
    return Result(
        local=_with_bounds(*local, level),
        displacement=displacement,
        total=_with_bounds(*total, level),
        total_se=total[1],
        z=total[0] / total[1] if total[1] else None,
        rate_ratio=rate_ratio(counts.treated, before, after, level),
        relative_rate_ratio=relative_rate_ratio(counts.treated, counts.comparison, level),
        ring_finding=_ring_finding(displacement),
    )


def _with_bounds(estimate: float, error: float, level: float) -> Interval:
    return _interval(estimate, *normal_interval(estimate, error, level))


def _ring_finding(displacement: Interval | None) -> Displacement:
    if displacement is None:
        return Displacement.NOT_CHECKED
    if (side := _side(displacement)) == 0:
        return Displacement.NONE_SHOWN
    return Displacement.DISPLACED if side > 0 else Displacement.DIFFUSED


def _side(interval: Interval) -> int:
    """1 when the whole interval lies above nought, -1 below, 0 when it holds it."""
    if interval.low is not None and interval.low > 0:
        return 1
    return -1 if interval.high is not None and interval.high < 0 else 0


def propose(result: Result, *, baseline: float, target: float, due_on: date, today: date) -> Verdict:
    """The verdict that the figures suggest; people decide, and may differ with a reason.

    By the interval of `total`, in which what moved next door does not count as gone. All of it on the side of the
    target: solved when the treated area's rate ratio is as far from 1 as target to baseline, else reduced. All of it on
    the other side: worse. Else unchanged, or too early while the objective's day has not come. Rule C7.
    """
    wanted = 1 if target > baseline else -1
    side = _side(result.total) * wanted
    if side < 0:
        return Verdict.WORSE
    if side == 0:
        return Verdict.TOO_EARLY if today < due_on else Verdict.UNCHANGED
    ratio = result.rate_ratio.estimate
    reached = baseline > 0 and ratio is not None and (ratio - target / baseline) * wanted >= 0
    return Verdict.SOLVED if reached else Verdict.REDUCED


def propose_together(verdicts: Sequence[Verdict]) -> Verdict | None:
    """One verdict of those for several objectives: worse if any is, solved if all are. Rule C7."""
    if not verdicts:
        return None
    if set(verdicts) == {Verdict.SOLVED}:
        return Verdict.SOLVED
    order = (Verdict.WORSE, Verdict.SOLVED, Verdict.REDUCED, Verdict.TOO_EARLY, Verdict.UNCHANGED)
    first = next(verdict for verdict in order if verdict in verdicts)
    return Verdict.REDUCED if first is Verdict.SOLVED else first


ROLES = ("treated", "comparison", "ring", "ring_comparison")


def counts_flaws(counts: Counts) -> list[str]:
    """What keeps counts given by hand from being compared. Rule C7."""
    flaws = [
        f"counts.{name}: how long it was, in a unit in which that is {SHORTEST} or more"
        for name in ("before_exposure", "after_exposure")
        if getattr(counts, name) < SHORTEST
    ]
    if counts.ring_comparison and not counts.ring:
        flaws.append("counts.ring: count the ring that is compared")
    return flaws


def counting_flaws(counting: Counting, today: date) -> list[str]:
    """What keeps counts from being comparable: spans that overlap or are not over, areas in two places. Rule C7."""
    flaws = [
        f"{name}.last_day: set a day from its first day on"
        for name in ("before", "after")
        if getattr(counting, name).length < 1
    ]
    if counting.after.first_day <= counting.before.last_day:
        flaws.append("after.first_day: set a day after the span before")
    if counting.after.last_day >= today:
        flaws.append("after.last_day: count when the span is over")
    if counting.ring_comparison and not counting.ring:
        flaws.append("ring: name the ring that is compared")
    if counting.before.first_day.year < EARLIEST:
        flaws.append("before.first_day: check the year")
    placed = [(role, number, area) for role in ROLES for number, area in enumerate(getattr(counting, role))]
    for index, (role, number, area) in enumerate(placed):
        if any(_overlap(area, other) for *_, other in placed[:index]):
            flaws.append(f"{role}.{number}: lies in, or holds, an area that was named before")
    return flaws


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
