"""From a forum's event to a partner's receiver, with everything real between them. Rules W1-W4, X1."""

import hmac
from base64 import b64decode, b64encode
from hashlib import sha256

import asyncpg
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from beatbook.contracts.forum import MeetingPlanned
from tests.webhooks.conftest import Answer


@pytest.fixture
async def services(stack):
    return await stack("forum", "webhooks")


async def test_minutes_published_reach_the_receiver_signed(services, receiver, register, published, log, eventually):
    """Rule W2: fails first, is accepted then; the signature holds by the library and by hand; ids only."""
    receiver.answers.append(Answer(503, b"not yet " * 100))
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url, areas=["XK.PRI"])
    event = published("XK.PRI.DARDANIA")
    elsewhere = published("XK.PRIZREN")
    await log(
        services["forum"].settings.database_url,
        (elsewhere, elsewhere.minutes_id, elsewhere.area),
        (event, event.minutes_id, event.area),
    )

    async def twice():
        return len(receiver.posts) == 2

    await eventually(twice)
    first, second = receiver.posts
    assert first.id == second.id
    assert first.body == second.body
    assert second.headers["webhook-timestamp"] > first.headers["webhook-timestamp"]
    [_, message] = receiver.verified(endpoint["secret"])
    assert message["type"] == "minutes.published"
    assert message["data"] == event.model_dump(mode="json")
    assert set(message) == {"type", "timestamp", "data"}
    signed = f"{second.id}.{second.headers['webhook-timestamp']}.".encode() + second.body
    key = b64decode(endpoint["secret"].removeprefix("whsec_"))
    assert second.headers["webhook-signature"] == "v1," + b64encode(hmac.new(key, signed, sha256).digest()).decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(second.body.replace(b"XK.PRI", b"XK.GJI"), second.headers)


async def test_every_attempt_is_kept(services, receiver, register, as_partner, published, log, eventually):
    """Rule W4: time, status, duration, the first 500 bytes of the answer."""
    receiver.answers.append(Answer(503, b"x" * 2000))
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url)
    event = published()
    await log(services["forum"].settings.database_url, (event, event.minutes_id, event.area))

    async def delivered():
        page = (await hooks.get(f"/v1/endpoints/{endpoint['id']}/deliveries", headers=as_partner())).json()
        return [item for item in page["items"] if item["state"] == "delivered"]

    [delivery] = await eventually(delivered)
    refused, accepted = delivery["attempts"]
    assert (refused["status"], refused["answer"], refused["error"]) == (503, "x" * 500, None)
    assert (accepted["status"], accepted["answer"]) == (204, "")
    assert delivery["event_id"] == receiver.posts[0].id
    assert delivery["subject"] == str(event.minutes_id)
    assert delivery["delivered_at"]
    assert delivery["next_attempt_at"] is None
    shown = (await hooks.get(f"/v1/endpoints/{endpoint['id']}", headers=as_partner())).json()
    assert shown["failing_since"] is None


async def test_replay_sends_the_same_again(services, receiver, register, as_partner, published, log, eventually):
    """Rule W4."""
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url)
    event = published()
    await log(services["forum"].settings.database_url, (event, event.minutes_id, event.area))
    deliveries = f"/v1/endpoints/{endpoint['id']}/deliveries"

    async def delivered(attempts=1):
        items = (await hooks.get(deliveries, headers=as_partner())).json()["items"]
        return items and items[0]["state"] == "delivered" and len(items[0]["attempts"]) == attempts and items[0]

    delivery = await eventually(delivered)
    answer = await hooks.post(f"{deliveries}/{delivery['id']}/replay", headers=as_partner())
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "pending"

    async def again():
        return await delivered(2)

    await eventually(again)
    assert receiver.posts[0].id == receiver.posts[1].id
    assert receiver.posts[0].body == receiver.posts[1].body


async def test_ping_is_tried_once(services, receiver, register, as_partner, eventually):
    """Rule W1: a ping that fails is not repeated, and says nothing against the endpoint."""
    receiver.answers.append(Answer(500))
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url)
    answer = await hooks.post(f"/v1/endpoints/{endpoint['id']}/ping", headers=as_partner())
    assert answer.status_code == 202, answer.text

    async def over():
        items = (await hooks.get(f"/v1/endpoints/{endpoint['id']}/deliveries", headers=as_partner())).json()["items"]
        return [item for item in items if item["state"] != "pending"]

    [ping] = await eventually(over)
    assert (ping["state"], ping["type"], len(ping["attempts"])) == ("failed", "ping", 1)
    [message] = receiver.verified(endpoint["secret"])
    assert message["data"] == {"endpoint_id": endpoint["id"]}
    shown = (await hooks.get(f"/v1/endpoints/{endpoint['id']}", headers=as_partner())).json()
    assert (shown["state"], shown["failing_since"]) == ("enabled", None)


