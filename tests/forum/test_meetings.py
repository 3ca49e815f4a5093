"""Forums, seats and meetings over HTTP. Rules F1 to F4, F7, F9, F10."""

import pytest

from tests.forum.conftest import CHAIR, COUNCIL, DECISION, Api, World, hold, meeting

Council = tuple[Api, str, str, str]


async def test_a_forum_from_its_founding_to_its_first_meeting(country: Api) -> None:
    founded = await country("POST", "/forums", COUNCIL, as_="council@XK.PRI", version=None)
    assert (founded.status_code, founded.headers["ETag"]) == (201, '"1"')
    forum = founded.json()
    assert forum == forum | COUNCIL | {"rules_version": 0, "created_at": "2026-03-15T12:00:00Z"}
    planned = await country.ok("POST", f"/forums/{forum['id']}/meetings", meeting())
    refused = await country("POST", f"/meetings/{planned['id']}/hold", {"held_at": "2026-03-01T17:00:00Z"})
    assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (422, "not-holdable", 1)
    for number in (1, 2):
        adopted = await country.ok(
            "POST", f"/forums/{forum['id']}/rules-of-procedure", {"text": "Rules", "adopted_on": "2025-01-01"}
        )
        assert adopted["number"] == number
    held = await country.ok("POST", f"/meetings/{planned['id']}/hold", {"held_at": "2026-03-01T17:00:00Z"})
    assert (held["state"], held["members_present"], held["public_present"]) == ("held", 0, 0)
    shown = await country.ok("GET", f"/forums/{forum['id']}", as_=None)
    assert (shown["rules_version"], shown["version"]) == (2, 3)
    versions = await country.ok("GET", f"/forums/{forum['id']}/rules-of-procedure", as_=None)
    assert [version["number"] for version in versions["items"]] == [1, 2]


WRONG_FORUMS = [
    (COUNCIL | {"area": "XK"}, 422),
    (COUNCIL | {"kind": "community_advisory_board"}, 422),
    (COUNCIL | {"area": "XK.NO"}, 404),
    (COUNCIL | {"kind": "parliament"}, 422),
    (COUNCIL | {"interval_days": 0}, 422),
    (COUNCIL | {"name": "  "}, 422),
]


async def test_a_forum_stands_at_its_tier_in_an_area_that_is_there(country: Api, subtests: pytest.Subtests) -> None:
    for body, status in WRONG_FORUMS:
        with subtests.test(f"{body!s:.40}, {status!s:.40}"):
            before = await country.fingerprint()
            assert (await country("POST", "/forums", body)).status_code == status
            assert await country.fingerprint() == before


async def test_forums_are_listed_by_subtree_and_by_exact_areas(council: Council) -> None:
    api, forum, *_ = council
    board = {"area": "XK.PRI.DARDANIA", "kind": "community_advisory_board", "name": "Board"}
    below = (await api.ok("POST", "/forums", board))["id"]
    for query, found in (
        ({"area": "XK"}, [forum, below]),
        ({"area": "XK.PRI.DARDANIA"}, [below]),
        ({"areas": "XK.PRI,XK.PEC"}, [forum]),
        ({"area": "XK.PEC"}, []),
    ):
        listed = await api.ok("GET", "/forums", as_=None, **query)
        assert [item["id"] for item in listed["items"]] == found


SEATS = [
    (CHAIR | {"sector": "police"}, 422),
    (CHAIR | {"sector": "police", "role": "co_chair"}, 422),
    (CHAIR | {"sector": "police", "role": "co_chair", "term_end": "2027-03-16"}, 422),
    (CHAIR | {"sector": "police", "role": "co_chair", "term_end": "2027-03-15"}, 201),
    (CHAIR | {"sector": "police", "role": "secretary"}, 201),
    (CHAIR | {"term_end": "2024-12-31"}, 422),
    (CHAIR | {"sector": "spies"}, 422),
]


async def test_rule_f3_the_chair_is_not_from_the_police(council: Council, subtests: pytest.Subtests) -> None:
    for seat, status in SEATS:
        with subtests.test(f"{seat!s:.40}, {status!s:.40}"):
            api, forum, *_ = council
            before = await api.fingerprint()
            answer = await api("POST", f"/forums/{forum}/members", seat)
            assert answer.status_code == status
            if status == 201:
                assert (await api.events())[-1]["type"].endswith("member_seated.v1")
            else:
                assert await api.fingerprint() == before


