"""G5: the dashboards as pages: complete without script, valid, and asking nothing of any other site."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from beatbook.contracts.catalogue import PUBLISHERS
from gateway.web.site import HERE
from tests.gateway.country import Country

PATHS = ("/", "/national/XK", "/municipality/XK.PRI", "/neighbourhood/XK.PRI.DARDANIA", "/sign-in", "/developers")
VOID = frozenset({"meta", "link", "img", "br", "path", "rect", "circle", "input"})
OUTSIDE = re.compile(r"""(?:https?:)?//(?!127\.0\.0\.1|localhost)[\w.-]+""")


class Page(HTMLParser):
    """What of a page matters here: are its elements closed, are ids unique, where does it point."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.references: list[str] = []
        self.headings: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        assert len(found) == len(attributes), f"an attribute twice in {tag}"
        assert "style" not in found, "the policy forbids styles in attributes"
        assert not [name for name in found if name.startswith("on")], "the policy forbids scripts in attributes"
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag in {"script", "img", "link"}:
            self.loads.append(found.get("src") or found.get("href", ""))
        if tag == "img":
            assert "alt" in found
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        self.references += found.get("aria-labelledby", "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag


async def page(http: httpx.AsyncClient, path: str, token: str | None = None, status: int = 200) -> tuple[Page, str]:
    """A page as a visitor with this token gets it, checked for what every page owes."""
    cookies = {"Cookie": f"beatbook_token={token.removeprefix('Bearer ')}"} if token else {}
    answer = await http.get(path, headers=cookies)
    assert answer.status_code == status, answer.text
    assert len(answer.content) < 150_000
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    found = Page(answer.text)
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert set(found.references) <= set(found.ids)
    assert found.headings[0] == "h1"
    assert found.headings.count("h1") == 1
    assert [link for link in (*found.links, *found.loads) if OUTSIDE.match(link)] == []
    assert [link for link in found.links if link.startswith("#") and link[1:] not in found.ids] == []
    return found, answer.text


async def test_every_page_is_well_formed_and_every_link_leads_somewhere(whole_country: Country) -> None:
    http = whole_country.gateway.http
    seen: set[str] = set()
    for path in PATHS:
        found, _ = await page(http, path, whole_country.admin)
        seen |= {link for link in (*found.links, *found.loads) if link.startswith("/")}
    assert {"/national/XK", "/municipality/XK.PRI", "/neighbourhood/XK.PRI.ULPIANA"} <= seen
    assert f"/minutes/{whole_country.ids['minutes']}" in seen
    for link in sorted(seen):
        assert (await http.get(link)).status_code == 200, link


async def test_the_dashboard_shows_what_its_reader_may_see(whole_country: Country, tokens: Callable[..., str]) -> None:
    http = whole_country.gateway.http
    _, signed = await page(http, "/municipality/XK.PRI", tokens("council@XK.PRI"))
    assert "Recorded incidents per 10,000 residents" in signed
    assert 'aria-label="Dardania: 20"' in signed
    assert "small base: read with care" in signed
    assert "no population known" in signed
    assert "trust the police more" in signed
    assert "overdue since 20 Feb 2026" in signed
    assert "closed" in signed
    _, public = await page(http, "/municipality/XK.PRI")
    assert "Recorded incidents per" not in public
    assert 'aria-label="Dardania: 0"' in public
    assert "Forum meetings held" in public
    assert "Signing in</a> adds" in public
    _, elsewhere = await page(http, "/municipality/XK.PRI", tokens("council@XK.PEC"))
    assert "Recorded incidents per" not in elsewhere


async def test_a_police_chair_past_its_term_is_told(whole_country: Country) -> None:
    """F3: in the forum list, to everyone, and in the schema with its rule."""
    chair = {"name": "P. Chair", "sector": "police", "role": "chair", "term_start": "2025-01-01"}
    path = f"/forums/{whole_country.ids['XK.PRI.DARDANIA']}/members"
    await whole_country.send("forum", path, chair | {"term_end": "2025-06-30"})
    for where in ("/neighbourhood/XK.PRI.DARDANIA", "/municipality/XK.PRI"):
        _, text = await page(whole_country.gateway.http, where)
        assert text.count("The police was to hand over the chair by 2025-06-30") == 1
    query = """{ area(code: "XK.PRI") { forums { edges { node { name advisories { code text rule } } } } } }"""
    forums = (await whole_country.ask(query))["data"]["area"]["forums"]["edges"]
    told = {edge["node"]["name"]: [advisory["rule"] for advisory in edge["node"]["advisories"]] for edge in forums}
    assert told == {"Council of XK.PRI": [], "Council of XK.PRI.DARDANIA": ["F3"]}


async def test_a_cluster_shows_no_names_of_its_inside(client: Callable[..., object]) -> None:
    """G6: where services are reached is the installation's own; its inner names help nobody."""
    inside = {f"{name}_url": f"http://{name}.beatbook.svc:8001" for name in PUBLISHERS}
    http = await client("gateway", embedded=False, **inside)  # type: ignore[misc]
    _, text = await page(http, "/developers")
    assert "svc" not in text
    assert "an address of its own in this installation" in text
    laptop = await client("gateway")  # type: ignore[misc]
    _, text = await page(laptop, "/developers")
    assert 'href="http://127.0.0.1:8001/openapi.json"' in text


