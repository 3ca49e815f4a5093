"""F20: calendars as pages and as iCalendar feeds that programs accept; what is closed is in none of them."""

from collections.abc import Callable

from icalendar import Calendar

from tests.gateway.country import Country
from tests.gateway.test_pages import page

NASTY = "Lamps; tables, \\ and\nlines " + "é" * 80


async def plan(country: Country, forum_id: str, **fields: object) -> dict[str, object]:
    body = {"purpose": "accountability", "starts_at": "2099-03-29T17:00:00+00:00", "public": True} | fields
    return await country.send("forum", f"/forums/{forum_id}/meetings", body)


async def read(country: Country, path: str, **headers: str) -> Calendar:
    """A feed, checked for what every feed owes."""
    answer = await country.gateway.http.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"].startswith("public")
    lines = answer.content.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    found = Calendar.from_ical(answer.content)
    assert found["VERSION"] == "2.0"
    assert found["PRODID"].startswith("-//Beatbook//")
    assert found.errors == []
    zones = [zone["TZID"] for zone in found.walk("VTIMEZONE")]
    uids = []
    for event in found.walk("VEVENT"):
        assert event.errors == []
        assert {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS"} <= event.keys()
        assert event["DTSTART"].params.get("TZID") in (*zones, None)
        assert event["DTSTAMP"].dt.tzname() == "UTC"
        uids.append(event["UID"])
    assert len(uids) == len(set(uids))
    return found


async def test_a_forums_feed_says_what_is_planned_held_and_called_off(country: Country) -> None:
    forum_id = country.ids["XK.PRI"]
    meeting = await plan(country, forum_id, place=NASTY, topics=[{"title": "Street; lights, \\n"}])
    called_off = await plan(country, forum_id, starts_at="2099-01-10T09:00:00+00:00")
    await country.send("forum", f"/meetings/{called_off['id']}/call-off", {"state": "cancelled", "reason": "Snow"}, 1)
    found = await read(country, f"/forum/{forum_id}/calendar.ics")
    assert str(found["X-WR-CALNAME"]) == "Council of XK.PRI"
    events = {str(event["UID"]): event for event in found.walk("VEVENT")}
    assert events.keys() == {meeting["id"], called_off["id"], country.ids["open meeting"]}
    ours = events[str(meeting["id"])]
    assert str(ours["LOCATION"]) == NASTY
    assert str(ours["DESCRIPTION"]) == "- Street; lights, \\n"
    assert ours["STATUS"] == "CONFIRMED"
    off = events[str(called_off["id"])]
    assert (off["STATUS"], int(off["SEQUENCE"])) == ("CANCELLED", 1)
    assert str(off["SUMMARY"]).startswith("cancelled: ")


async def test_a_closed_meeting_is_in_no_calendar(country: Country, tokens: Callable[..., str]) -> None:
    """Not to the public, and in a feed not even to who is signed in: a feed is everyone's."""
    secret = "Behind closed doors"
    forum_id = country.ids["XK.PRI"]
    closed = await plan(country, forum_id, public=False, place=secret, topics=[{"title": secret}])
    hidden = (str(closed["id"]), country.ids["closed meeting"], secret)
    council = tokens("council@XK.PRI")
    signed = {"Cookie": f"beatbook_token={council.removeprefix('Bearer ')}", "Authorization": council}
    for path in (f"/forum/{forum_id}", f"/forum/{forum_id}/calendar", "/area/XK/calendar", "/area/XK.PRI/forums"):
        answer = await country.gateway.http.get(path)
        assert [text for text in hidden if text in answer.text] == [], path
    for path in (f"/forum/{forum_id}/calendar.ics", "/area/XK/calendar.ics"):
        for headers in ({}, signed):
            answer = await country.gateway.http.get(path, headers=headers)
            assert [text for text in hidden if text in answer.text] == [], path
    _, inside = await page(country.gateway.http, f"/forum/{forum_id}/calendar", council)
    assert secret in inside
    assert "closed meeting" in inside
    again = await country.gateway.http.get(f"/forum/{forum_id}/calendar")
    assert secret not in again.text


async def test_an_areas_feed_has_what_is_below_it(country: Country) -> None:
    below = await plan(country, country.ids["XK.PRI.DARDANIA"])
    for code in ("XK", "XK.PRI", "XK.PRI.DARDANIA"):
        found = await read(country, f"/area/{code}/calendar.ics")
        event = next(event for event in found.walk("VEVENT") if event["UID"] == below["id"])
        assert event["SUMMARY"] == "Council of XK.PRI.DARDANIA"
    elsewhere = await read(country, "/area/XK.PEC/calendar.ics")
    assert elsewhere.walk("VEVENT") == []


async def test_a_forums_page_and_its_areas_list(country: Country) -> None:
    forum_id = country.ids["XK.PRI"]
    meeting = await plan(country, forum_id, place="Town hall <b>")
    http = country.gateway.http
    found, text = await page(http, f"/forum/{forum_id}")
    assert "Town hall &lt;b&gt;" in text
    assert "Mend the lamps" in text
    assert "overdue" in text
    assert f"/minutes/{country.ids['minutes']}" in found.links
    assert "A. Chair" not in text
    assert str(meeting["id"]) not in text
    listing, _ = await page(http, "/area/XK/forums")
    assert {f"/forum/{country.ids[code]}" for code in ("XK.PRI", "XK.PRI.DARDANIA")} <= set(listing.links)
    board, _ = await page(http, "/municipality/XK.PRI")
    assert {f"/forum/{forum_id}", "/area/XK.PRI/forums", "/area/XK.PRI/calendar"} <= set(board.links)


async def test_pages_speak_the_readers_language(country: Country) -> None:
    path = f"/forum/{country.ids['XK.PRI']}"
    http = country.gateway.http
    told = await http.get(path, headers={"Accept-Language": "sq, en;q=0.5"})
    assert '<html lang="sq" dir="ltr">' in told.text
    assert "Mbledhjet e ardhshme" in told.text
    assert "lang=sq" not in told.text.split('class="languages"')[0].split("</head>")[1]
    chosen, text = await page(http, path + "?lang=ar")
    assert '<html lang="ar" dir="rtl">' in text
    assert f"{path}/calendar?lang=ar" in chosen.links
    assert "Accept-Language" in told.headers["vary"]
    assert "Cookie" in told.headers["vary"]
    other = await http.get(path + "?lang=xx%22%3E", headers={"Accept-Language": "tr"})
    assert '<html lang="tr"' in other.text


async def test_what_is_not_there(country: Country) -> None:
    http = country.gateway.http
    for path in ("/forum/nonsense", f"/forum/{country.ids['minutes']}", "/area/XK.NOWHERE/forums", "/area/a/calendar"):
        _, text = await page(http, path, status=404)
        assert "Nothing here" in text
        feed = await http.get(path + ".ics" if path.endswith("calendar") else f"{path}/calendar.ics")
        assert feed.status_code == 404
        assert feed.headers["content-type"] == "application/problem+json"
    _, arabic = await page(http, "/forum/nonsense?lang=ar", status=404)
    assert 'dir="rtl"' in arabic


async def test_pages_are_cached_for_the_public_only(country: Country, tokens: Callable[..., str]) -> None:
    http, path = country.gateway.http, f"/forum/{country.ids['XK.PRI']}"
    public = await http.get(path)
    assert public.headers["cache-control"] == "public, max-age=20"
    assert public.headers["content-encoding"] == "gzip"
    again = await http.get(path, headers={"If-None-Match": public.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = await http.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", public.headers["etag"])
    for token in (tokens("council@XK.PRI").removeprefix("Bearer "), "made.up.token"):
        own = await http.get(
            path, headers={"Cookie": f"beatbook_token={token}", "If-None-Match": public.headers["etag"]}
        )
        assert own.status_code == 200
        assert own.headers["cache-control"] == "private, no-store"
        assert "etag" not in own.headers
