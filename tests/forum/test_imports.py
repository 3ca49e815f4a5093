"""Old records taken over in bulk: every row and part is told of, none counts twice, the rules hold."""

import asyncio
from typing import Any

import pytest

from tests.forum.conftest import Api

SOURCE = "registry"
MEMBER = {"record": "member", "external_id": "M1", "name": "Ana", "sector": "ngo",
          "term_start": "2025-01-01"}  # fmt: skip
HELD: dict[str, Any] = {
    "record": "meeting", "external_id": "7", "state": "held", "purpose": "problem_solving",
    "starts_at": "2025-05-01T17:00:00+02:00", "topics": [{"title": "Lamps"}],
    "minutes": {"state": "published"},
    "items": [
        {"external_id": "7a", "heading": "Lamps", "text": "Repair them.",
         "decision": {"owner": "Public works", "ballots": [{"member": "M1", "vote": "for"}]}},
        {"external_id": "7b", "heading": "Case", "text": "Secret words", "closed": True},
    ],
    "attendance": [{"member": "M1", "status": "present"}],
}  # fmt: skip

Council = tuple[Api, str, str, str]


def meeting(**more: Any) -> dict[str, Any]:
    return HELD | more


async def send(council: Council, *rows: Any, **more: Any) -> Any:
    api, forum, *_ = council
    return await api.ok("POST", f"/forums/{forum}/imports", {"source": SOURCE, "rows": list(rows), **more})


async def test_a_meeting_with_all_that_belongs_to_it(council: Council) -> None:
    api, *_ = council
    report = await send(council, MEMBER, HELD)
    assert report["refused"] == []
    assert {kind: counts["added"] for kind, counts in report["counts"].items()} == {
        "member": 1, "meeting": 1, "item": 2, "mark": 1, "minutes": 1, "decision": 1, "vote": 1}  # fmt: skip
    told = [".".join(event["type"].split(".")[-3:-1]) for event in await api.events()]
    wanted = ["meeting.planned", "meeting.held", "minutes.approved", "minutes.published", "decision.recorded"]
    assert [kind for kind in told if kind in wanted] == wanted
    (published,) = (await api.ok("GET", "/minutes", as_=None))["items"]
    assert [item["heading"] for item in published["items"]] == ["Lamps"]
    assert published["held_at"].startswith("2025-05-01T15:00")
    (decision,) = (await api.ok("GET", "/decisions", as_=None))["items"]
    assert decision["votes"] == {"for": 1, "against": 0, "abstained": 0}
    assert decision["text"] == "Lamps"


async def test_sent_twice_it_counts_once_and_changed_it_is_refused(council: Council) -> None:
    api, forum, *_ = council
    first = await send(council, MEMBER, HELD)
    before = await api.fingerprint()
    again = await send(council, MEMBER, HELD, HELD)
    assert [row["outcome"] for row in again["rows"]] == ["unchanged"] * 3
    assert [row["id"] for row in again["rows"][:2]] == [row["id"] for row in first["rows"]]
    changed = await send(council, meeting(place="Elsewhere"))
    assert [row["reason"] for row in changed["refused"]] == ["conflicting"] + ["row-refused"] * 5
    assert await api.fingerprint() == before
    other = await api.ok("POST", f"/forums/{forum}/imports", {"source": "other", "rows": [meeting(attendance=[])]})
    assert other["counts"]["meeting"]["added"] == 1


async def test_one_bad_row_stops_no_other_and_all_of_it_is_told(council: Council) -> None:
    """Rules F4, F7: refused with what is to be mended, its parts with it; once mended it is taken."""
    api, forum, *_ = council
    too_early = meeting(external_id="6", starts_at="2024-05-01T17:00:00Z")
    rows = [
        "no object",
        {"record": "meeting"},
        MEMBER | {"sector": "police", "role": "chair", "external_id": "M2"},
        MEMBER,
        too_early,
        HELD,
    ]
    report = await send(council, *rows)
    assert [row["outcome"] for row in report["rows"]] == ["refused"] * 3 + ["added", "refused", "added"]
    told = [(row["row"], row["kind"], row["reason"]) for row in report["refused"]]
    assert told[:5] == [(0, None, "unreadable"), (1, None, "unreadable"), (2, "member", "police-chair"),
                        (4, "meeting", "not-holdable"), (4, "item", "row-refused")]  # fmt: skip
    assert "could not meet before" in report["refused"][3]["detail"]
    assert report["counts"]["item"] == {"added": 2, "unchanged": 0, "refused": 2}
    assert report["counts"]["vote"] == {"added": 1, "unchanged": 0, "refused": 1}
    totals = await api.ok("GET", f"/forums/{forum}/imports/totals")
    assert (totals[0]["stored"]["meeting"], totals[0]["refused"]["meeting"]) == (1, 1)
    await api.ok("POST", f"/forums/{forum}/rules-of-procedure", {"text": "Earlier", "adopted_on": "2024-01-01"})
    mended = await send(council, too_early)
    assert mended["rows"][0]["outcome"] == "added"
    (totals,) = await api.ok("GET", f"/forums/{forum}/imports/totals")
    assert (totals["stored"]["meeting"], totals["refused"].get("meeting")) == (2, None)


