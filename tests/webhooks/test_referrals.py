"""News of referrals reaches the agency that they were sent to, and stops with them. Rules C12, W1."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.cases import ReferralRequested, ReferralWithdrawn
from beatbook.contracts.envelope import Received
from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from services.webhooks.consumers import on_ended, on_event
from tests.webhooks.conftest import AGENCY, Answer

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TYPES = ["referral.requested", "referral.withdrawn"]


def requested(agency: str = AGENCY, area: str = "XK.PRI.DARDANIA") -> ReferralRequested:
    return ReferralRequested(
        referral_id=new_id(), area=area, agency=agency, referred_for="shelter", urgency="urgent", answer_by=NOW
    )


def withdrawn(after: ReferralRequested) -> ReferralWithdrawn:
    same = after.model_dump(include={"referral_id", "area", "agency", "referred_for"})
    return ReferralWithdrawn(**same, withdrawn_at=NOW)


async def test_the_agency_hears_in_order_and_nobody_else(stack, receiver, register, as_partner, log, eventually):
    """From the log of cases to the receiver; what waits when consent is withdrawn is dropped, and not sent by hand."""
    services = await stack("cases", "webhooks")
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url, event_types=TYPES, areas=["XK.PRI"])
    stranger = await hooks.post(
        "/v1/endpoints", headers=as_partner(agency="others"),
        json={"url": receiver.url + "/others", "event_types": TYPES, "areas": ["XK"]},
    )  # fmt: skip
    assert stranger.status_code == 201
    receiver.always = lambda post: Answer(503) if post.message["type"] == "referral.requested" else Answer()
    first = requested()
    url = services["cases"].settings.database_url
    await log(url, (first, first.referral_id, first.area))

    async def tried():
        return receiver.posts

    await eventually(tried)
    end = withdrawn(first)
    await log(url, (end, end.referral_id, end.area))

    async def told():
        return [post for post in receiver.posts if post.message["type"] == "referral.withdrawn"]

    [post] = await eventually(told)
    assert post.message["data"] == {"referral_id": str(first.referral_id), "withdrawn_at": "2026-03-15T12:00:00Z"}
    path = f"/v1/endpoints/{endpoint['id']}/deliveries"

    async def settled():
        items = (await hooks.get(path, headers=as_partner())).json()["items"]
        return items if all(item["state"] != "pending" for item in items) else None

    newest, oldest = await eventually(settled)
    assert [(item["type"], item["state"], item["area"]) for item in (newest, oldest)] == [
        ("referral.withdrawn", "delivered", "XK.PRI"),
        ("referral.requested", "superseded", "XK.PRI"),
    ]
    assert "DARDANIA" not in str((newest, oldest, [post.body for post in receiver.posts]))
    replayed = await hooks.post(f"{path}/{oldest['id']}/replay", headers=as_partner())
    assert (replayed.status_code, replayed.json()["code"]) == (409, "superseded")
    assert {post.path for post in receiver.posts} == {"/hook"}


@pytest.fixture
async def db(settings_for: Any) -> Any:
    kit = Database(await settings_for("webhooks", role="api"))
    connection = await kit.connect()
    await connection.execute(
        """insert into endpoints (id, agency, url, event_types, areas, state, secret, resumed_at, created_at, version)
           select gen_random_uuid(), agency, 'https://x.example', $1, '{XK}', 'enabled', '', now(), now(), 1
           from unnest($2::text[]) as agency""",
        TYPES, [AGENCY, "others"],
    )  # fmt: skip
    yield connection
    await connection.close()
    await kit.close()


async def test_a_withdrawal_drops_what_waits_of_its_own_referral_alone_however_often_it_comes(
    db: asyncpg.Connection,
) -> None:
    news = [requested(), requested(), requested(agency="others")]

    def arrived(event: Any, position: int) -> Received[Any]:
        return Received(
            id=new_id(), type=event.wire_type(), subject=str(event.referral_id), area=event.area, time=NOW,
            actor="test", data=event, position=position,
        )  # fmt: skip

    await on_event(db, [arrived(event, number) for number, event in enumerate(news, 1)])
    ended = [arrived(withdrawn(news[0]), 4)]
    for _ in range(2):
        await on_ended(db, ended)
    rows = await db.fetch(
        "select subject, agency, type, d.state from deliveries d join endpoints e on e.id = endpoint_id order by seq"
    )
    assert [tuple(row) for row in rows] == [
        (news[0].referral_id, AGENCY, "referral.requested", "superseded"),
        (news[1].referral_id, AGENCY, "referral.requested", "pending"),
        (news[2].referral_id, "others", "referral.requested", "pending"),
        (news[0].referral_id, AGENCY, "referral.withdrawn", "pending"),
    ]
