"""Whether a place has more incidents in a window than its own and its municipality's past give. Pure. Rule C3.

Given how many incidents a place has in all that is looked at (n), how many of them fall into the window is, by chance
alone, hypergeometric: as many as the window's share of the municipality's incidents of the same family and band. So a
summer, a campaign that makes people report, or a missing week, which all of the municipality has, is no pattern, and
neither is a place that was always like that.

Real incidents come in bursts. How much more than by chance a municipality's places vary from one week or month to the
next in the year before the windows is its dispersion; where it is above one, counts are taken as negative binomial
(variance = dispersion times mean), and given n the window's count is beta-binomial. The larger of the two p-values
counts. Decision 0030.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom, false_discovery_control, hypergeom

from services.cases.patterns.rules import FALSE_DISCOVERY_RATE

Counts = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Sums over a municipality's places of one kind: of squared counts by bucket, of squared totals, of totals.

    All of them before the windows, over places that are looked at.
    """

    squares: int = 0
    squared_totals: int = 0
    totals: int = 0


def dispersion(spread: Spread, evenness: float) -> float:
    """How many times the variance that chance gives the places' counts from bucket to bucket have; at least 1.

    `evenness` is the sum of squared shares of the buckets in the municipality's total: by chance a place's total falls
    into them as into a multinomial with those shares, whose counts' squares sum to n + n(n-1) evenness on average.
    """
    by_chance = spread.totals * (1 - evenness)
    if by_chance <= 0:
        return 1.0
    return max(1.0, (spread.squares - spread.squared_totals * evenness) / by_chance)


def p_values(observed: Counts, total: Counts, window: Counts, all_of_it: Counts, dispersions: Reals) -> Reals:
    """The chance of so many or more in the window, for each hypothesis.

    `observed` of a place's `total`, where the municipality has `window` of `all_of_it`; all over the same look-back.
    A value above `FALSE_DISCOVERY_RATE` is only known to be so: nothing depends on it. Rule C3.
    """
    p: Reals = np.asarray(hypergeom.sf(observed - 1, all_of_it, window, total), dtype=float)
    bursty = np.flatnonzero((p <= FALSE_DISCOVERY_RATE) & (dispersions > 1) & (window < all_of_it))
    if len(bursty):
        share = window[bursty] / all_of_it[bursty]
        p[bursty] = np.maximum(p[bursty], _bursty(observed[bursty], total[bursty], share, dispersions[bursty]))
    return p


def _bursty(observed: Counts, total: Counts, share: Reals, dispersions: Reals) -> Reals:
    """Upper tails of beta-binomials, summed from the tail's end: one less its complement would have no small values."""
    a, b = total * share / (dispersions - 1), total * (1 - share) / (dispersions - 1)
    terms = total - observed + 1
    begins = np.concatenate(([0], np.cumsum(terms)[:-1]))
    counts = np.repeat(observed - begins, terms) + np.arange(terms.sum())
    masses = betabinom.pmf(counts, np.repeat(total, terms), np.repeat(a, terms), np.repeat(b, terms))
    return np.asarray(np.add.reduceat(np.asarray(masses, dtype=float), begins), dtype=float)


def corrected(small: Reals, hypotheses: int) -> Reals:
    """The false-discovery-rate-corrected values (Benjamini and Hochberg) of the p-values up to the rate.

    `hypotheses` is how many were looked at. Those above the rate can't lower a corrected value that is within it, so
    they need to be counted only. Rule C3.
    """
    if not len(small):
        return small
    return np.asarray(np.minimum(1.0, false_discovery_control(small) * (hypotheses / len(small))), dtype=float)
