"""G3: an area's events as they happen, over WebSocket and server-sent events, from a real broker."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import websockets

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.contracts.cases import ComplaintReceived, IncidentRecorded, ProblemMoved, ProblemOpened
from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import DecisionRecorded, MeetingHeld, MinutesPublished
from beatbook.contracts.handover import BriefComposed
from beatbook.kit.headers import Headers
from gateway import followers
from gateway.callers import ANYONE
from gateway.context import Caller
from gateway.subscriptions import by_its_owner, may_hear
from tests.gateway.country import Country
from tests.gateway.following import FOLLOW, plan, socket, subscribed


async def test_events_of_the_subtree_come_to_those_who_may_hear(country: Country, tokens: Callable[..., str]) -> None:
    """The municipality's council hears of its neighbourhood; ids, never more."""
    async with socket(country, {"Authorization": tokens("council@XK.PRI")}) as ours:
        assert (await ours.hear())["type"] == "connection_ack"
        await ours.follow("XK.PRI")
        await subscribed(country)
        meeting = await plan(country, "XK.PRI.DARDANIA")
        event = await ours.event()
        assert event["type"] == "org.beatbook.forum.meeting.planned.v1"
        assert (event["area"], event["subject"]) == ("XK.PRI.DARDANIA", meeting["id"])
        assert set(event) == {"id", "type", "area", "time", "subject"}
        await ours.send(id="1", type="complete")
    broker = country.gateway.app.state.machinery.broker
    while broker.client._subs:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("grant", [None, "council@XK.PEC", "partner@XK.PRI", "core_group@XK"])
async def test_who_may_not_hear_is_told_public_events_only(
    country: Country, tokens: Callable[..., str], grant: str | None
) -> None:
    """G2: the contract's audience decides: a planned meeting is for staff of the area, a founded forum for everyone."""
    payload = {"token": tokens(grant).removeprefix("Bearer ")} if grant else {}
    async with socket(country, payload) as ours:
        await ours.hear()
        await ours.follow("XK.PRI")
        await subscribed(country)
        await plan(country, "XK.PRI")
        await country.send("forum", "/forums", {"area": "XK.PRI", "kind": "community_safety_council", "name": "Youth"})
        assert (await ours.event())["type"] == "org.beatbook.forum.forum.founded.v1"


@pytest.mark.pure
@pytest.mark.parametrize("role", ["officer", "supervisor", "admin"])
def test_the_police_of_an_area_hear_of_no_complaint_whatever_else_they_are(role: str) -> None:
    """C19: as its file is hidden from them, so is the news of it."""
    headers = {"ce-type": ComplaintReceived.wire_type(), "ce-area": "XK.PRI.DARDANIA"}

    def hears(*grants: str) -> bool:
        return may_hear(Caller(Actor(grants=tuple(map(Grant.parse, grants)))), headers)

    assert hears("oversight@XK")
    assert hears("oversight@XK", f"{role}@XK.PEC")
    assert not hears("oversight@XK", f"{role}@XK.PRI")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("event", "hearers"),
    [
        (IncidentRecorded, {"admin", "officer", "supervisor"}),
        (ProblemOpened, {"supervisor"}),
        (ProblemMoved, {"supervisor"}),
        (MeetingHeld, {"admin", "council", "forum_member", "officer", "supervisor", "advisor"}),
        (DecisionRecorded, {"admin", "council", "forum_member", "officer", "supervisor", "advisor"}),
        (BriefComposed, {"admin", "advisor", "supervisor", "council"}),
        (MinutesPublished, {role.value for role in Role}),
    ],
)
def test_each_event_has_its_audience(event: type[Event], hearers: set[str]) -> None:
    """G2, C14: the core group works with figures, so it hears of no incident or case; nobody hears from elsewhere."""
    headers = {"ce-type": event.wire_type(), "ce-area": "XK.PRI.DARDANIA"}

    def heard_as(area: str) -> set[str]:
        callers = {role.value: Caller(Actor(grants=(Grant(role=role, area=area),))) for role in Role}
        return {role for role, caller in callers.items() if may_hear(caller, headers)}

    assert heard_as("XK.PRI") == hearers
    assert heard_as("XK.PEC") == (hearers if "public" in hearers else set())
    assert not may_hear(ANYONE, headers | {"ce-type": "org.beatbook.forum.unknown.v1"})


