"""F11, F20: minutes for everyone: page, versions, chain, JSON and PDF; and nothing closed in any of them."""

import asyncio
import hashlib
import html
import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable

import httpx
import pypdfium2
import pytest

from gateway.web.public.press import Press
from tests.gateway.country import Country
from tests.gateway.test_pages import page

INSIDE = "Only for the forum"
HOSTILE = '#read("/etc/passwd") $x$ *b* @a <l> \\ #panic() `c` // \u202e [x] = y\nsecond'
ARABIC = "مرحبا بكم"


@pytest.fixture
async def corrected(country: Country) -> Country:
    """The country's minutes with a correction in many scripts."""
    minutes_id = country.ids["minutes"]
    items = [
        {"heading": "Lighting & <safety>", "text": "Four lamps are out. <script>alert(1)</script>"},
        {"heading": HOSTILE.partition("\n")[0], "text": HOSTILE},
        {"heading": "Ћирилица, ëç, Đ", "text": ARABIC},
        {"heading": "Inside", "text": f"{INSIDE}.", "closed": True},
    ]
    answer = await country.running["forum"].http.get(
        f"/v1/minutes/{minutes_id}", headers={"Authorization": country.admin}
    )
    body = {"items": items, "reason": "The lamps were <b>counted</b> again."}
    await country.send("forum", f"/minutes/{minutes_id}/correct", body, answer.json()["version"])
    return country


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return unicodedata.normalize("NFKC", "\n".join(part.get_textpage().get_text_range() for part in document))
    finally:
        document.close()


async def test_the_page_says_what_was_minuted_decided_and_corrected(corrected: Country) -> None:
    http, path = corrected.gateway.http, f"/minutes/{corrected.ids['minutes']}"
    found, text = await page(http, path)
    assert "Lighting &amp; &lt;safety&gt;" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "The lamps were &lt;b&gt;counted" in text
    assert "Mend the lamps" in text
    assert "overdue" in text
    assert {f"{path}/versions/1", f"{path}/versions/2.pdf", f"{path}/versions/2.json", f"{path}/verify"} <= set(
        found.links
    )
    _, old = await page(http, f"{path}/versions/1")
    assert "The lamps are out." in old
    assert "A newer version corrects this one." in old
    _, new = await page(http, f"{path}/versions/2")
    assert "What this correction changed" in new
    assert "The</del>" in new
    assert "Four</ins>" in new


async def test_the_json_is_what_was_hashed(corrected: Country) -> None:
    http, path = corrected.gateway.http, f"/minutes/{corrected.ids['minutes']}"
    chain = (await http.get(f"{path}/chain.json")).json()["versions"]
    before = None
    for version in chain:
        answer = await http.get(f"{path}/versions/{version['number']}.json")
        assert answer.headers["content-type"] == "application/json"
        assert hashlib.sha256(answer.content).hexdigest() == version["sha256"]
        assert json.loads(answer.content) == version["content"]
        assert version["content"]["previous_sha256"] == before
        before = version["sha256"]
    _, text = await page(http, f"{path}/verify")
    assert "The chain holds" in text
    assert text.count(before or "") == 2
    assert f"curl -s {corrected.gateway.url}{path}/versions/2.json | sha256sum" in text
    command = re.search(r"curl -s (\S+/chain\.json) \| python3 -c '(.+)'", html.unescape(text))
    assert command is not None
    taken = (await http.get(command[1])).content
    told = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", command[2]], input=taken, capture_output=True)
    assert told.stdout.decode().strip() == before, told.stderr.decode()


