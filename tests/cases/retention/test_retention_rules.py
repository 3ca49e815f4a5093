"""How long cases are kept, by kind and outcome. Rule C16."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from services.cases.files.commands import close, reopen
from services.cases.files.queries import Entered
from services.cases.files.rules import Kind, Part
from services.cases.files.tables import CaseFile
from services.cases.retention.ledger import Ledger
from services.cases.retention.queries import load_schedule
from services.cases.retention.rules import Period, Schedule, last_day

pytestmark = pytest.mark.pure
DAY = date(2026, 3, 15)


def test_the_periods_that_come_with_it_say_so_and_cover_every_kind() -> None:
    schedule = load_schedule(None)
    assert schedule.is_default
    assert schedule.period(Kind.DIVERSION, "completed").months < schedule.period(Kind.DIVERSION, "breached").months
    assert all(schedule.period(kind, None).months > 0 for kind in Kind)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_the_last_day_is_in_the_right_month(closed_on: date, months: int) -> None:
    last = last_day(Period(kind=Kind.PROBLEM, months=months, basis="law"), closed_on)
    assert (last.year - closed_on.year) * 12 + last.month - closed_on.month == months
    assert last.day <= closed_on.day


def test_a_schedule_leaves_no_kind_and_no_doubt() -> None:
    whole = [Period(kind=kind, months=1, basis="law") for kind in Kind]
    assert not Schedule(title="ours", rules=whole).is_default
    for flawed in (whole[1:], [*whole, whole[0]]):
        with pytest.raises(ValidationError):
            Schedule(title="ours", rules=flawed)


def test_a_ledger_grows_and_a_broken_line_counts_for_nothing(tmp_path: Path) -> None:
    first, second, third = (new_id() for _ in range(3))
    writer, reader = Ledger(tmp_path / "ledger"), Ledger(tmp_path / "ledger")
    assert first not in reader
    writer.append([(first, "problem", DAY), (second, "problem", DAY)])
    assert first in reader
    assert second in writer
    with (tmp_path / "ledger").open("a") as file:
        file.write(str(third)[:20])  # the process died here
    assert (set(reader), third in reader) == ({first, second}, False)
    writer.append([(third, "victim", DAY)])
    assert set(reader) == set(Ledger(tmp_path / "ledger")) == {first, second, third}
    assert UUID(int=0) not in Ledger(None)


def test_a_case_that_was_taken_up_again_is_not_kept_by_its_first_end() -> None:
    """C16: else the clock could expunge it by a last day of years ago before it works out the new one."""
    now = datetime(2026, 3, 15, tzinfo=UTC)
    file = CaseFile(id=new_id(), kind=Kind.PROBLEM, area="XK", team=[], opened_at=now, opened_by="ana")
    file.keep_until = DAY
    entered = Entered(file, Part.TEAM, KeyRing(["a secret of this test"]).make(file.id)[1], now)
    reopen(entered)
    close(entered, now, "solved")
    assert (file.closed_at, file.outcome, file.keep_until) == (now, "solved", None)
