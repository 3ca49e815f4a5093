"""How far a case is, as a forum is told. Pure. Rule C12a.

A bucket says how far, never how well: what ended badly, or because somebody withdrew, looks like what ended well.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache

from services.cases.diversion.rules import State as Diverted
from services.cases.files.rules import Kind
from services.cases.problems.rules import Phase
from services.cases.referrals.rules import State as Referred


class Bucket(StrEnum):
    """All that leaves the service of a case."""

    RECEIVED = "received"
    WORKED_ON = "worked_on"
    DONE = "done"
    NOT_TAKEN_UP = "not_taken_up"


BUCKETS: Mapping[Kind, Mapping[str, Bucket]] = {
    Kind.PROBLEM: {
        Phase.SCANNING: Bucket.RECEIVED,
        Phase.ANALYSIS: Bucket.WORKED_ON,
        Phase.RESPONSE: Bucket.WORKED_ON,
        Phase.ASSESSMENT: Bucket.WORKED_ON,
        Phase.CLOSED: Bucket.DONE,
    },
    Kind.DIVERSION: {
        Diverted.REFERRED: Bucket.RECEIVED,
        Diverted.ASSESSED: Bucket.WORKED_ON,
        Diverted.OFFERED: Bucket.WORKED_ON,
        Diverted.AGREED: Bucket.WORKED_ON,
        Diverted.UNDER_WAY: Bucket.WORKED_ON,
        Diverted.COMPLETED: Bucket.DONE,
        Diverted.BREACHED: Bucket.DONE,
        Diverted.RETURNED: Bucket.NOT_TAKEN_UP,
        Diverted.DECLINED: Bucket.NOT_TAKEN_UP,
    },
    Kind.REFERRAL: {
        Referred.DRAFT: Bucket.RECEIVED,
        Referred.REQUESTED: Bucket.RECEIVED,
        Referred.ACCEPTED: Bucket.WORKED_ON,
        Referred.IN_PROGRESS: Bucket.WORKED_ON,
        Referred.ON_HOLD: Bucket.WORKED_ON,
        Referred.COMPLETED: Bucket.DONE,
        Referred.FAILED: Bucket.DONE,
        Referred.REJECTED: Bucket.NOT_TAKEN_UP,
        Referred.CANCELLED: Bucket.NOT_TAKEN_UP,
        Referred.EXPIRED: Bucket.NOT_TAKEN_UP,
    },
}
"""Of the kinds that can stand for a concern. Complaints, victims' cases and critical incidents tell a forum nothing."""
SINCE_WORKED_ON = {Bucket.RECEIVED: Bucket.WORKED_ON, Bucket.NOT_TAKEN_UP: Bucket.DONE}
"""What is told of a case that was told as worked on or done before."""


def bucket_of(kind: Kind, state: str, before: Bucket | None) -> Bucket:
    """What a forum is told of a case in a state, after what it was told before. Rule C12a.

    What was once worked on is done when it ends, however it ends: that consent was withdrawn is nobody's business. A
    case that goes back to its first state is worked on.
    """
    bucket = BUCKETS[kind][state]
    return SINCE_WORKED_ON.get(bucket, bucket) if before in SINCE_WORKED_ON.values() else bucket


@cache
def changes() -> Sequence[tuple[Kind, str, Bucket | None, Bucket]]:
    """Every kind and state with each bucket told before that is not the one to tell, and the one to tell."""
    return [
        (kind, state, before, bucket)
        for kind, states in BUCKETS.items()
        for state in states
        for before in (None, *Bucket)
        if (bucket := bucket_of(kind, state, before)) is not before
    ]
