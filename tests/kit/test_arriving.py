"""Events as they arrive: headers, decoding, and how a batch is put in groups. Rules X1, X2."""

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.msg import Msg
from pydantic import ValidationError

from beatbook.contracts.cases import IncidentRecorded
from beatbook.contracts.envelope import cloudevent_headers
from beatbook.kit.applying import in_groups, reason
from beatbook.kit.arriving import Arrived, decode
from beatbook.kit.headers import FrugalClient, Headers
from beatbook.kit.ids import new_id

pytestmark = pytest.mark.pure
TYPE = IncidentRecorded.wire_type()
DATA = (
    b'{"incident_id": "0190a5c4-7d5f-7c3e-8a2b-1c2d3e4f5a6b", "area": "XK", "month": "2026-03-01", "category": "08"%b}'
)


def arrived(position=1, type=TYPE, subject="a", data=DATA % b""):
    return Arrived(new_id(), type, subject, "XK", None, "tester", data, position, None)


def read(raw):
    return asyncio.run(FrugalClient()._process_headers(raw))


def test_headers_of_an_event_are_read_when_asked_for():
    sent = cloudevent_headers(
        id=str(new_id()), type=TYPE, source="/beatbook/cases", subject="s", area="XK", time="2026-03-01T12:00:00+00:00",
        actor="Ana: the first", position=7, traceparent=None,
    )  # fmt: skip
    raw = "NATS/1.0\r\n" + "".join(f"{name}: {value}\r\n" for name, value in sent.items()) + "\r\n"
    headers = read(raw.encode())
    assert isinstance(headers, Headers)  # else the library no longer asks: events arrive at half the speed
    assert dict(headers) == sent
    assert Arrived.from_message(Msg(None, headers=headers, data=b"{}")).actor == "Ana: the first"


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"NATS/1.0\r\nA:1\r\nb: \xc3\xa9 \r\n\r\n", {"A": "1", "b": "é"}),
        (b"NATS/1.0\r\nA: \xff\r\n\r\n", {"A": "�"}),
        (b"NATS/1.0 408 Request Timeout\r\nNats-Pending-Messages: 3\r\n\r\n", {"Nats-Pending-Messages": "3"}),
        (b"NATS/1.0 503\r\n\r\n", {"Status": "503"}),
    ],
)
def test_other_headers_are_read_as_the_library_reads_them(raw, found):
    assert found.items() <= dict(read(raw)).items()


def test_an_unknown_field_is_left_out():
    more = b', "added_later": {"x": 1}'
    for events in ([arrived(data=DATA % more)], [arrived(data=DATA % more), arrived()]):
        assert [event.data.area for event in decode(IncidentRecorded, events)] == ["XK"] * len(events)


def test_data_of_a_log_is_decoded_as_that_of_a_message():
    of_log = arrived(data={"incident_id": str(new_id()), "area": "XK", "month": "2026-03-01", "category": "08"})
    assert [event.data.category for event in decode(IncidentRecorded, [of_log, arrived()])] == ["08", "08"]


@pytest.mark.parametrize("broken", [b"", b"{", b"{},{}", b'{"area": "a name that must not leak"}'])
def test_data_that_breaks_its_contract_is_refused_alone_and_among_others(broken):
    with pytest.raises(ValueError, match=r"JSON|validation"):
        decode(IncidentRecorded, [arrived(), arrived(data=broken), arrived()])
    with pytest.raises(ValidationError) as alone:
        decode(IncidentRecorded, [arrived(data=broken)])
    assert reason(alone.value).startswith("breaks its contract at ")
    assert "leak" not in reason(alone.value)


@given(st.lists(st.tuples(st.sampled_from("TUV"), st.sampled_from("abcd")), max_size=40))
def test_groups_keep_every_event_and_each_aggregates_order(batch):
    """Rule X1."""
    events = [arrived(n, kind, subject) for n, (kind, subject) in enumerate(batch)]
    groups = in_groups(events)
    assert all(len({event.type for event in group}) == 1 for group in groups)
    assert sorted(event.position for group in groups for event in group) == list(range(len(events)))
    by_subject = defaultdict(list)
    for event in (event for group in groups for event in group):
        by_subject[event.subject].append(event.position)
    assert all(positions == sorted(positions) for positions in by_subject.values())


def test_events_of_many_aggregates_make_one_group_a_type():
    kinds = "TUTUTUTTUU"
    assert len(in_groups([arrived(n, kind, str(n)) for n, kind in enumerate(kinds)])) == 2
