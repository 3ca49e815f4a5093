"""When a delivery is tried again, and when we give up. Rules W2, W3."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from beatbook.contracts.cases import ReferralCancelled, ReferralExpired, ReferralRequested, ReferralWithdrawn
from beatbook.contracts.forum import AreaRegistered, ForumFounded
from services.webhooks.deliveries.rules import (
    GIVE_UP,
    IDENTIFYING,
    JITTER,
    PAUSES,
    PING,
    DeliveryState,
    area_shown,
    message,
    pause_after,
    recipient,
    retry_after,
    told,
    verdict,
)
from services.webhooks.deliveries.signing import signed_headers
from services.webhooks.endpoints.rules import OFFERED, DisabledReason
from services.webhooks.endpoints.sealing import Seal, Unreadable, new_secret

pytestmark = pytest.mark.pure

GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
jitter = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 200), jitter)
def test_a_pause_is_within_its_jitter(attempts, share):
    """Rule W3."""
    plain = PAUSES[min(attempts, len(PAUSES)) - 1]
    assert plain <= pause_after(attempts, share) <= plain * (1 + JITTER)


@given(st.integers(1, len(PAUSES) - 1), jitter, jitter)
def test_pauses_grow(attempts, earlier, later):
    """Rule W3: whatever the jitter, each pause of the schedule is at least as long as the one before."""
    assert pause_after(attempts, earlier) <= pause_after(attempts + 1, later)


def test_the_schedule_reaches_over_days():
    total = sum((pause_after(n, 0) for n in range(1, len(PAUSES) + 3)), timedelta(0))
    assert total > GIVE_UP


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("999999999999999999999", timedelta(days=1)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("Fri, 01 Jan 2100 00:00:00 GMT", timedelta(days=1)),
        ("Sun, 01 Mar 2026 12:05:00 -0000", timedelta(minutes=5)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after(header, wait):
    assert retry_after(header, NOW) == wait


@given(st.text())
def test_retry_after_never_fails(header):
    assert (retry_after(header, NOW) or timedelta(0)) <= timedelta(days=1)


def judge(status, *, kind="minutes.published", attempts=1, trying=timedelta(0), failing=None, wait=None):
    return verdict(
        kind,
        status,
        now=NOW,
        attempts=attempts,
        trying_since=NOW - trying,
        failing_since=None if failing is None else NOW - failing,
        jitter=0,
        wait=wait,
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_delivers(status):
    assert judge(status).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [None, 301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_anything_else_is_tried_again(status):
    """Rule W3: a redirect is no delivery either (Rule W5)."""
    follows = judge(status)
    assert follows.state is DeliveryState.PENDING
    assert follows.next_attempt_at == NOW + PAUSES[0]
    assert follows.disables is None


def test_retry_after_is_obeyed_and_pauses_the_endpoint():
    follows = judge(429, wait=timedelta(hours=1))
    assert follows.next_attempt_at == follows.paused_until == NOW + timedelta(hours=1)


def test_retry_after_never_shortens_a_pause():
    assert judge(503, attempts=5, wait=timedelta(seconds=1)).next_attempt_at == NOW + PAUSES[4]


def test_gone_disables_at_once():
    follows = judge(410)
    assert (follows.state, follows.disables) == (DeliveryState.FAILED, DisabledReason.GONE)


@pytest.mark.parametrize(
    ("failing", "disables"),
    [(None, None), (GIVE_UP - timedelta(seconds=1), None), (GIVE_UP, DisabledReason.FAILED_FOR_DAYS)],
)
def test_five_days_of_failure_disable(failing, disables):
    """Rule W3; what waits is kept for when the endpoint is enabled again."""
    follows = judge(500, failing=failing)
    assert (follows.state, follows.disables) == (DeliveryState.PENDING, disables)


def test_a_delivery_is_given_up_after_five_days():
    """Rule W3: so one message that is never taken doesn't hold up its subject for ever."""
    assert judge(500, trying=GIVE_UP).state is DeliveryState.FAILED
    assert judge(500, trying=GIVE_UP - timedelta(seconds=1)).state is DeliveryState.PENDING