async def test_the_core_group_hears_of_no_incident(whole_country: Country, tokens: Callable[..., str]) -> None:
    """G2: the same incident and case reach a supervisor, and pass the core group by."""
    wanted = {IncidentRecorded.wire_type(), ProblemOpened.wire_type()}
    heard: set[str] = set()
    async with (
        socket(whole_country, {"Authorization": tokens("supervisor@XK.PRI")}) as supervisor,
        socket(whole_country, {"Authorization": tokens("core_group@XK")}) as core,
    ):
        for ours in (supervisor, core):
            await ours.hear()
            await ours.follow("XK.PRI")
        await subscribed(whole_country, 4)
        case = {"area": "XK.PRI", "title": "Bars at night", "category": "0801"}
        answer = await whole_country.running["cases"].http.post(
            "/v1/problems", json=case, headers={"Authorization": tokens("supervisor@XK.PRI", subject="s")}
        )
        assert answer.is_success, answer.text
        incident = {"external_id": "one", "month": "2026-01", "area": "XK.PRI.ULPIANA", "category": "0801"}
        batch = {"import_id": "f" * 64, "batch": 0, "root": "XK", "source": "other", "rows": [incident]}
        await whole_country.send("cases", "/incidents/batches", batch)
        while not wanted <= heard:
            heard.add((await supervisor.event())["type"])
        forum = {"area": "XK.PRI", "kind": "community_safety_council", "name": "Youth"}
        founded = await whole_country.send("forum", "/forums", forum)
        while (event := await core.event())["subject"] != founded["id"]:
            assert event["type"] not in wanted


def test_an_event_is_told_only_if_it_came_from_its_owner() -> None:
    """Each service can publish its own subjects and no others, but whatever headers it likes. ADR 0013."""
    headers = {"ce-type": MinutesPublished.wire_type(), "ce-area": "XK.PRI"}
    assert by_its_owner("beatbook.forum.minutes.published.XK.PRI", headers)
    for subject in ("beatbook.kpi.minutes.published.XK.PRI", "beatbook.forum.minutes.published.XK.PEC"):
        assert not by_its_owner(subject, headers)
    assert not by_its_owner("beatbook.forum.hearing.imagined.XK", {"ce-type": "org.beatbook.forum.hearing.imagined.v1"})


