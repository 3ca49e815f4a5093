"""What the kpi service publishes: indicator values as they change."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import STAFF, Event


class IndicatorMeasured(Event, service="kpi", aggregate="indicator", verb="measured", audience=STAFF):
    """An indicator's month in an area has a new value, rolled up from the tiers below. Rules K2, K3.

    `numerator` and `denominator` are sums; `value` is in the indicator's unit, None where there is no denominator.
    """

    indicator: str
    area: AreaCode
    month: date
    numerator: float
    denominator: float | None
    value: float | None
    measured_id: UUID
