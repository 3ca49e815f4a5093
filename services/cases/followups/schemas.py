"""Request and answer shapes of follow-ups."""

from datetime import date

from beatbook.contracts.areas import AreaCode
from beatbook.kit.disclosure import ObsStatus
from beatbook.kit.web import StrictModel, View


class Answer(StrictModel):
    """Whether the person offended again. It is counted, and not kept with the case."""

    reoffended: bool


class FollowUpView(View):
    """A question that is to be asked about a case."""

    months: int
    due_on: date
    is_answered: bool


class CountView(View):
    """A count as it may be shown; the status is a code of SDMX CL_OBS_STATUS (A normal, Q suppressed)."""

    area: str
    answer: str
    value: int | None
    status: ObsStatus


class TableView(View):
    """The counts of a programme and an outcome, by municipality and answer, with totals under `total`."""

    programme: str
    outcome: str
    cells: list[CountView]


class ReoffendingView(View):
    """Who offended again within so many months, of those whose diversion ended in a year."""

    area: AreaCode
    year: int
    months: int
    tables: list[TableView]
