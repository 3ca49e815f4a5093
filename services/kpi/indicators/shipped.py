"""The indicators that Beatbook ships. Rule K1."""

from beatbook.contracts.actor import Role
from beatbook.contracts.areas import Tier
from beatbook.contracts.cases import IncidentRecorded
from beatbook.contracts.forum import DecisionClosed, DecisionRecorded, MeetingHeld
from services.kpi.facts.rules import Measure
from services.kpi.indicators.rules import POPULATION, READERS_OF_INCIDENTS, Direction, Indicator

_SHIPPED = (
    Indicator(
        code="incidents_per_10000",
        title="Recorded incidents per 10,000 residents",
        unit="per 10,000 residents",
        direction=Direction.LOWER,
        numerator=Measure.INCIDENTS,
        denominator=POPULATION,
        factor=10_000,
        small_base=1_000,
        disaggregations=("category",),
        tiers=tuple(Tier),
        source_events=(IncidentRecorded.wire_type(),),
        note=(
            "Incidents recorded in the period over the residents the register has for the area; not annualised."
            " Recorded incidents can rise because people trust the police more and report more. An area without"
            " a registered population gets no rate. Above it, residents are summed over the areas that have a "
            "population, and incidents of those that have none are left out with them (flag "
            "partial_population); incidents known only for the wider area stay in. Under 1,000 residents a "
            "single incident moves the rate a lot (flag small_base)."
        ),
        readers=READERS_OF_INCIDENTS,
    ),
    Indicator(
        code="meetings_held",
        title="Forum meetings held",
        unit="meetings",
        direction=Direction.HIGHER,
        numerator=Measure.MEETINGS_HELD,
        denominator=None,
        factor=1,
        small_base=0,
        disaggregations=(),
        tiers=tuple(Tier),
        source_events=(MeetingHeld.wire_type(),),
        note=(
            "Public meetings that took place, of all forums of the area and of the areas below it, in the month "
            "(UTC) they were held; closed ones are not counted, since the figure is public. It says that people met, "
            "not what came of it: read it beside the decisions."
        ),
        readers=frozenset({Role.PUBLIC}),
    ),
    Indicator(
        code="decisions_on_time",
        title="Decisions delivered on time",
        unit="% of decisions due",
        direction=Direction.HIGHER,
        numerator=Measure.DECISIONS_ON_TIME,
        denominator=Measure.DECISIONS_DUE,
        factor=100,
        small_base=5,
        disaggregations=(),
        tiers=tuple(Tier),
        source_events=(DecisionRecorded.wire_type(), DecisionClosed.wire_type()),
        note=(
            "Of the decisions that have a due date and have either passed it or been delivered, the share "
            "delivered on or before it, in the month of the due date. Declined decisions count as not delivered"
            " once their date has passed; withdrawn ones, and those without a due date, are not counted. "
            "Without any due there is no share (flag nothing_due); under five, each one moves it by 20 points "
            "or more (flag small_base)."
        ),
        readers=frozenset({Role.PUBLIC}),
    ),
)

INDICATORS: dict[str, Indicator] = {indicator.code: indicator for indicator in _SHIPPED}
