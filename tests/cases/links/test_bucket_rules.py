"""How far a case is, as a forum is told: every kind, every state. Rule C12a."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.diversion.rules import State as Diverted
from services.cases.files.rules import Kind
from services.cases.links.rules import BUCKETS, Bucket, bucket_of, changes
from services.cases.problems.rules import Phase
from services.cases.referrals.rules import State as Referred

pytestmark = pytest.mark.pure

STATES = {Kind.PROBLEM: Phase, Kind.DIVERSION: Diverted, Kind.REFERRAL: Referred}


def test_every_state_has_a_bucket() -> None:
    assert {kind: set(states) for kind, states in BUCKETS.items()} == {kind: set(all) for kind, all in STATES.items()}


@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.VICTIM, Kind.CRITICAL_INCIDENT])
def test_these_tell_a_forum_nothing(kind: Kind) -> None:
    assert kind not in BUCKETS


@pytest.mark.parametrize("kind", STATES)
def test_the_first_state_is_received(kind: Kind) -> None:
    assert bucket_of(kind, next(iter(STATES[kind])), None) is Bucket.RECEIVED


@given(kind=st.sampled_from(sorted(BUCKETS)), data=st.data())
def test_what_was_worked_on_is_worked_on_or_done(kind: Kind, data: st.DataObject) -> None:
    """Whatever way a case takes: nobody sees that someone withdrew."""
    before, seen = None, set()
    for state in data.draw(st.lists(st.sampled_from(list(STATES[kind])), max_size=12)):
        before = bucket_of(kind, state, before)
        seen.add(before)
        if seen & {Bucket.WORKED_ON, Bucket.DONE}:
            assert before in {Bucket.WORKED_ON, Bucket.DONE}


def test_changes_are_what_differs_and_lead_to_rest() -> None:
    """Told once, there is nothing more to tell."""
    table = {(kind, state, before): bucket for kind, state, before, bucket in changes()}
    for kind, states in STATES.items():
        for state in states:
            for before in (None, *Bucket):
                told = table.get((kind, state, before), before)
                assert told is bucket_of(kind, state, before)
                assert (kind, state, told) not in table