async def test_the_pdf_says_the_same_and_takes_no_text_for_markup(corrected: Country) -> None:
    http, path = corrected.gateway.http, f"/minutes/{corrected.ids['minutes']}/versions"
    answer = await http.get(f"{path}/2.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert b"pdfuaid" in answer.content
    text = text_of(answer.content)
    for said in ("Lighting & <safety>", "<script>alert(1)</script>", "#panic() `c` // ", "Ћирилица, ëç, Đ", "counted"):
        assert said in text
    assert '#read("/etc/passwd") $x$ *b* @a <l>' in text
    assert "root:" not in text
    assert set(ARABIC) <= set(text)
    assert INSIDE not in text
    assert chr(0x202E) not in text
    arabic = text_of((await http.get(f"{path}/1.pdf?lang=ar")).content)
    assert "٢٠٢٦" in arabic
    again = await http.get(f"{path}/2.pdf", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


async def test_a_pdf_of_characters_that_no_font_has_is_still_made() -> None:
    data = {
        "title": "T",
        "forum": "F",
        "kind": "K",
        "lines": [],
        "footer": "f",
        "lang": "en",
        "dir": "ltr",
        "timestamp": 1,
        "items": [
            {
                "heading": {"text": "漢字 🙂", "dir": "ltr", "lang": "und"},
                "paragraphs": [{"text": "\u0000\uffff ok", "dir": "rtl", "lang": "ar"}],
            }
        ],
        "hash_title": "h",
        "sha256": "0" * 64,
    }
    assert "ok" in text_of(await Press().pdf(data))


async def test_what_is_closed_is_nowhere(corrected: Country, tokens: Callable[..., str]) -> None:
    """Not in any form of the minutes; a signed-in insider's page has it, and is kept nowhere."""
    http, path = corrected.gateway.http, f"/minutes/{corrected.ids['minutes']}"
    council = tokens("council@XK.PRI")
    forms = ("", "/verify", "/chain.json", "/versions/1", "/versions/1.json", "/versions/2", "/versions/2.json")
    for form in forms:
        assert INSIDE not in (await http.get(path + form)).text
    _, inside = await page(http, path, council)
    assert INSIDE in inside
    assert "closed item" in inside
    signed = {"Cookie": f"beatbook_token={council.removeprefix('Bearer ')}"}
    for form in forms[2:]:
        assert INSIDE not in (await http.get(path + form, headers=signed)).text
    assert INSIDE not in (await http.get(path)).text
    _, elsewhere = await page(http, path, tokens("council@XK.PEC"))
    assert INSIDE not in elsewhere


async def test_drafts_are_not_there_for_the_public(country: Country, tokens: Callable[..., str]) -> None:
    from tests.gateway.country import hold

    meeting = await hold(country, country.ids["XK.PRI"], public=True)
    draft = await country.send("forum", f"/meetings/{meeting['id']}/minutes", {"items": [{"heading": "Draft words"}]})
    http, path = country.gateway.http, f"/minutes/{draft['id']}"
    for form in ("", "/verify", "/versions/1"):
        _, text = await page(http, path + form, status=404)
        assert "Draft words" not in text
    for form in ("/chain.json", "/versions/1.json", "/versions/1.pdf"):
        assert (await http.get(path + form)).status_code == 404
    _, inside = await page(http, path, tokens("council@XK.PRI"))
    assert "Draft words" in inside
    assert str(draft["id"]) not in (await page(http, f"/forum/{country.ids['XK.PRI']}"))[1]


@pytest.mark.parametrize("number", ["0", "3", "-1", "1x", "latest", "999999999999999999999"])
async def test_versions_that_are_not_there(country: Country, number: str) -> None:
    http, path = country.gateway.http, f"/minutes/{country.ids['minutes']}/versions/{number}"
    await page(http, path, status=404)
    for form in ("json", "pdf"):
        assert (await http.get(f"{path}.{form}")).status_code == 404


async def test_without_the_forum_service_files_say_so(client: Callable[..., object]) -> None:
    http: httpx.AsyncClient = await client("gateway", forum_url="http://127.0.0.1:1")  # type: ignore[misc]
    path = "/minutes/01890000-0000-7000-8000-000000000001"
    _, text = await page(http, path, status=503)
    assert "Not available just now" in text
    assert (await http.get(f"{path}/versions/1.pdf")).status_code == 503