def test_a_ping_is_tried_once():
    follows = judge(500, kind=PING, failing=GIVE_UP)
    assert (follows.state, follows.disables) == (DeliveryState.FAILED, None)


def test_partners_are_told_identifiers_only():
    """ARCHITECTURE 5, privacy: names and boundaries are fetched, not sent."""
    entry = AreaRegistered(
        code="XK.PRI",
        tier="municipal",
        names={"en": "Prishtina"},
        external_codes={"ocha": "XK01"},
        population=200_000,
        boundary={"type": "Polygon", "coordinates": []},
        valid_from=date(2020, 1, 1),
    )
    assert told(entry) == {"code": "XK.PRI", "tier": "municipal", "valid_from": "2020-01-01"}
    forum_id = UUID(int=1)
    forum = ForumFounded(forum_id=forum_id, area="XK.PRI", kind="youth", name="Youth forum")
    assert told(forum) == {"forum_id": str(forum_id), "area": "XK.PRI", "kind": "youth"}


@pytest.mark.parametrize(
    "kind", [kind for name, kind in OFFERED.items() if not name.startswith(("area.", "forum.", "referral."))]
)
def test_the_guide_lists_every_field_that_is_told(kind):
    """Public papers carry ids, codes, numbers and dates alone: partners are told them whole, as the guide says."""
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{kind.short_type()}` |"))
    listed = row.split("|")[3].strip(" `").split()
    assert sorted(listed) == sorted(kind.model_fields)
    assert set(listed) <= IDENTIFYING


@pytest.mark.parametrize("kind", [ReferralRequested, ReferralCancelled, ReferralWithdrawn, ReferralExpired])
def test_of_a_referral_an_id_and_a_date_is_told(kind):
    """Rule C12: neither the area nor what is asked; as the guide says."""
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{kind.short_type()}` |"))
    said = {"referral_id": UUID(int=1), "area": "XK.PRI.DARDANIA", "agency": "a", "referred_for": "shelter"}
    more = {
        "urgency": "stat",
        "reason": "unanswered",
        **dict.fromkeys(("answer_by", "cancelled_at", "withdrawn_at", "expired_at"), NOW),
    }
    event = kind(**said, **{name: value for name, value in more.items() if name in kind.model_fields})
    assert sorted(told(event)) == sorted(row.split("|")[3].strip(" `").split())
    assert not {"area", "referred_for", "urgency", "reason"} & told(event).keys()
    assert (recipient(event), area_shown(event, event.area)) == ("a", "XK.PRI")


def test_the_message_is_standard():
    body = json.loads(message("minutes.published", NOW, {"number": 2}))
    assert body == {"type": "minutes.published", "timestamp": "2026-03-01T12:00:00+00:00", "data": {"number": 2}}


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), st.integers(1, 2))
def test_the_reference_library_verifies_every_signature(data, secrets_in_use):
    """Rule W2: whatever the body, and with each secret in use."""
    secrets = [new_secret() for _ in range(secrets_in_use)]
    body = message("minutes.published", NOW, data)
    headers = signed_headers(secrets, UUID(int=7), datetime.now(UTC), body)
    assert headers["webhook-signature"].count("v1,") == secrets_in_use
    for secret in secrets:
        assert Webhook(secret).verify(body.encode(), headers)["data"] == data


def test_a_sealed_secret_opens_for_its_endpoint_alone():
    """Rule W2."""
    seal, secret = Seal(bytes(32)), new_secret()
    sealed = seal.close(secret, UUID(int=1))
    assert secret.encode() not in sealed
    assert seal.open(sealed, UUID(int=1)) == secret
    for other_seal, endpoint_id in ((seal, UUID(int=2)), (Seal(b"\1" * 32), UUID(int=1))):
        with pytest.raises(Unreadable):
            other_seal.open(sealed, endpoint_id)
    with pytest.raises(Unreadable):
        seal.open(b"", UUID(int=1))