async def test_a_bad_part_stops_no_other_part(council: Council) -> None:
    """Rules F10, F11, F12: who is unknown or marked twice, what may not be published, a vote that was lost."""
    lost = {"owner": "Public works", "ballots": [{"member": "M1", "vote": "against"}, {"member": "M1", "vote": "for"}]}
    odd = meeting(
        attendance=[
            {"member": "M1", "status": "present"}, {"member": "M1", "status": "absent"},
            {"member": "M9", "status": "present"}, {"member": "M1", "status": "asleep"}, 7,
        ],
        items=[
            {"heading": "Lamps", "personal": True, "text": "A name", "decision": lost},
            {"heading": ""},
            {"heading": "Roads", "decision": {"owner": "Police", "ballots": [
                {"member": "M1", "vote": "for"}, {"member": "M8", "vote": "for"},
                {"member": "M1", "vote": "not_cast"}]}},
        ],
    )  # fmt: skip
    api, forum, *_ = council
    report = await send(council, MEMBER, odd)
    told = sorted((row["kind"], row["number"], row["reason"]) for row in report["refused"])
    assert told == [
        ("decision", 0, "not-recordable"), ("item", 1, "invalid"), ("mark", 1, "twice"), ("mark", 2, "unknown-member"),
        ("mark", 3, "invalid"), ("mark", 4, "invalid"), ("minutes", 0, "not-publishable"),
        ("vote", 0, "decision-refused"), ("vote", 1, "decision-refused"), ("vote", 3, "unknown-member"),
        ("vote", 4, "not-cast"),
    ]  # fmt: skip
    assert report["counts"]["mark"] == {"added": 1, "unchanged": 0, "refused": 4}
    (minutes,) = (await api.ok("GET", "/minutes"))["items"]
    assert (minutes["state"], [item["heading"] for item in minutes["items"]]) == ("approved", ["Lamps", "Roads"])
    listed = await api.ok("GET", f"/forums/{forum}/imports", refused=True, limit=100)
    assert len(listed["items"]) == len(told)
    assert "asleep" not in str(report)


async def test_what_was_not_held_has_topics_and_none_that_is_closed(council: Council) -> None:
    api, *_ = council
    called_off = meeting(state="postponed", reason="Snow")
    report = await send(council, MEMBER, called_off, meeting(external_id="8", state="cancelled"))
    told = {(row["row"], row["kind"], row["reason"]) for row in report["refused"]}
    assert {(1, "item", "closed-topic"), (1, "mark", "not-held"), (1, "decision", "not-held"),
            (2, "meeting", "refused")} <= told  # fmt: skip
    (held,) = (await api.ok("GET", "/meetings", as_=None))["items"]
    assert [topic["title"] for topic in held["topics"]] == ["Lamps", "Lamps"]


async def test_a_trial_reports_and_keeps_nothing(council: Council) -> None:
    api, *_ = council
    before = await api.fingerprint()
    report = await send(council, MEMBER, HELD, trial=True)
    assert (report["trial"], report["counts"]["vote"]["added"], report["rows"][1]["id"]) == (True, 1, None)
    assert await api.fingerprint() == before


async def test_two_who_import_the_same_at_once_add_it_once(council: Council) -> None:
    api, forum, *_ = council
    reports = await asyncio.gather(*(send(council, MEMBER, HELD) for _ in range(4)))
    assert sum(report["counts"]["meeting"]["added"] for report in reports) == 1
    assert len((await api.ok("GET", f"/forums/{forum}/meetings"))["items"]) == 1


@pytest.mark.parametrize(
    "rows", [[], [MEMBER] * 101, [{"record": "meeting", "external_id": "x" * 81}], [{**MEMBER, "external_id": "é"}],
             [{**HELD, "unknown": 2**70}], [{**HELD, "items": {"a": 1}}], [{**HELD, "items": [[]] * 3}]],
)  # fmt: skip
async def test_odd_input_is_refused_and_changes_nothing(council: Council, rows: list[Any]) -> None:
    api, forum, *_ = council
    before = await api.fingerprint()
    answer = await api("POST", f"/forums/{forum}/imports", {"source": SOURCE, "rows": rows})
    assert answer.status_code == 422 or answer.json()["rows"][0]["outcome"] == "refused" or "items" in rows[0]
    if answer.status_code == 422:
        assert await api.fingerprint() == before


async def test_rules_f2_f10_a_mark_of_a_seat_that_was_not_taken_then_is_refused_alone(council: Council) -> None:
    later = MEMBER | {"external_id": "M2", "name": "Ben", "term_start": "2025-05-02"}
    marks = [{"member": "M1", "status": "present"}, {"member": "M2", "status": "present"}]
    report = await send(council, MEMBER, later, meeting(attendance=marks))
    assert [(part["kind"], part["number"], part["reason"]) for part in report["refused"]] == [("mark", 1, "not-seated")]
    assert report["counts"]["mark"] == {"added": 1, "unchanged": 0, "refused": 1}
    api, *_ = council
    (held,) = (await api.ok("GET", "/meetings", state="held"))["items"]
    assert held["members_present"] == 1
