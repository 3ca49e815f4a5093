"""Sending what happened in the forums, as their councils would."""

from collections.abc import Sequence
from functools import partial

from beatbook.cli.demo_country.calls import NOBODY, Calls, in_order
from beatbook.cli.demo_country.forums import Forum, Meeting
from beatbook.cli.demo_country.matters import Matter


async def load_forums(calls: Calls, forums: Sequence[Forum], matters: Sequence[Matter]) -> None:
    """Found the forums with their members, hold their meetings in the order in which they took place, then the rest."""

    async def meet(entry: tuple[Forum, str, list[str], Meeting]) -> None:
        await _meet(calls, *entry)

    founded = await in_order(partial(_found, calls), forums)
    history = [
        (forum, forum_id, members, meeting)
        for forum, (forum_id, members) in zip(forums, founded, strict=True)
        for meeting in forum.meetings
    ]
    history.sort(key=lambda entry: (entry[3].starts_at, entry[0].area))
    await in_order(meet, history)
    seats = {forum.area: ids for forum, ids in zip(forums, founded, strict=True)}
    for number, matter in enumerate(matters):
        forum_id, members = seats[matter.area]
        await _take_up(calls, matter, {"forum": forum_id, "seat": members[-1]}, f"matter {number}")


async def _take_up(calls: Calls, matter: Matter, ids: dict[str, str], which: str) -> None:
    body = {name: ids[value[1:-1]] if value in ("{forum}", "{seat}") else value for name, value in matter.body.items()}
    token = None if matter.named else NOBODY
    made = await calls.post("forum", matter.path.format(**ids), body, purpose=which, token=token)
    for number, (path, step) in enumerate(matter.steps):
        address = path.format(id=made["id"])
        await calls.post("forum", address, step, purpose=f"{which} step {number}", change=True)


async def _found(calls: Calls, forum: Forum) -> tuple[str, list[str]]:
    created = await calls.post("forum", "/v1/forums", forum.body, purpose=f"forum {forum.area}")
    address = f"/v1/forums/{created['id']}"
    await calls.post(
        "forum",
        f"{address}/rules-of-procedure",
        {"adopted_on": forum.adopted_on.isoformat()},
        purpose=f"rules {forum.area}",
    )
    members = [
        (await calls.post("forum", f"{address}/members", member, purpose=f"member {forum.area} {number}"))["id"]
        for number, member in enumerate(forum.members)
    ]
    return created["id"], members


async def _meet(calls: Calls, forum: Forum, forum_id: str, members: list[str], meeting: Meeting) -> None:
    about = f"{forum.area} {meeting.number}"
    planned = await calls.post("forum", f"/v1/forums/{forum_id}/meetings", meeting.body, purpose=f"meeting {about}")
    address = f"/v1/meetings/{planned['id']}"
    if meeting.call_off is not None:
        await calls.post("forum", f"{address}/call-off", meeting.call_off, purpose=f"call off {about}", change=True)
    if meeting.hold is None:
        return
    marks = [
        {"member_id": member, "status": status} for member, status in zip(members, meeting.attendance, strict=True)
    ]
    held = meeting.hold | {"attendance": marks}
    await calls.post("forum", f"{address}/hold", held, purpose=f"hold {about}", change=True)
    await _write_minutes(calls, address, about, meeting)
    for number, decision in enumerate(meeting.decisions):
        which = f"decision {about} {number}"
        made = await calls.post("forum", f"{address}/decisions", decision.body, purpose=which)
        if decision.close is not None:
            ending = f"/v1/decisions/{made['id']}/close"
            await calls.post("forum", ending, decision.close, purpose=f"end of {which}", change=True)


async def _write_minutes(calls: Calls, address: str, about: str, meeting: Meeting) -> None:
    written = await calls.post(
        "forum", f"{address}/minutes", {"language": "en", "items": meeting.items}, purpose=f"minutes {about}"
    )
    minutes = f"/v1/minutes/{written['id']}"
    for state, step, body in (
        ("circulated", "circulate", None),
        ("approved", "approve", {"by": "chair"}),
        ("published", "publish", None),
    ):
        if meeting.minutes == "draft":
            return
        await calls.post("forum", f"{minutes}/{step}", body, purpose=f"{step} {about}", change=True)
        if meeting.minutes == state:
            break
    if meeting.correction is not None and meeting.minutes == "published":
        await calls.post("forum", f"{minutes}/correct", meeting.correction, purpose=f"correct {about}", change=True)
