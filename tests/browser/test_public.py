"""F20: the public face in a browser: WCAG 2.2 AA where a program can tell, in two directions, narrow, dark, printed."""

import pytest

from tests.browser.accessibility import CHECKS
from tests.browser.chromium import Tab
from tests.gateway.country import Country

SPACED = """(() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(
  'main * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }');
  document.adoptedStyleSheets = [sheet]; })()"""
"""The spacing of text that WCAG 1.4.12 wants a page to bear."""


@pytest.fixture
async def paths(country: Country) -> list[str]:
    """Every kind of public page, with something on it."""
    forum_id, minutes_id = country.ids["XK.PRI"], country.ids["minutes"]
    notice = {
        "texts": {"en": {"title": "Lamps", "claim": "No lamp is mended", "facts": "Seven are lit."}},
        "sources": [],
    }
    made = await country.send(
        "forum", f"/forums/{forum_id}/corrections", notice | {"sources": [{"title": "W", "url": "https://w.example/"}]}
    )
    await country.send("forum", f"/corrections/{made['id']}/publish", {}, made["version"])
    topics = [{"title": "Ndriçimi i rrugës dhe " + "shumëgjuhësia" * 6}]
    planned = {"purpose": "accountability", "starts_at": "2099-05-01T17:00:00+00:00", "public": True, "topics": topics}
    await country.send("forum", f"/forums/{forum_id}/meetings", planned | {"place": "Salla e kuvendit"})
    items = [
        {"heading": "Lighting", "text": "Four lamps are out.\n" + "https://example.org/" + "long" * 40},
        {"heading": "الإنارة", "text": "المصابيح معطلة"},
    ]
    minutes = (await country.running["forum"].http.get(f"/v1/minutes/{minutes_id}")).json()
    await country.send(
        "forum", f"/minutes/{minutes_id}/correct", {"items": items, "reason": "Counted"}, minutes["version"]
    )
    return [
        f"/forum/{forum_id}",
        f"/forum/{forum_id}/calendar",
        f"/forum/{forum_id}/corrections",
        "/area/XK/forums",
        "/area/XK/calendar",
        f"/minutes/{minutes_id}",
        f"/minutes/{minutes_id}/versions/2",
        f"/minutes/{minutes_id}/verify",
        "/forum/nothing",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everyone_can_read_the_public_pages(
    country: Country, browser: Tab, paths: list[str], scheme: str
) -> None:
    """Contrast, names, headings, landmarks, target sizes, languages; in both directions and both colour schemes."""
    await browser.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    for path in paths:
        for language in ("en", "ar"):
            await browser.open(f"{country.gateway.url}{path}?lang={language}")
            assert await browser.value("document.documentElement.lang") == language
            for name, check in CHECKS.items():
                assert await browser.value(check) == [], (path, language, name)
    browser.complaints[:] = [text for text in browser.complaints if "/forum/nothing" not in text]


async def test_pages_reflow_at_320_and_show_where_the_focus_is(
    country: Country, browser: Tab, paths: list[str]
) -> None:
    """WCAG 1.4.10, 1.4.12, 2.4.1, 2.4.7: no sideways scrolling, even spaced wider; a skip link, a visible focus."""
    await browser.command("Emulation.setDeviceMetricsOverride", width=320, height=640, deviceScaleFactor=1, mobile=True)
    for path in paths:
        for language in ("en", "ar"):
            await browser.open(f"{country.gateway.url}{path}?lang={language}")
            assert await browser.value("document.documentElement.scrollWidth") <= 320, (path, language)
        await browser.value(SPACED)
        assert await browser.value("document.documentElement.scrollWidth") <= 320, path
    await browser.open(country.gateway.url + paths[0])
    await browser.press("Tab")
    assert await browser.value("document.activeElement.getAttribute('href')") == "#content"
    for _ in range(8):
        outline = "getComputedStyle(document.activeElement)"
        assert await browser.value(f"{outline}.outlineStyle !== 'none' && parseFloat({outline}.outlineWidth) >= 2")
        await browser.press("Tab")
    browser.complaints[:] = [text for text in browser.complaints if "/forum/nothing" not in text]


async def test_a_page_is_three_requests_and_reads_without_script(
    country: Country, browser: Tab, paths: list[str]
) -> None:
    await browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.asked.clear()
    await browser.open(country.gateway.url + paths[5])
    assert len(set(browser.asked)) <= 3
    assert "Four lamps are out." in str(await browser.command("DOM.getDocument", depth=-1))


async def test_on_paper_the_words_stay_and_the_controls_go(country: Country, browser: Tab, paths: list[str]) -> None:
    await browser.command("Emulation.setEmulatedMedia", media="print")
    await browser.open(country.gateway.url + paths[5])
    shown = "getComputedStyle(document.querySelector({!r})).display"
    assert await browser.value(shown.format("article")) != "none"
    for part in (".top nav", "footer", ".crumbs"):
        assert await browser.value(shown.format(part)) == "none"
    # an item that is longer than what is left of a page goes on over it, and leaves no page empty
    assert await browser.value("getComputedStyle(document.querySelector('article section')).breakInside") == "auto"