async def test_rule_f3_also_when_a_seat_changes(council: Council) -> None:
    api, forum, _, police = council
    seat = f"/forums/{forum}/members/{police}"
    before = await api.fingerprint()
    refused = await api("PATCH", seat, {"role": "chair"}, version=1)
    assert (refused.status_code, refused.json()["rule"], refused.json()["code"]) == (422, "F3", "police-chair")
    assert (await api("PATCH", seat, {"term_end": "2024-01-01"})).status_code == 422
    assert (await api("PATCH", seat, {"name": "Another"})).status_code == 422
    assert await api.fingerprint() == before
    changed = await api.ok("PATCH", seat, {"role": "co_chair", "term_end": "2026-09-01"}, version=1)
    assert (changed["role"], changed["version"], changed["police_chair_overdue"]) == ("co_chair", 2, False)
    listed = await api.ok("GET", f"/forums/{forum}/members")
    assert [seat["role"] for seat in listed["items"]] == ["chair", "co_chair"]


async def test_rule_f3_past_the_transition_the_forum_says_so(country: Api) -> None:
    forum = (await country.ok("POST", "/forums", COUNCIL))["id"]
    seat = CHAIR | {"sector": "police", "term_end": "2026-03-14"}
    await country.ok("POST", f"/forums/{forum}/members", seat)
    shown = await country.ok("GET", f"/forums/{forum}", as_=None)
    assert [(advisory["code"], advisory["rule"]) for advisory in shown["advisories"]] == [
        ("police-chair-overdue", "F3")
    ]
    await country.ok("POST", f"/forums/{forum}/members", CHAIR | {"term_start": "2026-03-15"})
    assert (await country.ok("GET", "/forums", as_=None))["items"][0]["advisories"] == []


async def test_a_meeting_is_held_by_seat_and_by_count(council: Council) -> None:
    api, forum, chair, police = council
    planned = await api.ok("POST", f"/forums/{forum}/meetings", meeting(place="School", topics=[]))
    body = {
        "held_at": "2026-03-01T17:05:00+00:00",
        "attendance": [{"member_id": chair, "status": "present"}, {"member_id": police, "status": "excused"}],
        "public": [{"sex": "female", "age_band": "60+", "count": 4}, {"minority_group": "Roma", "count": 2}],
        "highest_police_rank": "Sergeant",
    }
    held = await api.ok("POST", f"/meetings/{planned['id']}/hold", body, version=1)
    assert (held["members_present"], held["public_present"], held["version"]) == (1, 6, 2)
    marks = await api.ok("GET", f"/meetings/{planned['id']}/attendance", as_="forum_member@XK.PRI")
    assert sorted(mark["status"] for mark in marks) == ["excused", "present"]
    assert (await api("POST", f"/meetings/{planned['id']}/hold", body)).status_code == 409


IMPOSSIBLE = [
    {"held_at": "2026-03-15T12:00:01Z"},
    {"held_at": "2026-02-01T00:00:00Z"},
    {"held_at": "2026-03-01T17:00:00Z", "attendance": ["chair", "chair"]},
    {"held_at": "2026-03-01T17:00:00Z", "attendance": ["stranger"]},
]


async def test_what_cannot_have_been_is_not_recorded(council: Council, subtests: pytest.Subtests) -> None:
    for held in IMPOSSIBLE:
        with subtests.test(f"held={held!s:.60}"):
            api, forum, chair, _ = council
            planned = await api.ok("POST", f"/forums/{forum}/meetings", meeting())
            ids = {"chair": chair, "stranger": planned["id"]}
            marks = [{"member_id": ids[who], "status": "present"} for who in held.get("attendance", ())]
            before = await api.fingerprint()
            refused = await api("POST", f"/meetings/{planned['id']}/hold", held | {"attendance": marks})
            assert (refused.status_code, refused.json()["code"], len(refused.json()["unmet"])) == (
                422,
                "not-holdable",
                1,
            )
            assert await api.fingerprint() == before


async def test_a_postponed_meeting_is_planned_anew_and_a_cancelled_one_never(council: Council) -> None:
    api, forum, *_ = council
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-04-01T17:00:00Z")))["id"]
    off = await api.ok("POST", f"/meetings/{planned}/call-off", {"state": "postponed", "reason": "Flood"}, version=1)
    assert (off["state"], off["state_reason"]) == ("postponed", "Flood")
    before = len(await api.events())
    again = await api.ok("PATCH", f"/meetings/{planned}", {"state": "planned"}, version=2)
    assert (again["state"], again["state_reason"], again["version"]) == ("planned", None, 3)
    moved = await api.ok("PATCH", f"/meetings/{planned}", {"starts_at": "2026-04-08T17:00:00Z"})
    assert (moved["state"], moved["starts_at"]) == ("planned", "2026-04-08T17:00:00Z")
    told = await api.events(after=before)
    assert [event["data"]["starts_at"][:10] for event in told] == ["2026-04-01", "2026-04-08"]
    await api.ok("POST", f"/meetings/{planned}/call-off", {"state": "cancelled", "reason": "Nobody comes"})
    for path, body in (("", {"place": "x"}), ("/hold", {"held_at": "2026-03-01T00:00:00Z"}),
                       ("/call-off", {"state": "postponed", "reason": "x"})):  # fmt: skip
        method = "PATCH" if path == "" else "POST"
        assert (await api(method, f"/meetings/{planned}{path}", body)).status_code == 409


