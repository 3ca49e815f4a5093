"""Posts: officers and teams in areas. Rule A5."""

from datetime import date

import pytest

from services.forum.posts.rules import PostKind, post_cautions
from tests.forum.conftest import Api

POST = {"kind": "community_officer", "reference": "0417", "officer_name": "Arta Gashi", "starts_on": "2026-01-01"}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "advised"),
    [
        (date(2026, 1, 1), date(2028, 12, 31), False),
        (date(2026, 1, 1), date(2028, 12, 30), True),
        (date(2024, 2, 29), date(2027, 2, 27), False),
        (date(2024, 2, 29), date(2027, 2, 26), True),
        (date(2026, 1, 1), None, False),
    ],
)
def test_a_community_officer_should_stay_three_years(starts_on: date, ends_on: date | None, advised: bool) -> None:
    """Rule A5: three years to the day, the last one counted in."""
    found = post_cautions(PostKind.COMMUNITY_OFFICER, starts_on, ends_on)
    assert [caution.code for caution in found] == ["post-under-three-years"] * advised
    assert post_cautions(PostKind.TEAM, starts_on, ends_on) == []
    assert post_cautions(PostKind.OFFICER, starts_on, ends_on) == []


async def test_rule_a5_a_post_ends_and_the_advisory_is_kept_with_it(country: Api) -> None:
    path = "/areas/XK.PRI.DARDANIA/posts"
    post = await country.ok("POST", path, POST, as_="supervisor@XK.PRI")
    assert post["advisories"] == []
    short = await country.ok("PATCH", f"{path}/{post['id']}", {"ends_on": "2027-12-31"}, version=1)
    assert [(advisory["code"], advisory["rule"]) for advisory in short["advisories"]] == [
        ("post-under-three-years", "A5")
    ]
    assert (await country.ok("GET", f"{path}/{post['id']}"))["advisories"] == short["advisories"]
    cleared = await country.ok("PATCH", f"{path}/{post['id']}", {"ends_on": "2028-12-31"})
    assert cleared["advisories"] == []
    listed = await country.ok("GET", "/areas/XK.PRI/posts", as_="officer@XK.PRI", on="2026-01-01")
    assert [item["id"] for item in listed["items"]] == [post["id"]]
    assert (await country.ok("GET", "/areas/XK.PRI/posts", on="2029-01-01"))["items"] == []
    assert (await country.ok("GET", "/areas/XK.PEC/posts"))["items"] == []


async def test_the_same_officer_has_a_post_once(country: Api) -> None:
    """Rule A5."""
    path = "/areas/XK.PRI/posts"
    await country.ok("POST", path, POST | {"ends_on": "2026-06-30"})
    before = await country.fingerprint()
    refused = await country("POST", path, POST | {"starts_on": "2026-06-30", "ends_on": "2026-01-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "post")
    assert (await country("POST", path, POST | {"starts_on": "2026-06-30"})).json()["unmet"] != []
    assert await country.fingerprint() == before
    await country.ok("POST", path, POST | {"starts_on": "2026-07-01"})
    await country.ok("POST", path, POST | {"kind": "officer"})


async def test_no_officer_is_in_an_event_or_a_public_answer(country: Api) -> None:
    """Rule A5: names and service numbers stay inside."""
    await country.ok("POST", "/areas/XK.PRI/posts", POST)
    told = str([event for event in await country.events() if ".post." in event["type"]])
    assert "assigned" in told
    assert "Gashi" not in told
    assert "0417" not in told
    for caller in (None, "core_group@XK", "partner@XK", "evaluator@XK", "council@XK.PEC"):
        answer = await country("GET", "/areas/XK.PRI/posts", as_=caller)
        assert answer.status_code == 404
        assert "Gashi" not in answer.text
