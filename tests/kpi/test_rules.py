"""What counts, over whom, in which period: pure rules. Rules F13, K2, K3."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.areas import covers, parent_of
from services.kpi.areas.rules import Base, population_bases
from services.kpi.facts.rules import AT_ONCE, Cell, DecisionState, Measure, decision_cells, month_of, rolled_up
from services.kpi.indicators.rules import Flag, Per, figure, months_between, whole_periods
from services.kpi.indicators.shipped import INDICATORS

pytestmark = pytest.mark.pure

RATE, MEETINGS, ON_TIME = INDICATORS.values()
PARTS = st.sampled_from("ABC")
CODES = st.lists(PARTS, min_size=1, max_size=3).map(".".join)
MONTHS = st.dates(date(2019, 1, 1), date(2023, 12, 31)).map(month_of)


class TestRollup:
    @given(st.lists(st.tuples(CODES, MONTHS), max_size=40))
    def test_an_area_counts_its_own_and_what_its_parts_count(self, happened):
        """Rule K2."""
        rolled = rolled_up((Cell(Measure.INCIDENTS, area, month), 1) for area, month in happened)
        cells = {Cell(*key): count for key, count in rolled.items()}
        for cell, count in cells.items():
            children = sum(
                n for other, n in cells.items() if parent_of(other.area) == cell.area and other[2:] == cell[2:]
            )
            own = sum(1 for area, month in happened if (area, month) == (cell.area, cell.month))
            assert count == own + children
        assert sum(n for cell, n in cells.items() if "." not in cell.area) == len(happened)

    def test_a_change_taken_back_leaves_a_zero_and_no_gap(self):
        cell = Cell(Measure.MEETINGS_HELD, "XK", date(2022, 1, 1))
        assert rolled_up([(cell, 1), (cell, -1)]) == {cell: 0}

    def test_a_month_is_a_month_in_utc(self):
        held_at = datetime.fromisoformat("2022-05-01T00:30:00+02:00")
        assert month_of(held_at) == date(2022, 4, 1)
        assert month_of(datetime(2022, 4, 30, tzinfo=UTC)) == month_of(date(2022, 4, 2)) == date(2022, 4, 1)


class TestDecisions:
    """Rule F13."""

    DUE = date(2022, 4, 30)
    MONTH = date(2022, 4, 1)

    def cells(self, outcome=None, on_time=None, due_on=DUE):
        return [
            (cell.measure, cell.month, cell.counts_from)
            for cell in decision_cells(DecisionState("XK", due_on, outcome, on_time))
        ]

    @pytest.mark.parametrize("outcome", [None, "declined"])
    def test_one_not_delivered_is_due_from_the_day_after_its_date(self, outcome):
        assert self.cells(outcome) == [(Measure.DECISIONS_DUE, self.MONTH, self.DUE + timedelta(days=1))]

    def test_one_delivered_counts_at_once_in_the_month_it_was_due(self):
        due = (Measure.DECISIONS_DUE, self.MONTH, AT_ONCE)
        assert self.cells("delivered", on_time=False) == [due]
        assert self.cells("delivered", on_time=True) == [due, (Measure.DECISIONS_ON_TIME, self.MONTH, AT_ONCE)]

    def test_a_withdrawn_one_and_one_without_a_date_count_nowhere(self):
        assert self.cells("withdrawn") == self.cells(due_on=None) == self.cells("delivered", due_on=None) == []


class TestPopulationBase:
    """Rule K3."""

    def test_an_own_population_wins_over_the_sum_of_the_parts(self):
        assert population_bases(["A"], {"A": 100, "A.B": 30}) == {"A": Base(100)}

    def test_without_one_the_parts_that_have_one_are_summed_and_the_rest_is_left_out(self):
        known = {"A": None, "A.B": None, "A.B.X": 10, "A.B.Y": None, "A.C": 5, "A.D": None, "A.D.X": None}
        assert population_bases(["A", "A.B", "A.D", "A.C"], known) == {
            "A": Base(15, ("A.B.Y", "A.D")),
            "A.B": Base(10, ("A.B.Y",)),
            "A.D": Base(None),
            "A.C": Base(5),
        }

    @given(st.dictionaries(CODES, st.none() | st.integers(0, 10**6), max_size=30))
    def test_nobody_is_counted_twice_and_nobody_is_both_in_and_out(self, populations):
        for code, base in population_bases(list(populations), populations).items():
            leaves = sum(n for other, n in populations.items() if n is not None and covers(code, other))
            assert base.population is None or base.population <= leaves or populations[code] == base.population
            assert all(populations[out] is None and covers(code, out) and out != code for out in base.left_out)
            assert not any(covers(a, b) for a in base.left_out for b in base.left_out if a != b)


class TestFigures:
    def test_a_rate_is_over_ten_thousand_residents_to_four_decimals(self):
        assert figure(RATE, 192, 8028).value == 239.1629

    def test_zero_is_a_zero_and_no_gap(self):
        assert (figure(RATE, 0, 8028).value, figure(MEETINGS, 0, None).value) == (0.0, 0.0)

    @pytest.mark.parametrize("population", [None, 0])
    def test_without_residents_there_is_no_rate_and_a_flag(self, population):
        found = figure(RATE, 7, population)
        assert (found.numerator, found.value, found.flags) == (7, None, (Flag.NO_POPULATION,))

    def test_a_small_base_is_flagged_never_hidden(self):
        assert figure(RATE, 1, 999).flags == (Flag.SMALL_BASE,)
        assert figure(RATE, 1, 1000).flags == ()
        assert figure(RATE, 1, 999).value == 10.01
        assert figure(ON_TIME, 1, 4).flags == (Flag.SMALL_BASE,)

    def test_a_partial_base_is_flagged(self):
        assert figure(RATE, 1, 999, partial=True).flags == (Flag.PARTIAL_POPULATION, Flag.SMALL_BASE)

    def test_a_share_of_nothing_is_no_share(self):
        assert (figure(ON_TIME, 0, 0).value, figure(ON_TIME, 0, 0).flags) == (None, (Flag.NOTHING_DUE,))
        assert figure(ON_TIME, 2, 8).value == 25.0


class TestPeriods:
    """Rule K2."""

    @given(MONTHS, MONTHS, st.sampled_from(Per))
    def test_periods_are_whole_and_follow_one_another(self, one, other, per):
        first, last = sorted((one, other))
        periods = whole_periods(first, last, per)
        months = [month for period in periods for month in period.months]
        assert months == months_between(months[0], months[-1])
        assert months[0] <= first <= last <= months[-1]
        assert {len(period.months) for period in periods} == {{Per.MONTH: 1, Per.QUARTER: 3, Per.YEAR: 12}[per]}

    def test_labels(self):
        first, last = date(2022, 2, 1), date(2022, 4, 1)
        assert [period.label for period in whole_periods(first, last, Per.MONTH)] == ["2022-02", "2022-03", "2022-04"]
        assert [period.label for period in whole_periods(first, last, Per.QUARTER)] == ["2022-Q1", "2022-Q2"]
        assert [period.label for period in whole_periods(first, last, Per.YEAR)] == ["2022"]


def test_every_indicator_counts_what_there_is_and_says_how_to_read_it():
    """Rules K1, K9."""
    for indicator in INDICATORS.values():
        assert indicator.numerator in set(Measure)
        assert indicator.denominator in {None, "population", *Measure}
        assert indicator.note
