"""Disclosure control against somebody who solves for what was withheld. Rule K8."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from beatbook.kit.disclosure import (
    MISSING,
    SUPPRESSED,
    TOTAL,
    UNDER_FOR_ALL,
    UNDER_FOR_TRUSTED,
    Cell,
    Key,
    ObsStatus,
    one_way,
    two_way,
)

pytestmark = pytest.mark.pure

thresholds = st.sampled_from([UNDER_FOR_TRUSTED, UNDER_FOR_ALL])
counts = st.one_of(st.integers(0, 12), st.integers(0, 60))


def bounds(shown: dict[Key, Cell], cell: Key) -> tuple[float, float]:
    """What an attacker works out: the least and the most a cell can be, by every sum of the table."""
    keys = list(shown)
    rows, columns = {key[0] for key in keys} - {TOTAL}, {key[1] for key in keys} - {TOTAL}
    sums = [[((row, column), 1) for column in columns if (row, column) in shown] + [((row, TOTAL), -1)]
            for row in (*rows, TOTAL)]  # fmt: skip
    sums += [[((row, column), 1) for row in rows if (row, column) in shown] + [((TOTAL, column), -1)]
             for column in (*columns, TOTAL)]  # fmt: skip
    matrix = np.zeros((len(sums), len(keys)))
    for number, terms in enumerate(sums):
        for key, sign in terms:
            matrix[number, keys.index(key)] = sign
    limits = [(0, None) if shown[key] is SUPPRESSED else (shown[key].value,) * 2 for key in keys]
    wanted = np.array([float(key == cell) for key in keys])
    found = []
    for sign in (1, -1):
        solved = linprog(sign * wanted, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=limits)
        found.append(float("inf") if solved.status == 3 else sign * solved.fun)
    return found[0], found[1]


def as_table(shown: dict[str, Cell]) -> dict[Key, Cell]:
    """A one-way table as a two-way one with a single row, whose total is the same."""
    return {(row, key): cell for key, cell in shown.items() for row in ("all", TOTAL)}


@given(st.lists(counts, min_size=1, max_size=6), thresholds)
def test_no_small_count_is_shown_nor_pinned_down(values: list[int], under: int) -> None:
    """Rule K8: each small count could still be any of `under` numbers, or nothing at all was given of its sum."""
    shown = one_way({str(number): value for number, value in enumerate(values)}, under=under)
    total = sum(values)
    for key, cell in shown.items():
        true = total if key == TOTAL else values[int(key)]
        assert cell in (SUPPRESSED, Cell(true))
        if 0 < true < under:
            assert cell is SUPPRESSED
            least, most = bounds(as_table(shown), ("all", key))
            assert most - least >= under - 1 - 1e-6


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.data(), thresholds)
def test_no_small_count_of_a_two_way_table_is_pinned_down(
    rows: int, columns: int, data: st.DataObject, under: int
) -> None:  # fmt: skip
    """Rule K8: neither by rows nor by columns nor by both together."""
    values = {(f"r{r}", f"c{c}"): data.draw(counts) for r, c in product(range(rows), range(columns))}
    shown = two_way(values, under=under)
    everything = all(cell is SUPPRESSED or cell.value == 0 for cell in shown.values())
    for key, cell in shown.items():
        true = sum(value for (row, column), value in values.items()
                   if key[0] in (row, TOTAL) and key[1] in (column, TOTAL))  # fmt: skip
        assert cell in (SUPPRESSED, Cell(true))
        if cell is SUPPRESSED:
            least, most = bounds(shown, key)
            assert most - least > 0.5
            if 0 < true < under:
                assert most - least >= under - 1 - 1e-6 or everything
        else:
            assert not 0 < true < under


@pytest.mark.parametrize("cells", [2, 3])
def test_not_even_who_knows_the_rule_works_a_count_out(cells: int) -> None:
    """Rule K8: every table that would have been shown the same is tried; no small count is the same in all of them."""
    alike: dict[tuple[tuple[str, Cell], ...], list[tuple[int, ...]]] = {}
    for values in product(range(14), repeat=cells):
        shown = one_way({str(number): value for number, value in enumerate(values)}, under=UNDER_FOR_TRUSTED)
        alike.setdefault(tuple(shown.items()), []).append(values)
    for shown_items, tables in alike.items():
        for key, cell in shown_items:
            if cell is SUPPRESSED and key != TOTAL and max(max(table) for table in tables) < 13:
                assert len({table[int(key)] for table in tables}) > 1, (shown_items, tables)


@given(st.lists(counts, min_size=1, max_size=6), st.lists(counts, min_size=6, max_size=6), thresholds)
def test_a_revision_withholds_what_was_withheld(values: list[int], revised: list[int], under: int) -> None:
    """Rule K8: the same pattern on each revision, however the counts move."""
    first = one_way({str(number): value for number, value in enumerate(values)}, under=under)
    assert first == one_way({str(number): value for number, value in enumerate(values)}, under=under)
    hidden = {key for key, cell in first.items() if cell is SUPPRESSED}
    again = one_way(
        {str(number): value for number, value in enumerate(revised[: len(values)])}, under=under, kept=hidden
    )
    assert {key for key, cell in again.items() if cell is SUPPRESSED} >= hidden


def test_suppressed_zero_and_missing_are_three_things() -> None:
    """Rule K8, in the codes of SDMX CL_OBS_STATUS."""
    shown = one_way({"a": 0, "b": None, "c": 40, "d": 3, "e": 20}, under=10)
    assert shown == {
        "a": Cell(0), "b": MISSING, "c": SUPPRESSED, "d": SUPPRESSED, "e": Cell(20), TOTAL: Cell(63),
    }  # fmt: skip
    assert [shown[key].status for key in "abd"] == [ObsStatus.NORMAL, ObsStatus.MISSING, ObsStatus.SUPPRESSED]
    assert [status.value for status in ObsStatus] == ["A", "O", "Q"]


def test_a_total_that_others_publish_is_never_the_cover() -> None:
    """Rule K8: withholding it here would hide nothing."""
    assert one_way({"a": 3, "b": 40}, under=10, total_known=True) == {
        "a": SUPPRESSED, "b": SUPPRESSED, TOTAL: Cell(43),
    }  # fmt: skip
    assert one_way({"a": 30, "b": 40}, under=10)[TOTAL] == Cell(70)
    assert one_way({"a": 3}, under=10) == {"a": SUPPRESSED, TOTAL: SUPPRESSED}
    assert set(one_way({"a": 3, "b": 0}, under=10).values()) == {SUPPRESSED}
    assert one_way({}, under=10) == {TOTAL: Cell(0)}
