"""Recomputing chains: whole ones pass in whatever pieces, and a change is named where it is. Rule C15."""

from itertools import groupby, islice
from operator import itemgetter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.audit.rules import Checker, Finding, Flaw, chained, start_of

pytestmark = pytest.mark.pure
CHAINS = [UUID(int=number) for number in range(1, 6)]
lengths = st.lists(st.integers(1, 8), min_size=1, max_size=5)


def log(lengths: list[int]) -> list[list[Any]]:
    """Chains of these lengths as `Checker` reads them."""
    rows = []
    for chain, length in zip(CHAINS, lengths, strict=False):
        before, own = start_of(chain), []
        for number in range(1, length + 1):
            entry = f'{{"action":"{number}"}}'
            before = chained(before, number, entry)
            own.append([chain, number, entry, before, length, None])
        rows += [[*row[:5], before] for row in own]
    return rows


def check(rows: list[list[Any]], size: int = 1000) -> list[Finding]:
    checker, found = Checker(), []
    for chain, own in groupby(rows, key=itemgetter(0)):
        while run := list(islice(own, size)):
            found += checker.read(chain, [(row[1], row[2], row[3]) for row in run], (run[0][4], run[0][5]))
    return found + checker.end()


@given(lengths, st.integers(1, 7))
def test_whole_chains_pass_in_whatever_pieces(lengths: list[int], size: int) -> None:
    assert check(log(lengths), size) == []


@given(lengths, st.integers(1, 7), st.data())
def test_what_is_done_to_an_entry_is_named_there(lengths: list[int], size: int, data: st.DataObject) -> None:
    rows = log(lengths)
    at = data.draw(st.integers(0, len(rows) - 1))
    chain, number, _, _, length, _ = rows[at]
    changed = [row[:] for row in rows]
    changed[at][2] += " "
    assert check(changed, size) == [Finding(chain, number, Flaw.UNLINKED)]
    gone = check(rows[:at] + rows[at + 1 :], size)
    if length == 1:
        assert gone == []  # a whole chain: only its head or an anchor tells
    else:
        assert gone == [Finding(chain, number, Flaw.CUT_OFF if number == length else Flaw.MISSING)]


def test_rewritten_consistently_only_the_end_tells() -> None:
    rows = log([3])
    before = rows[0][3]
    for row in rows[1:]:
        row[2] = '{"action":"other"}'
        before = row[3] = chained(before, row[1], row[2])
    assert check(rows) == [Finding(CHAINS[0], 3, Flaw.HEAD)]


def test_a_chain_can_not_be_passed_off_as_another() -> None:
    rows = log([2, 2])
    for row in rows:
        row[0] = CHAINS[1] if row[0] == CHAINS[0] else CHAINS[0]
    assert {finding.chain for finding in check(rows[2:] + rows[:2])} == set(CHAINS[:2])


def test_a_number_far_away_does_not_exhaust_it() -> None:
    rows = log([1])
    rows[0][1] = rows[0][4] = 10**15
    assert len(check(rows)) < 2000


@given(lengths, st.integers(1, 7), st.integers(-600, 0))
def test_what_is_put_in_before_the_first_entry_is_named(lengths: list[int], size: int, number: int) -> None:
    """Made to fit: what follows goes on from it as from the chain's start."""
    rows = log(lengths)
    planted = [CHAINS[0], number, '{"action":"planted"}', start_of(CHAINS[0]), *rows[0][4:]]
    assert check([planted, *rows], size) == [Finding(CHAINS[0], number, Flaw.SURPLUS)]