async def test_cautions_go_with_a_plan(council: Council) -> None:
    api, forum, chair, _ = council
    await hold(api, forum, chair, "2025-01-15T17:00:00Z")
    body = meeting(topics=[{"title": "Violence at home", "sensitive": True}], place_kind="police_station")
    planned = await api.ok("POST", f"/forums/{forum}/meetings", body)
    assert {caution["code"] for caution in planned["advisories"]} == {"place-not-neutral", "interval-passed"}
    neutral = await api.ok("PATCH", f"/meetings/{planned['id']}", {"place_kind": "neutral"}, version=1)
    assert [caution["code"] for caution in neutral["advisories"]] == ["interval-passed"]


async def test_meetings_are_listed_newest_first_page_by_page(world: World) -> None:
    api = world.api
    everything = await api.ok("GET", "/meetings", area="XK")
    assert [item["id"] for item in everything["items"]] == [
        world.closed_planned,
        world.planned,
        world.closed_held,
        world.held,
    ]
    seen, after = [], None
    for _ in range(4):
        page = await api.ok("GET", f"/forums/{world.forum}/meetings", limit=1, **({"after": after} if after else {}))
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert (seen, after) == ([item["id"] for item in everything["items"]], None)
    held = await api.ok("GET", "/meetings", areas="XK.PRI", state="held", forum=world.forum)
    assert [item["id"] for item in held["items"]] == [world.closed_held, world.held]


async def test_rule_f9_the_agenda_opens_with_the_last_minutes_and_what_is_open(world: World) -> None:
    api = world.api
    late = DECISION | {"text": "Late", "due_on": "2026-02-10"}
    await api.ok("POST", f"/meetings/{world.held}/decisions", late)
    agenda = await api.ok("GET", f"/meetings/{world.planned}/agenda")
    kinds = [(item["kind"], item["title"]) for item in agenda["items"]]
    assert kinds[:3] == [
        ("last_minutes", "Minutes of the meeting of 2026-02-01"),
        ("last_minutes", "Minutes of the meeting of 2026-02-20"),
        ("overdue_decision", "Late"),
    ]
    assert sorted(kinds[3:]) == [
        ("open_decision", "Repair the lamps"),
        ("open_decision", "Secret decision"),
        ("topic", "Lamps"),
    ]
    seen = await api.ok("GET", f"/meetings/{world.planned}/agenda", as_=None)
    assert [(item["kind"], item["title"]) for item in seen["items"]] == [
        ("last_minutes", "Minutes of the meeting of 2026-02-01"),
        ("overdue_decision", "Late"),
        ("open_decision", "Repair the lamps"),
        ("topic", "Lamps"),
    ]


async def test_rule_f17_the_climate_is_noted_and_read_from_inside(council: Council) -> None:
    api, forum, *_ = council
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting()))["id"]
    noted = {"climate": "hostile", "noted": "Shouting about the raid; two groups left."}
    held = {"held_at": "2026-03-01T17:00:00Z", "climate": noted}
    assert (
        await api("POST", f"/meetings/{planned}/hold", held | {"climate": {"climate": "stormy"}})
    ).status_code == 422
    assert (await api("GET", f"/meetings/{planned}/climate")).status_code == 404
    assert "Shouting" not in str(await api.ok("POST", f"/meetings/{planned}/hold", held))
    assert await api.ok("GET", f"/meetings/{planned}/climate", as_="officer@XK.PRI") == noted
    assert (await api("GET", f"/meetings/{planned}/climate", as_=None)).status_code == 404


async def test_rule_f17_each_date_a_meeting_was_postponed_from_is_kept(council: Council) -> None:
    api, forum, *_ = council
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting()))["id"]
    postponed = {"state": "postponed", "reason": "Snow"}
    await api.ok("POST", f"/meetings/{planned}/call-off", postponed)
    await api.ok("POST", f"/meetings/{planned}/call-off", postponed)
    await api.ok("PATCH", f"/meetings/{planned}", {"starts_at": "2026-04-01T17:00:00Z"})
    await api.ok("POST", f"/meetings/{planned}/call-off", postponed)
    await api.ok("POST", f"/meetings/{planned}/call-off", {"state": "cancelled", "reason": "Snow"})
    kept = await api.db.fetch("select starts_at from postponements order by 1")
    assert [f"{row['starts_at']:%m-%d}" for row in kept] == ["03-01", "04-01"]