async def test_only_headers_wait_for_a_reader_and_only_what_it_may_hear(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An area's event carries its boundary, up to a megabyte; and what a reader may not hear fills no mailbox."""
    waiting: list[Any] = []
    async with socket(country) as ours:
        await ours.hear()
        await ours.follow("XK.PRI")
        await subscribed(country)
        [mailbox] = country.gateway.app.state.machinery.followers._mailboxes
        put = mailbox.put_nowait
        monkeypatch.setattr(mailbox, "put_nowait", lambda item: (waiting.append(item), put(item)))
        await plan(country, "XK.PRI")
        await country.send("forum", "/forums", {"area": "XK.PRI", "kind": "community_safety_council", "name": "Youth"})
        await ours.event()
    assert [(type(item), item["ce-type"]) for item in waiting] == [(Headers, "org.beatbook.forum.forum.founded.v1")]


async def test_followers_have_a_ceiling(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "MOST_FOLLOWERS", 1)
    async with socket(country) as ours, socket(country) as theirs:
        await ours.hear()
        await ours.follow("XK")
        await subscribed(country)
        await theirs.hear()
        await theirs.follow("XK")
        message = await theirs.hear()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "unavailable"
        await country.send("forum", "/forums", {"area": "XK.PRI", "kind": "community_safety_council", "name": "Youth"})
        assert (await ours.event())["type"] == "org.beatbook.forum.forum.founded.v1"


async def test_a_bad_token_closes_the_socket(country: Country) -> None:
    async with socket(country, {"token": "made.up.token"}) as ours:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await ours.hear()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_page_of_another_site_cannot_open_a_socket(country: Country, tokens: Callable[..., str]) -> None:
    cookie = "beatbook_token=" + tokens("admin@XK").removeprefix("Bearer ")
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with socket(country, Cookie=cookie, Origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_the_cookie_opens_a_socket_for_our_own_page(country: Country, tokens: Callable[..., str]) -> None:
    cookie = "beatbook_token=" + tokens("council@XK.PRI").removeprefix("Bearer ")
    async with socket(country, Cookie=cookie, Origin=country.gateway.url) as ours:
        assert (await ours.hear())["type"] == "connection_ack"
        await ours.follow("XK.PRI")
        await subscribed(country)
        await plan(country, "XK.PRI")
        assert (await ours.event())["type"] == "org.beatbook.forum.meeting.planned.v1"


async def test_each_operation_of_a_socket_reads_afresh(country: Country) -> None:
    """What one query loaded is not what the next one on the same socket is given."""
    query = '{ area(code: "XK.PRI") { name } }'
    async with socket(country) as ours:
        await ours.hear()
        names = []
        for name in ("Prishtina", "Prishtinë"):
            await ours.send(id=name, type="subscribe", payload={"query": query})
            names.append((await ours.hear())["payload"]["data"]["area"]["name"])
            assert (await ours.hear())["type"] == "complete"
            answer = await country.running["forum"].http.patch(
                "/v1/areas/XK.PRI",
                json={"names": {"en": "Prishtinë"}},
                headers={"Authorization": country.admin, "If-Match": "*"},
            )
            assert answer.is_success, answer.text
        assert names == ["Prishtina", "Prishtinë"]


async def test_server_sent_events(country: Country, tokens: Callable[..., str]) -> None:
    """The same by POST with Accept: text/event-stream; the area is named by its id here."""
    area = (await country.ask('{ area(code: "XK") { id } }'))["data"]["area"]["id"]
    headers = {"Accept": "text/event-stream", "Authorization": tokens("council@XK")}
    body = {"query": FOLLOW, "variables": {"area": area}}
    async with country.gateway.http.stream("POST", "/graphql", json=body, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        await subscribed(country)
        await plan(country, "XK.PRI")
        lines = answer.aiter_lines()
        seen = [line async for line in _until_data(lines)]
    assert "event: next" in seen
    event = json.loads(seen[-1].removeprefix("data: "))["data"]["areaEvents"]
    assert event["area"] == "XK.PRI"


async def _until_data(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        if line.startswith("data: "):
            return


@pytest.mark.parametrize(("area", "code"), [("nowhere at all", "invalid"), ("XK.NOWHERE", "not-found")])
async def test_an_unknown_area_cannot_be_followed(country: Country, area: str, code: str) -> None:
    async with socket(country) as ours:
        await ours.hear()
        await ours.follow(area)
        message = await ours.hear()
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        assert errors[0]["extensions"]["code"] == code


async def test_a_query_too_deep_is_refused_on_a_socket_too(country: Country) -> None:
    deep = '{ area(code: "XK") ' + "{ parent " * 18 + "{ code }" + " }" * 18 + " }"
    async with socket(country) as ours:
        await ours.hear()
        await ours.send(id="1", type="subscribe", payload={"query": deep})
        message = await ours.hear()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "too-deep"


@pytest.mark.parametrize(
    "payload",
    [
        {"query": "{"},
        {"query": ""},
        {"query": "{ __typename }", "operationName": "Other"},
        {"query": "fragment F on Area { code }"},
    ],
)
async def test_what_is_no_operation_is_refused_on_a_socket(country: Country, payload: dict[str, str]) -> None:
    async with socket(country) as ours:
        await ours.hear()
        await ours.send(id="1", type="subscribe", payload=payload)
        message = await ours.hear()
        assert message["type"] == "error"
        assert message["payload"][0]["extensions"]["code"] == "invalid-query"


async def test_a_server_that_stops_dismisses_its_followers(country: Country) -> None:
    """An open dashboard does not hold up the end of the process."""
    async with socket(country) as ours:
        await ours.hear()
        await ours.follow("XK")
        await subscribed(country)
        country.gateway.app.state.machinery.followers.dismiss()
        assert (await ours.hear())["payload"]["errors"][0]["extensions"]["code"] == "unavailable"
        assert (await ours.hear())["type"] == "complete"


async def test_following_ends_with_the_token(country: Country, tokens: Callable[..., str]) -> None:
    from datetime import timedelta

    token = tokens("council@XK", lifetime=timedelta(seconds=3))
    async with socket(country, {"Authorization": token}) as ours:
        await ours.hear()
        await ours.follow("XK")
        message = await ours.hear()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "unauthenticated"
