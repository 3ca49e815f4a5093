"""Who sits in a forum and who comes, as the forum service tells its caller. Rules F5, K8."""

from datetime import date

from gateway.clients.upstream import Record


class ObservedCountRecord(Record):
    """A count of people; suppressed, missing and zero are told apart by the status."""

    value: int | None = None
    status: str


class ComparisonRecord(Record):
    """A category's share against its share among residents."""

    dimension: str
    category: str
    count: ObservedCountRecord
    known: ObservedCountRecord
    unknown: ObservedCountRecord
    expected_share: float | None = None
    share: float | None = None
    gap: float | None = None
    p_value: float | None = None
    fewer: str
    sentence: str


class SampleRecord(Record):
    """Some people, compared."""

    people: ObservedCountRecord
    comparisons: list[ComparisonRecord]


class RepresentationRecord(Record):
    """Who sits and who comes, against who lives there."""

    as_of: date
    detail: str
    withheld_under: int | None = None
    members: SampleRecord
    attendance: SampleRecord | None = None
    sectors_absent: list[str]
    groups_absent: list[str] | None = None
    notes: list[str]
