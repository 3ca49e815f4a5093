"""A brief as one HTML page. Rule H8."""

import re
from html.parser import HTMLParser

import pytest

from tests.handover.country import compose, publish_country


@pytest.fixture
async def country(http, projections):
    return await publish_country(projections)


class Outline(HTMLParser):
    """Tags and attributes of a page, and whether what was opened is closed."""

    void = frozenset({"meta", "br", "link", "img", "input", "hr", "polyline"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


async def test_the_page_is_one_file_that_works_offline(http, headers, country):
    """Rule H8: no script, no outside request, escaped, a language, headings, table headers."""
    brief = await compose(http, headers)
    answer = await http.get(f"/v1/briefs/{brief['id']}.html", headers=headers())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = answer.text
    outline = Outline(page)
    assert outline.open == []
    assert ("html", "lang", "en") in outline.attributes
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & set(outline.tags)
    assert not {name for _, name, _ in outline.attributes} & {"src", "srcset", "style", "action"}
    assert not re.search(r"url\(|@import", page)
    assert {tag for tag, name, _ in outline.attributes if name == "href"} == {"a"}
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("main") == 1
    for line in ("&lt;script&gt;", "Dardania board", "Police station 2", "meetings held: rising", brief["sha256"]):
        assert line in page
    ids = [value for _, name, value in outline.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in outline.attributes if name == "href" and value.startswith("#")}
    assert targets <= set(ids)


async def test_the_page_of_an_empty_area(http, headers):
    brief = await compose(http, headers, "XK.PRI.ULPIANA")
    page = (await http.get(f"/v1/briefs/{brief['id']}.html", headers=headers())).text
    assert Outline(page).open == []
    assert "No incident has been recorded." in page
