"""F16, F20: Atom feeds that readers accept, and corrections of rumours; nothing closed and no draft in them."""

import xml.etree.ElementTree as ET
from datetime import datetime

import pytest

from gateway.web.public.atom import ATOM
from tests.gateway.country import Country
from tests.gateway.test_pages import page

NAME = f"{{{ATOM}}}"
RUMOUR = {"title": "Lamps <i>", "claim": "No lamp is mended", "facts": "Seven are lit.\n\u0001\ufffeAll will be."}


async def feed(country: Country, path: str) -> ET.Element:
    """A feed, checked for what RFC 4287 wants of each."""
    answer = await country.gateway.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    assert root.tag == f"{NAME}feed"
    for part in (root, *root.findall(f"{NAME}entry")):
        for name in ("id", "title", "updated"):
            assert len(part.findall(NAME + name)) == 1
        assert (part.findtext(f"{NAME}id") or "").startswith("urn:uuid:")
        assert datetime.fromisoformat(part.findtext(f"{NAME}updated") or "").tzinfo is not None
        assert part.findtext(f"{NAME}author/{NAME}name")
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{NAME}link")}
    assert str(links["self"]).startswith(f"{country.gateway.url}{path.partition('?')[0]}")
    assert (await country.gateway.http.get(str(links["alternate"]))).status_code == 200
    ids = [entry.findtext(f"{NAME}id") for entry in root.findall(f"{NAME}entry")]
    assert len(ids) == len(set(ids))
    times = [entry.findtext(f"{NAME}updated") or "" for entry in root.findall(f"{NAME}entry")]
    assert times == sorted(times, reverse=True)
    if times:
        assert root.findtext(f"{NAME}updated") == times[0]
    for link in root.findall(f"{NAME}entry/{NAME}link"):
        assert (await country.gateway.http.get(str(link.get("href")))).status_code == 200
    return root


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(f"{NAME}title") or "" for entry in root.findall(f"{NAME}entry")]


@pytest.fixture
async def told(country: Country) -> Country:
    """The country with a decision delivered, a notice, a draft notice and a closed meeting's decision."""
    forum_id = country.ids["XK.PRI"]
    await country.send(
        "forum", f"/decisions/{country.ids['decision']}/close", {"outcome": "delivered", "evidence": "Lit & seen"}, 1
    )
    notice = {"texts": {"en": RUMOUR, "sq": RUMOUR | {"title": "Llambat"}}, "sources": []}
    notice["sources"] = [{"title": "Works", "url": "https://works.example/lamps?a=1&b=2"}]
    made = await country.send("forum", f"/forums/{forum_id}/corrections", notice)
    await country.send("forum", f"/corrections/{made['id']}/publish", {}, made["version"])
    country.ids["notice"] = made["id"]
    await country.send(
        "forum", f"/forums/{forum_id}/corrections", notice | {"texts": {"en": RUMOUR | {"title": "Drafted"}}}
    )
    secret = {"agenda_item": "Inside", "text": "Secret words", "owner": "Municipality"}
    hidden = await country.send("forum", f"/meetings/{country.ids['closed meeting']}/decisions", secret)
    await country.send(
        "forum", f"/decisions/{hidden['id']}/close", {"outcome": "delivered", "evidence": "Secret words"}, 1
    )
    return country


async def test_a_forums_feed_tells_minutes_outcomes_and_corrections(told: Country) -> None:
    root = await feed(told, f"/forum/{told.ids['XK.PRI']}/feed.atom")
    assert sorted(titles(root)) == [
        "Correction: Lamps <i>",
        "Minutes of 10 February 2026 published",
        "delivered: Mend the lamps",
    ]
    text = ET.tostring(root, encoding="unicode")
    assert "Lit &amp; seen" in text
    assert "Secret words" not in text
    assert "Drafted" not in text
    assert "Only for the forum" not in text
    albanian = await feed(told, f"/forum/{told.ids['XK.PRI']}/feed.atom?lang=sq")
    assert "Korrigjim: Llambat" in titles(albanian)
    same = [entry.findtext(f"{NAME}id") for entry in root.findall(f"{NAME}entry")]
    assert [entry.findtext(f"{NAME}id") for entry in albanian.findall(f"{NAME}entry")] == same
    assert albanian.findtext(f"{NAME}id") != root.findtext(f"{NAME}id")


async def test_an_areas_feed_has_what_is_below_it(told: Country) -> None:
    for code, many in (("XK", 3), ("XK.PRI", 3), ("XK.PRI.DARDANIA", 0), ("XK.PEC", 0)):
        root = await feed(told, f"/area/{code}/feed.atom")
        assert len(titles(root)) == many
    assert {author.text for author in root.findall(f"{NAME}entry/{NAME}author/{NAME}name")} <= {"Council of XK.PRI"}


async def test_corrections_are_read_with_their_sources_and_a_withdrawn_one_without_its_words(told: Country) -> None:
    path = f"/forum/{told.ids['XK.PRI']}/corrections"
    answer = await told.gateway.http.get(path)
    assert "Seven are lit." in answer.text
    assert 'href="https://works.example/lamps?a=1&amp;b=2"' in answer.text
    assert "Drafted" not in answer.text
    assert "Llambat" in (await told.gateway.http.get(f"{path}?lang=sq")).text
    assert "Llambat" in (await told.gateway.http.get(f"{path}?text=sq")).text
    _, forum = await page(told.gateway.http, f"/forum/{told.ids['XK.PRI']}?lang=tr")
    assert "Lamps &lt;i&gt;" in forum
    await told.send("forum", f"/corrections/{told.ids['notice']}/withdraw", {"reason": "It was half true"}, 2)
    told.gateway.app.state.shelf.__init__()
    _, text = await page(told.gateway.http, path)
    assert "Seven are lit." not in text
    assert "It was half true" in text
    root = await feed(told, f"/forum/{told.ids['XK.PRI']}/feed.atom")
    assert "Correction: A notice that was withdrawn" in titles(root)
    assert "Seven are lit." not in ET.tostring(root, encoding="unicode")
