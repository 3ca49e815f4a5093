"""Rule C3: a planted pattern is found, noise gives proposals at the stated rate, bursts are not taken for patterns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.random import Generator, default_rng
from scipy.stats import betabinom, binomtest, false_discovery_control, fisher_exact

from services.cases.patterns.rules import FALSE_DISCOVERY_RATE, FEWEST
from services.cases.patterns.significance import Counts, Reals, Spread, corrected, dispersion, p_values

pytestmark = pytest.mark.pure

BUCKETS, WINDOW = 56, 4


def test_without_bursts_it_is_fishers_exact_test() -> None:
    table = [[9, 6], [91, 894]]
    p = p_values(*(np.array([n]) for n in (9, 15, 100, 1000)), np.array([1.0]))
    assert p[0] == pytest.approx(fisher_exact(table, alternative="greater").pvalue)


def test_with_bursts_it_is_the_beta_binomial() -> None:
    p = p_values(*(np.array([n, n]) for n in (12, 15, 200, 1000)), np.array([2.5, 1.0]))
    assert p[0] == pytest.approx(betabinom.sf(11, 15, 15 * 0.2 / 1.5, 15 * 0.8 / 1.5), rel=1e-9)
    assert p[0] > p[1]


def test_where_all_lies_in_the_window_there_is_no_past_to_differ_from() -> None:
    assert p_values(*(np.array([n]) for n in (9, 9, 50, 50)), np.array([3.0]))[0] == 1


@given(arrays.arrays(float, st.integers(1, 60), elements=st.floats(1e-12, 1)), st.integers(0, 400))
def test_those_above_the_rate_need_to_be_counted_only(some: Reals, more: int) -> None:
    """The corrected values over all that were looked at, from those alone that are small."""
    everything = np.concatenate((some, np.ones(more)))
    small = everything <= FALSE_DISCOVERY_RATE
    exact = false_discovery_control(everything)[small]
    ours = corrected(everything[small], len(everything))
    assert np.array_equal(ours <= FALSE_DISCOVERY_RATE, exact <= FALSE_DISCOVERY_RATE)
    matter = exact <= FALSE_DISCOVERY_RATE
    assert ours[matter] == pytest.approx(exact[matter])


def simulate(random: Generator, *, places: int = 400, bursts: float = 1.0, lately: float = 1.0) -> Counts:
    """Counts of places (rows) by week: busy and quiet places, a summer that all share.

    `bursts` is the dispersion, `lately` how many times as much there is everywhere in the window.
    """
    rates = random.gamma(0.7, 0.5, (places, 1)) * (1 + 0.5 * np.sin(np.arange(BUCKETS) / 9))
    rates[:, -WINDOW:] *= lately
    if bursts == 1:
        return random.poisson(rates)
    return random.negative_binomial(rates / (bursts - 1), 1 / bursts)


def scanned(counts: Counts) -> tuple[Counts, Reals]:
    """The rows that are looked at, and their corrected values: what the scan does, in memory."""
    total, observed, before = counts.sum(1), counts[:, -WINDOW:].sum(1), counts[:, :-WINDOW]
    looked = np.flatnonzero(total >= FEWEST)
    past = before[looked].sum(1)
    spread = Spread(int((before[looked] ** 2).sum()), int((past**2).sum()), int(past.sum()))
    evenness = float((before.sum(0) ** 2).sum() / before.sum() ** 2)
    n = np.full(len(looked), counts.sum())
    factor = np.full(len(looked), dispersion(spread, evenness))
    p = p_values(observed[looked], total[looked], np.full(len(looked), observed.sum()), n, factor)
    p[observed[looked] < FEWEST] = 1
    q = np.ones(len(looked))
    small = p <= FALSE_DISCOVERY_RATE
    q[small] = corrected(p[small], len(looked))
    return looked, q


@pytest.mark.parametrize("bursts", [1.0, 2.0])
def test_noise_gives_proposals_at_most_at_the_stated_rate(bursts: float) -> None:
    """Where all is chance, anything is proposed in no more scans than the rate, of which the runs can't be in doubt."""
    runs = 300
    alarms = sum(bool((scanned(simulate(default_rng(seed), bursts=bursts))[1] <= FALSE_DISCOVERY_RATE).any())
                 for seed in range(runs))  # fmt: skip
    assert binomtest(alarms, runs, FALSE_DISCOVERY_RATE, alternative="greater").pvalue > 0.01, alarms


def test_bursts_would_be_taken_for_patterns_by_a_test_that_knows_chance_only() -> None:
    """Why the dispersion is there: without it nearly every scan of bursty noise proposes something."""
    alarms = 0
    for seed in range(40):
        counts = simulate(default_rng(seed), bursts=2.0)
        looked = counts[counts.sum(1) >= FEWEST]
        observed = looked[:, -WINDOW:].sum(1)
        margins = (np.full(len(looked), n) for n in (counts[:, -WINDOW:].sum(), counts.sum()))
        p = p_values(observed, looked.sum(1), *margins, np.ones(len(looked)))
        p[observed < FEWEST] = 1
        alarms += bool((false_discovery_control(p) <= FALSE_DISCOVERY_RATE).any())
    assert alarms > 20


@pytest.mark.parametrize(("planted", "found"), [(0, 0.0), (8, 0.1), (16, 0.9), (30, 1.0)])
def test_a_planted_pattern_is_found(planted: int, found: float) -> None:
    """Incidents added in the window, at a place that has about one in two weeks: how often they are proposed."""
    runs, hits = 60, 0
    for seed in range(runs):
        random = default_rng(seed)
        counts = simulate(random)
        counts[7] = random.poisson(0.5, BUCKETS)
        counts[7, -WINDOW:] += random.multinomial(planted, [1 / WINDOW] * WINDOW)
        looked, q = scanned(counts)
        hits += bool((q[looked == 7] <= FALSE_DISCOVERY_RATE).any())
    assert hits >= found * runs
    if not planted:
        assert hits <= 2


def test_what_the_whole_municipality_has_is_no_pattern() -> None:
    """Rule C3: against the area's own past, so a month in which everybody reports three times as much is none."""
    counts = simulate(default_rng(1), lately=3.0)
    assert not (scanned(counts)[1] <= FALSE_DISCOVERY_RATE).any()


@given(st.integers(0, 2**32))
def test_dispersion_of_chance_is_about_one(seed: int) -> None:
    counts = simulate(default_rng(seed), places=2000)
    past = counts.sum(1)
    spread = Spread(int((counts**2).sum()), int((past**2).sum()), int(past.sum()))
    assert dispersion(spread, float((counts.sum(0) ** 2).sum() / counts.sum() ** 2)) < 1.1
