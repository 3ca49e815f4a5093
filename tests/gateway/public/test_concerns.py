"""Raising and following a concern on the gateway: without login, cookie or script, in every language. Rule F14."""

import re
from typing import Any

import httpx
import pytest

from gateway.web.languages import LANGUAGES, words_of
from gateway.web.public.concerns import CATEGORIES, LONGEST
from services.forum.concerns.rules import CaseBucket, Category, ConcernState, StepKind
from services.forum.concerns.schemas import ConcernWords
from services.forum.receipts.rules import ALLOWANCES, Asking
from tests.gateway.country import Country

WORDS = {"category": "road_safety", "text": "Cars race past the school", "wish": "Bumps", "place": "Rruga B"}
CODE = re.compile(r"<code>((?:[0-9A-Z]{4}-){6}[0-9A-Z]{4})</code>")


@pytest.mark.pure
def test_the_form_offers_what_its_owner_takes() -> None:
    assert tuple(Category) == CATEGORIES
    taken = ConcernWords.model_json_schema()["properties"]
    for name, longest in LONGEST.items():
        shape = next(part for part in [taken[name], *taken[name].get("anyOf", [])] if "maxLength" in part)
        assert shape["maxLength"] == longest


@pytest.mark.pure
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_words_in_every_language(language: str) -> None:
    entries = words_of(language).entries
    kinds = {"category": Category, "state": ConcernState, "step": StepKind}
    for kind, codes in {"case_bucket": CaseBucket, **{f"concern_{kind}": kinds[kind] for kind in kinds}}.items():
        assert [code for code in codes if f"{kind}.{code.value}" not in entries] == []


async def forum_of(country: Country) -> str:
    found = await country.running["forum"].http.get("/v1/forums", params={"areas": "XK.PRI"})
    return str(found.json()["items"][0]["id"])


def key_of(answer: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', answer.text)
    assert found
    return found[1]


async def test_a_concern_is_raised_and_followed_without_a_name(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    path = f"/forum/{forum}/concern"
    form = await http.get(path)
    assert form.status_code == 200
    assert "no-store" in form.headers["Cache-Control"]
    assert f'action="{path}"' in form.text
    raised = await http.post(path, data=WORDS | {"key": key_of(form)})
    assert raised.status_code == 200
    assert "no-store" in raised.headers["Cache-Control"]
    code = CODE.search(raised.text)
    assert code
    for answer in (form, raised):
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
    shown = await http.post("/concern", data={"code": code[1].lower()})
    assert shown.status_code == 200
    assert "Waits for the forum" in shown.text
    assert "race" not in shown.text
    concern = (await _concerns(country))[0]
    answer = {"outcome": "answered", "words": "Bumps <b>were</b> built.", "organisation": "Public works"}
    await country.send("forum", f"/concerns/{concern['id']}/triage", answer, version=1)
    shown = await http.post("/concern", data={"code": code[1]})
    assert "Bumps &lt;b&gt;were&lt;/b&gt; built." in shown.text
    assert code[1] not in shown.text


async def _concerns(country: Country) -> list[dict[str, Any]]:
    found = await country.running["forum"].http.get("/v1/concerns", headers={"Authorization": country.admin})
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_a_form_sent_twice_raises_one_concern(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    sent = WORDS | {"key": "k" * 32}
    first = await http.post(f"/forum/{forum}/concern", data=sent)
    again = await http.post(f"/forum/{forum}/concern", data=sent)
    assert (first.status_code, again.status_code) == (200, 409)
    assert "has arrived, once" in again.text
    assert not CODE.search(again.text)
    assert len(await _concerns(country)) == 1


async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    answer = await http.post(f"/forum/{forum}/concern", data={"category": "love", "text": "  ", "wish": "Bu<mps"})
    assert answer.status_code == 422
    assert re.search(r'id="category"[^>]* aria-invalid="true" aria-describedby="category-error"', answer.text)
    assert re.search(r'id="text"[^>]* aria-invalid="true" aria-describedby="text-error text-hint"', answer.text)
    assert 'href="#text"' in answer.text
    assert "Bu&lt;mps" in answer.text
    odd = await http.post(f"/forum/{forum}/concern", data=WORDS | {"text": "a\0b", "key": "a\r\nEvil: 1"})
    assert odd.status_code == 422
    long = await http.post(f"/forum/{forum}/concern", data=WORDS | {"text": "x" * 4001})
    assert "at most 4" in long.text
    assert (await http.post(f"/forum/{forum}/concern", data=WORDS | {"text": "x" * 200_000})).status_code == 404
    assert await _concerns(country) == []


async def test_another_site_s_form_is_refused(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    for origin in ("https://elsewhere.example", "null"):
        for path, data in ((f"/forum/{forum}/concern", WORDS), ("/concern", {"code": "x"})):
            assert (await http.post(path, data=data, headers={"Origin": origin})).status_code == 403
    assert await _concerns(country) == []


async def test_wrong_codes_are_told_alike_and_only_so_often(country: Country) -> None:
    http = country.gateway.http
    pages = [await http.post("/concern", data={"code": code}) for code in ("wrong", "0000-" * 6 + "0000", "<i>")]
    assert {answer.status_code for answer in pages} == {404}
    assert len({answer.text for answer in pages}) == 1
    allowed = ALLOWANCES[Asking.FOLLOW_FROM].burst
    statuses = [(await http.post("/concern", data={"code": "wrong"})).status_code for _ in range(allowed + 5)]
    assert 429 in statuses
    refused = await http.post("/concern", data={"code": "wrong"})
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] in refused.text


async def test_visitors_of_other_networks_have_allowances_of_their_own(country: Country) -> None:
    """The gateway, believed by the forum, tells the network that a visitor comes from."""
    http, forum = country.gateway.http, await forum_of(country)
    statuses = {}
    for visitor in ("203.0.113.7", "198.51.100.7"):
        headers = {"X-Forwarded-For": visitor}
        sent = [await http.post(f"/forum/{forum}/concern", data=WORDS, headers=headers) for _ in range(9)]
        statuses[visitor] = [answer.status_code for answer in sent]
    assert list(statuses.values()) == [[200] * 8 + [429]] * 2
    assert sent[-1].headers["Retry-After"]
    assert "Rruga B" in sent[-1].text


async def test_an_area_leads_to_its_forum_and_what_is_not_there_is_not(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    led = await http.get("/area/XK.PRI/concern?lang=ar")
    assert (led.status_code, led.headers["Location"]) == (303, f"/forum/{forum}/concern?lang=ar")
    for path in ("/area/XK.NOWHERE/concern", "/forum/nothing/concern", f"/forum/{forum[:-4]}0000/concern"):
        assert (await http.get(path)).status_code == 404
    gone = await http.post(f"/forum/{forum[:-4]}0000/concern", data=WORDS)
    assert gone.status_code == 404


async def test_pages_are_in_the_reader_s_language_and_direction(country: Country) -> None:
    http, forum = country.gateway.http, await forum_of(country)
    form = await http.get(f"/forum/{forum}/concern?lang=ar")
    assert '<html lang="ar" dir="rtl">' in form.text
    assert f'action="/forum/{forum}/concern?lang=ar"' in form.text
    raised = await http.post(f"/forum/{forum}/concern?lang=ar", data=WORDS)
    assert 'dir="ltr" translate="no"' in raised.text
    assert '<html lang="ar" dir="rtl">' in raised.text