async def test_both_secrets_sign_during_a_rotation(services, receiver, register, as_partner, eventually):
    """Rule W2."""
    hooks = services["webhooks"].http
    endpoint = await register(hooks, receiver.url)
    answer = await hooks.post(
        f"/v1/endpoints/{endpoint['id']}/rotate", headers=as_partner(**{"If-Match": '"1"'})
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    rotated = answer.json()
    assert rotated["secret"] != endpoint["secret"]
    await hooks.post(f"/v1/endpoints/{endpoint['id']}/ping", headers=as_partner())

    async def arrived():
        return receiver.posts

    await eventually(arrived)
    assert receiver.verified(endpoint["secret"]) == receiver.verified(rotated["secret"])


async def test_only_followed_types_and_enabled_endpoints(
    services, receiver, register, as_partner, published, log, eventually
):
    """Rule W1: other types, other areas and disabled endpoints get nothing; closed meetings are nobody's business."""
    hooks = services["webhooks"].http
    followed = await register(hooks, receiver.url + "/followed")
    other_type = await register(hooks, receiver.url + "/type", event_types=["forum.founded"])
    other_area = await register(hooks, receiver.url + "/area", areas=["XK.PRIZREN"])
    disabled = await register(hooks, receiver.url + "/disabled")
    changed = await hooks.patch(
        f"/v1/endpoints/{disabled['id']}", json={"enabled": False}, headers=as_partner(**{"If-Match": '"1"'})
    )
    assert (changed.json()["state"], changed.json()["disabled_reason"]) == ("disabled", "by_hand")
    event = published("XK.PRI")
    planned = MeetingPlanned(
        meeting_id=event.meeting_id,
        forum_id=event.forum_id,
        area="XK.PRI",
        starts_at=event.held_at,
        purpose="accountability",
        public=False,
    )
    await log(
        services["forum"].settings.database_url,
        (planned, planned.meeting_id, planned.area),
        (event, event.minutes_id, event.area),
    )

    async def arrived():
        return receiver.posts

    await eventually(arrived)
    assert [post.path for post in receiver.posts] == ["/hook/followed"]
    for silent in (other_type, other_area, disabled):
        page = await hooks.get(f"/v1/endpoints/{silent['id']}/deliveries", headers=as_partner())
        assert page.json()["items"] == []
    page = await hooks.get(f"/v1/endpoints/{followed['id']}/deliveries", headers=as_partner())
    assert [item["type"] for item in page.json()["items"]] == ["minutes.published"]


async def test_versions_of_one_set_of_minutes_arrive_in_order(services, receiver, register, published, log, eventually):
    """Rule W3: what is about one subject waits for what came before it; the rest goes on."""
    hooks = services["webhooks"].http
    await register(hooks, receiver.url)
    first = published()
    later = [published(minutes_id=first.minutes_id, number=number) for number in (2, 3)]
    other = published()
    receiver.always = lambda post: (
        Answer(503) if post.message["data"]["number"] == 1 and len(receiver.posts) < 3 else Answer()
    )
    await log(
        services["forum"].settings.database_url,
        *((event, event.minutes_id, event.area) for event in (first, *later, other)),
    )

    async def all_there():
        numbers = [post.message["data"]["number"] for post in receiver.posts if post.message["data"]["minutes_id"] == str(first.minutes_id)]  # noqa: E501 # fmt: skip
        return numbers[-1:] == [3] and numbers

    numbers = await eventually(all_there)
    assert numbers[0] == 1
    assert sorted(set(numbers)) == [1, 2, 3]
    assert numbers == sorted(numbers)


async def test_a_delivery_is_made_once_however_often_the_event_comes(
    services, receiver, register, published, log, eventually
):
    """Rule X1: the checkpoint set back, the whole log comes again, and nothing is sent twice."""
    hooks = services["webhooks"]
    await register(hooks.http, receiver.url)
    events = [published() for _ in range(5)]
    await log(
        services["forum"].settings.database_url, *((event, event.minutes_id, event.area) for event in events)
    )  # fmt: skip

    async def all_there():
        return len(receiver.posts) == 5

    await eventually(all_there)
    db = await asyncpg.connect(hooks.settings.database_url)
    await db.execute("update checkpoints set position = 0 where source = 'forum'")
    last = published()
    await log(services["forum"].settings.database_url, (last, last.minutes_id, last.area))

    async def sixth():
        return len(receiver.posts) >= 6

    await eventually(sixth)
    assert await db.fetchval("select count(*) from deliveries") == 6
    assert await db.fetchval("select position from checkpoints where source = 'forum'") == 6
    await db.close()
    assert len({post.id for post in receiver.posts}) == len(receiver.posts) == 6