async def test_names_are_text_never_markup(country: Country) -> None:
    _, text = await page(country.gateway.http, "/national/XK")
    assert "Peja &lt;south&gt; &amp; west" in text
    _, minutes = await page(country.gateway.http, f"/minutes/{country.ids['minutes']}")
    assert "Lighting &amp; &lt;safety&gt;" in minutes
    assert "Only for the forum" not in minutes


async def test_a_service_that_is_down_is_told_in_its_place(country: Country) -> None:
    """Only forum runs: the page is there, says what is missing, and shows the rest."""
    _, text = await page(country.gateway.http, "/municipality/XK.PRI", country.admin)
    assert "Not answering just now: kpi" in text
    assert "Council of XK.PRI" in text


async def test_pages_of_nothing(country: Country, client: Callable[..., object]) -> None:
    http = country.gateway.http
    for path in ("/municipality/XK.NOWHERE", "/municipality/XK", "/national/%3Cscript%3E", "/minutes/nonsense"):
        _, text = await page(http, path, status=404)
        assert "Nothing here" in text
        assert "<script>" not in text.replace('<script src="/static', "")


async def test_an_address_that_does_not_exist(country: Country) -> None:
    """A reader gets a page, a program a problem document."""
    read = await country.gateway.http.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert (read.status_code, "Nothing here" in read.text) == (404, True)
    called = await country.gateway.http.get("/nowhere")
    assert (called.status_code, called.headers["content-type"]) == (404, "application/problem+json")


async def test_without_the_forum_service_the_page_says_so(client: Callable[..., object]) -> None:
    http = await client("gateway", forum_url="http://127.0.0.1:1")  # type: ignore[misc]
    _, text = await page(http, "/", status=503)
    assert "Not available just now" in text


async def test_signing_in_and_out(country: Country, tokens: Callable[..., str]) -> None:
    http = country.gateway.http
    token = tokens("council@XK.PRI", subject="dardan").removeprefix("Bearer ")
    answer = await http.post("/sign-in", data={"token": f"  {token}\n"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    _, text = await page(http, "/", token)
    assert "dardan" in text
    out = await http.post("/sign-out")
    assert 'beatbook_token=""' in out.headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "made.up.token", "x" * 9_000])
async def test_a_bad_token_is_not_taken(country: Country, token: str) -> None:
    answer = await country.gateway.http.post("/sign-in", data={"token": token})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text
    assert "made.up" not in answer.text


async def test_a_token_that_no_cookie_keeps_is_told_so(country: Country, tokens: Callable[..., str]) -> None:
    """Browsers drop a cookie over 4,096 bytes without a word."""
    many = tokens(*(f"officer@XK.PRI.AREA-{number:04}" for number in range(200)))
    answer = await country.gateway.http.post("/sign-in", data={"token": many.removeprefix("Bearer ")})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "keeps 4,000 characters" in answer.text


async def test_an_ended_token_leaves_the_public_page(country: Country) -> None:
    answer = await country.gateway.http.get("/", headers={"Cookie": "beatbook_token=made.up.token"})
    assert answer.status_code == 200
    assert "not accepted any more" in answer.text
    assert 'beatbook_token=""' in answer.headers["set-cookie"]


async def test_forms_of_another_site_are_refused(country: Country, tokens: Callable[..., str]) -> None:
    http = country.gateway.http
    for path in ("/sign-in", "/sign-out"):
        answer = await http.post(path, data={"token": tokens("admin@XK")}, headers={"Origin": "https://other.example"})
        assert answer.status_code == 403


async def test_the_cookie_needs_tls_off_a_laptop(client: Callable[..., object], tokens: Callable[..., str]) -> None:
    http = await client("gateway", embedded=False)  # type: ignore[misc]
    answer = await http.post("/sign-in", data={"token": tokens("admin@XK").removeprefix("Bearer ")})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.pure
@pytest.mark.parametrize(
    "file",
    [path for folder in ("templates", "static") for path in sorted((HERE / folder).iterdir()) if path.is_file()],
    ids=lambda path: path.name,
)
def test_our_own_files_name_no_other_site(file: Path) -> None:
    assert OUTSIDE.findall(file.read_text().replace("http://www.w3.org/2000/svg", "")) == []
