"""Inviting members over HTTP, and their mails by a real mail server. Rule F7."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.forum.invitations.letters import Letter
from services.forum.invitations.notices import forget_addresses, queue_notices
from services.forum.invitations.sending import Postbox, send_due
from tests.forum.conftest import NOW, Api, meeting
from tests.forum.mailbox import Mailbox

Council = tuple[Api, str, str, str]
SMTP = {"smtp_host": "127.0.0.1", "smtp_security": "none", "mail_sender": "council@example.org"}
ANA, BEN = "ana@example.org", "ben@example.org"
START = "2026-04-07T16:00:00Z"


@dataclass
class Post:
    """A council of two with addresses, a meeting planned, a mail server, and the worker by hand."""

    api: Api
    forum: str
    chair: str
    member: str
    meeting: str
    box: Mailbox
    context: WorkerContext
    postboxes: list[Postbox] = field(default_factory=list)

    async def turn(self, after: timedelta = timedelta()) -> int:
        """What the worker does at a moment: queue, then send what is due."""
        context = replace(self.context, clock=lambda: NOW + after)
        await queue_notices(context)
        return await send_due(context, Postbox(context.settings))  # type: ignore[arg-type]

    async def invite(self, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self.api.ok("POST", f"/meetings/{self.meeting}/invitations", body)
        return answer

    async def mails(self) -> list[tuple[str, str, int, str | None]]:
        rows = await self.api.db.fetch("select notice, state, attempts, failure from mails order by id")
        return [tuple(row) for row in rows]


@pytest.fixture
async def post(council: Council) -> AsyncIterator[Post]:
    api, forum, chair, member = council
    await api.ok("PATCH", f"/forums/{forum}", {"time_zone": "Europe/Belgrade", "languages": ["sq"]})
    for seat, email in ((chair, ANA), (member, BEN)):
        await api.ok("PUT", f"/forums/{forum}/members/{seat}/address", {"email": email}, version=0)
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting(START, place="School")))["id"]
    box = Mailbox()
    settings = api.http._transport.app.state.settings.model_copy(update=SMTP | {"smtp_port": box.port})  # type: ignore[attr-defined]
    database = Database(settings)
    server = box.open()
    yield Post(api, forum, chair, member, planned, box, WorkerContext(database, settings, lambda: NOW))
    server.stop()
    await database.close()


async def test_rule_f7_those_seated_are_invited_and_get_a_mail_once(post: Post) -> None:
    invited = await post.invite()
    assert invited == invited | {"state": "invited", "invited": 2, "added": 2, "version": 2}
    told = (await post.api.events())[-1]
    assert told["type"].endswith("meeting.invited.v1")
    assert sorted(told["data"]["member_ids"]) == sorted([post.chair, post.member])
    assert await post.turn() == 2
    assert await post.turn() == 0
    assert sorted(mail["To"] for mail in post.box.arrived) == [ANA, BEN]
    mail = post.box.arrived[0]
    assert mail["Subject"] == "Ftesë: Council"
    assert "2026-04-07 18:00 - 20:00 (Europe/Belgrade)" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    ((method, sequence, event),) = post.box.entries(ANA)
    assert (method, sequence, str(event["uid"])) == ("REQUEST", 1, post.meeting)
    again = await post.invite()
    assert (again["added"], again["version"]) == (0, 2)
    assert await post.turn() == 0


async def test_a_move_is_told_and_a_new_topic_is_not(post: Post) -> None:
    await post.invite()
    await post.turn()
    path = f"/meetings/{post.meeting}"
    await post.api.ok("PATCH", path, {"topics": [{"title": "Paths"}]})
    assert await post.turn() == 0
    moved = await post.api.ok("PATCH", path, {"starts_at": "2026-04-08T16:00:00Z"})
    assert moved["state"] == "invited"
    assert await post.turn() == 2
    entries = post.box.entries(ANA)
    assert [(method, sequence) for method, sequence, _ in entries] == [("REQUEST", 1), ("REQUEST", 3)]
    assert str(entries[0][2]["uid"]) == str(entries[1][2]["uid"])
    assert entries[1][2]["dtstart"].dt.isoformat() == "2026-04-08T18:00:00+02:00"


@pytest.mark.parametrize("state", ["postponed", "cancelled"])
async def test_a_meeting_called_off_is_cancelled_in_calendars(post: Post, state: str) -> None:
    await post.invite()
    await post.turn()
    await post.api.ok("POST", f"/meetings/{post.meeting}/call-off", {"state": state, "reason": "Flood"})
    assert await post.turn() == 2
    assert await post.turn() == 0
    assert [(method, sequence) for method, sequence, _ in post.box.entries(BEN)] == [("REQUEST", 1), ("CANCEL", 2)]
    if state == "postponed":
        assert (await post.api("POST", f"/meetings/{post.meeting}/invitations", {})).status_code == 409
        await post.api.ok("PATCH", f"/meetings/{post.meeting}", {"starts_at": "2026-04-20T16:00:00Z"})
        assert await post.turn() == 0
        await post.invite()
        assert await post.turn() == 2
        assert post.box.entries(BEN)[-1][:2] == ("REQUEST", 4)


async def test_who_never_heard_of_a_meeting_is_not_told_that_it_is_off(post: Post) -> None:
    await post.invite()
    await queue_notices(post.context)
    await post.api.ok("POST", f"/meetings/{post.meeting}/call-off", {"state": "cancelled", "reason": "Flood"})
    assert await send_due(post.context, Postbox(post.context.settings)) == 2  # type: ignore[arg-type]
    assert post.box.arrived == []
    assert {mail[1] for mail in await post.mails()} == {"overtaken"}


async def test_a_refused_address_is_noted_and_not_tried_again(post: Post) -> None:
    post.box.answers[ANA] = "550 No such mailbox"
    post.box.answers[BEN] = "451 Try later"
    await post.invite()
    assert await post.turn() == 2
    assert sorted(await post.mails()) == [("invitation", "queued", 1, "451"), ("invitation", "refused", 1, "550")]
    listed = (await post.api.ok("GET", f"/meetings/{post.meeting}/invitations"))["items"]
    assert {item["mail"]["state"] for item in listed} == {"queued", "refused"}
    post.box.answers.clear()
    assert await post.turn(timedelta(minutes=1)) == 0
    assert await post.turn(timedelta(minutes=2)) == 1
    assert [mail["To"] for mail in post.box.arrived] == [BEN]


async def test_a_server_that_is_away_is_tried_again_with_growing_pauses(post: Post) -> None:
    away = replace(
        post,
        context=replace(post.context, settings=post.context.settings.model_copy(update={"smtp_port": Mailbox().port})),
    )
    await post.invite()
    due = timedelta()
    for pause in (2, 4, 8):
        assert await away.turn(due) == 2
        assert await away.turn(due + timedelta(minutes=pause, seconds=-1)) == 0
        due += timedelta(minutes=pause)
    assert {mail[1:3] for mail in await post.mails()} == {("queued", 3)}
    assert await post.turn(due) == 2
    assert len(post.box.arrived) == 2
    assert {mail[1] for mail in await post.mails()} == {"sent"}


async def test_a_mail_nobody_takes_is_given_up(post: Post) -> None:
    post.box.answers = {ANA: "451 Later", BEN: "451 Later"}
    await post.api.db.execute("update meetings set starts_at = starts_at + interval '100 days'")
    await post.invite()
    due = timedelta()
    for _ in range(16):
        assert await post.turn(due) == 2
        due += timedelta(hours=6)
    assert await post.turn(due) == 0
    assert set(await post.mails()) == {("invitation", "given_up", 16, "451")}


class Dying(Postbox):
    """Hands the mail over, and dies before that is noted."""

    async def send(self, letter: Letter) -> None:
        await super().send(letter)
        raise asyncio.CancelledError


async def test_a_crash_between_sending_and_noting_repeats_the_mail_under_its_id(post: Post) -> None:
    await post.invite(member_ids=[post.chair])
    await queue_notices(post.context)
    with pytest.raises(asyncio.CancelledError):
        await send_due(post.context, Dying(post.context.settings))  # type: ignore[arg-type]
    assert await post.turn(timedelta(minutes=9)) == 0
    assert await post.turn(timedelta(minutes=10)) == 1
    first, second = post.box.arrived
    assert first["Message-ID"] == second["Message-ID"]
    assert await post.mails() == [("invitation", "sent", 2, None)]


async def test_workers_at_once_tell_everybody_once(post: Post) -> None:
    await post.invite()
    await asyncio.gather(*(queue_notices(post.context) for _ in range(4)))
    await asyncio.gather(*(post.turn() for _ in range(4)))
    assert sorted(mail["To"] for mail in post.box.arrived) == [ANA, BEN]
    answers = await asyncio.gather(
        *(post.api("POST", f"/meetings/{post.meeting}/invitations", {}, version=2) for _ in range(3))
    )
    assert {answer.status_code for answer in answers} == {200}


async def test_without_an_address_or_a_server_nobody_is_written_to(post: Post) -> None:
    await post.api.ok("PUT", f"/forums/{post.forum}/members/{post.chair}/address", {"email": None}, version=1)
    await post.invite()
    off = replace(post.context, settings=post.context.settings.model_copy(update={"smtp_host": ""}))
    await queue_notices(off)
    assert await post.mails() == []
    assert await post.turn() == 1
    known = {"email": ANA, "language": "fr"}
    await post.api.ok("PUT", f"/forums/{post.forum}/members/{post.chair}/address", known, version=2)
    assert await post.turn() == 1
    assert post.box.arrived[-1]["Subject"] == "Invitation : Council"


async def test_nothing_personal_is_in_events_logs_or_other_answers(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post.box.answers[ANA] = f"550 <{ANA}> is unknown here"
    await post.invite()
    await post.turn()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("mail.log", "aiosmtp"))]
    assert any("was not sent: 550" in line for line in ours)
    assert not any("example.org" in line and "council@" not in line for line in ours)
    assert "example.org" not in str(await post.api.events())
    for path in (f"/forums/{post.forum}/members", f"/meetings/{post.meeting}/invitations", f"/meetings/{post.meeting}"):
        assert "example.org" not in (await post.api("GET", path)).text
    assert "example.org" not in str([tuple(row) for row in await post.api.db.fetch("select * from mails")])


async def test_an_address_is_changed_from_its_present_version_and_never_echoed(post: Post) -> None:
    path = f"/forums/{post.forum}/members/{post.chair}/address"
    assert (await post.api("PUT", path, {"email": BEN}, version=0)).status_code == 412
    assert (await post.api("PUT", path, {"email": BEN}, version=None)).status_code == 428
    for wrong in ("ana@example.org\nBcc: all@example.org", "secret-words", "a@b", 7):
        refused = await post.api("PUT", path, {"email": wrong})
        assert refused.status_code == 422
        assert "secret-words" not in refused.text
    read = await post.api("GET", path)
    assert (read.json()["email"], read.headers["ETag"]) == (ANA, '"1"')
    assert (await post.api("GET", path, as_="forum_member@XK.PRI")).status_code == 404


async def test_a_reply_is_noted(post: Post) -> None:
    await post.invite()
    path = f"/meetings/{post.meeting}/invitations/{post.chair}"
    noted = await post.api.ok("PATCH", path, {"reply": "maybe"}, version=1)
    assert (noted["reply"], noted["replied_at"], noted["version"]) == ("maybe", "2026-03-15T12:00:00Z", 2)
    assert (await post.api("PATCH", path, {"reply": "no"}, version=1)).status_code == 412
    taken_back = await post.api.ok("PATCH", path, {"reply": None}, version=2)
    assert (taken_back["reply"], taken_back["replied_at"]) == (None, None)
    stranger = f"/meetings/{post.meeting}/invitations/{post.meeting}"
    assert (await post.api("PATCH", stranger, {"reply": "no"})).status_code == 404


async def test_nobody_is_invited_to_what_is_over_or_without_a_seat(post: Post) -> None:
    past = (await post.api.ok("POST", f"/forums/{post.forum}/meetings", meeting()))["id"]
    refused = await post.api("POST", f"/meetings/{past}/invitations", {"member_ids": [post.meeting]})
    assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (422, "not-invitable", 3)
    await post.api.ok("POST", f"/meetings/{post.meeting}/call-off", {"state": "cancelled", "reason": "x"})
    assert (await post.api("POST", f"/meetings/{post.meeting}/invitations", {})).status_code == 409


async def test_an_address_is_forgotten_after_the_term(post: Post) -> None:
    await post.api.db.execute("update members set term_end = '2026-02-01' where id = $1", post.chair)
    await forget_addresses(post.context)
    await forget_addresses(post.context)
    read = await post.api.ok("GET", f"/forums/{post.forum}/members/{post.chair}/address")
    assert (read["email"], read["version"]) == (None, 2)
    kept = await post.api.ok("GET", f"/forums/{post.forum}/members/{post.member}/address")
    assert kept["email"] == BEN
