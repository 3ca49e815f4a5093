"""G5: the pages in a browser: nothing from outside, no complaint, by keyboard, on a phone, live."""

from collections.abc import Callable

import pytest

from tests.browser.chromium import Tab
from tests.gateway.country import Country
from tests.gateway.test_subscriptions import plan, subscribed

PAGES = ("/national/XK", "/municipality/XK.PRI", "/neighbourhood/XK.PRI.DARDANIA", "/sign-in", "/developers")


async def sign_in(browser: Tab, country: Country, token: str) -> None:
    """Follow a link with a token after the hash."""
    await browser.open(f"{country.gateway.url}/sign-in#token={token.removeprefix('Bearer ')}")
    await browser.until("location.pathname === '/' && document.querySelector('footer code') !== null")


async def test_the_three_tiers_by_link_and_keyboard(whole_country: Country, browser: Tab) -> None:
    """From the country to a neighbourhood and back, by the links that the map and its table offer."""
    await sign_in(browser, whole_country, whole_country.admin)
    assert await browser.value("document.querySelector('h1').textContent") == "Testland"
    assert await browser.value("location.hash") == ""
    await browser.press("Tab")
    assert await browser.value("document.activeElement.textContent") == "Skip to content"
    steps = {"XK.PRI": "Prishtina", "XK.PRI.DARDANIA": "Dardania"}
    for code, name in steps.items():
        await browser.press("Tab")
        await browser.value(f"document.querySelector('.areas a[href$=\"/{code}\"]').focus()")
        await browser.until("getComputedStyle(document.activeElement.querySelector('path')).strokeWidth === '2.5px'")
        await browser.press("Enter")
        await browser.until(f"document.querySelector('h1')?.textContent === '{name}'")
    crumbs = await browser.value("[...document.querySelectorAll('.crumbs a')].map(link => link.textContent)")
    assert crumbs == ["Testland", "Prishtina"]
    assert (
        await browser.value("document.querySelector('.areas [aria-current=page] title').textContent") == "Dardania: 20"
    )


@pytest.mark.parametrize("width", [360, 1280])
async def test_pages_fit_and_are_legible(whole_country: Country, browser: Tab, width: int) -> None:
    """No page scrolls sideways on a phone; both colour schemes draw the map."""
    await sign_in(browser, whole_country, whole_country.admin)
    await browser.command(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500
    )
    for scheme in ("light", "dark"):
        await browser.command(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
        )
        for path in PAGES:
            await browser.open(whole_country.gateway.url + path)
            assert await browser.value("document.documentElement.scrollWidth") <= width, path
    await browser.open(f"{whole_country.gateway.url}/municipality/XK.PRI")
    fills = await browser.value(
        "[...document.querySelectorAll('.areas a path')].map(path => getComputedStyle(path).fill)"
    )
    assert len(set(fills)) == 2, "a shade for the areas with a figure, hatching for the one without"


async def test_right_to_left(country: Country, browser: Tab) -> None:
    """Turned round, the page still fits: nothing is placed by left or right."""
    await browser.command("Emulation.setDeviceMetricsOverride", width=360, height=800, deviceScaleFactor=1, mobile=True)
    await browser.open(f"{country.gateway.url}/municipality/XK.PRI")
    await browser.value("document.documentElement.dir = 'rtl'")
    assert await browser.value("document.documentElement.scrollWidth") <= 360


async def test_without_script_everything_is_there(whole_country: Country, browser: Tab) -> None:
    await browser.command("Emulation.setScriptExecutionDisabled", value=True)
    await browser.open(f"{whole_country.gateway.url}/municipality/XK.PRI")
    tree = await browser.command("DOM.getDocument", depth=-1)
    text = str(tree)
    assert "Forum meetings held" in text
    assert "Street lights" in text


async def test_the_page_tells_when_something_happens(
    country: Country, browser: Tab, tokens: Callable[..., str]
) -> None:
    """G3: the page follows its area, and offers itself anew."""
    await sign_in(browser, country, tokens("council@XK.PRI"))
    await browser.open(f"{country.gateway.url}/municipality/XK.PRI")
    await subscribed(country)
    await plan(country, "XK.PRI.DARDANIA")
    await browser.until("!document.getElementById('live').hidden")
    assert "Something new has happened here" in await browser.value("document.getElementById('live').textContent")


async def test_graphiql_asks_our_schema(whole_country: Country, browser: Tab) -> None:
    """G6: GraphiQL from our own files: it reads the schema and runs its first query."""
    await browser.open(f"{whole_country.gateway.url}/graphiql")
    await browser.until("document.querySelector('button.graphiql-execute-button') !== null")
    await browser.until("document.querySelector('.graphiql-editor .CodeMirror') !== null")
    await browser.value("document.querySelector('button.graphiql-execute-button').click()")
    await browser.until("document.querySelector('.graphiql-response')?.textContent.includes('Testland')")
    assert browser.asked.count(f"{whole_country.gateway.url}/graphql") >= 2
