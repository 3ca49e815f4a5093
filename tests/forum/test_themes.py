"""Like concerns: compared, offered, joined, answered once, separated. Rule F15."""

import asyncio
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.concerns.rules import Category, stems
from services.forum.themes.rules import ALIKE, Open, groups, likeness
from tests.forum.conftest import Api, World, collection, feature

LIGHTS = {
    "en": (
        "No street lights work in the park behind the school, it is dark and girls are afraid at night",
        "Street lighting broken near the school; children walk home in the dark at night",
        "Lamps in our street have been dark for months, the park by the school is frightening after dusk",
    ),
    "sq": (
        "Ndriçimi publik nuk punon në parkun prapa shkollës, është errësirë natën",
        "Nuk ka ndriçim në rrugën e shkollës, fëmijët kthehen natën në errësirë",
        "Në parkun e shkollës ndriçimi nuk funksionon prej muajsh, natën është errësirë",
    ),
    "sr": (
        "Ulična rasveta ne radi u parku iza škole, noću je mrak",
        "Нема уличне расвете код школе, деца се ноћу враћају по мраку",
        "Rasveta u parku kod škole mesecima ne radi, mrak je čim padne noć",
    ),
    "ar": (
        "إنارة الشارع لا تعمل في الحديقة خلف المدرسة والمكان مظلم ليلا",
        "لا توجد إنارة في الشارع قرب المدرسة والأطفال يعودون ليلا",
        "الحديقة قرب المدرسة مظلمة ليلا وإنارة الشارع معطلة",
    ),
}
OTHERS = (
    "Stray dogs bite people near the market every morning",
    "Cars race on the main road and nobody stops at the crossing",
    "Young men drink beside the playground and shout until late",
    "Qentë endacakë sulmojnë njerëzit te tregu çdo mëngjes",
    "Пси луталице нападају људе код пијаце сваког јутра",
    "Our shop was broken into twice this winter",
)
AREAS = ("XK.A.B", "XK.A.C", "XK.A.D")
WORDS = st.lists(st.sampled_from("abcdefghij"), max_size=10)


@pytest.mark.pure
@pytest.mark.parametrize("language", LIGHTS)
def test_like_concerns_are_alike_in_each_language_and_others_are_not(language: str) -> None:
    """Rule F15."""
    alike = [stems(text) for text in LIGHTS[language]]
    assert all(likeness(*pair) >= ALIKE for pair in combinations(alike, 2)), [
        round(likeness(*pair), 2) for pair in combinations(alike, 2)
    ]
    for other in OTHERS:
        assert all(likeness(one, stems(other)) < ALIKE for one in alike)


@pytest.mark.pure
def test_the_others_are_alike_only_where_they_say_the_same() -> None:
    assert all(likeness(stems(one), stems(other)) < ALIKE for one, other in combinations(OTHERS, 2))


@pytest.mark.pure
def test_accents_case_endings_and_script_make_no_difference() -> None:
    assert stems("Улична РАСВЕТА") == stems("ulična rasveta") == ["rasv", "ulic"]
    assert stems("Ndriçimi", "ndricimit") == ["ndri"]
    assert stems("the and or 12 ab", None, "") == []


@pytest.mark.pure
@given(st.text(max_size=500))
def test_any_text_has_stems(text: str) -> None:
    assert all(3 <= len(stem) <= 4 for stem in stems(text)) or not text.isascii()


@pytest.mark.pure
@given(WORDS, WORDS)
def test_likeness_is_a_share_and_has_no_sides(first: list[str], second: list[str]) -> None:
    assert 0 <= likeness(first, second) == likeness(second, first) <= 1
    assert likeness(first, first) in (0, 1)


@pytest.mark.pure
@given(
    st.lists(st.tuples(st.sampled_from(("XK.A.B", "XK.A.C", "XK.A.D")), st.sampled_from(Category), WORDS), max_size=25)
)
def test_a_group_is_of_one_category_of_several_areas_and_shares_no_concern(
    rows: list[tuple[str, Category, list[str]]],
) -> None:
    concerns = {each.concern_id: each for each in (Open(uuid4(), *row) for row in rows)}
    found = groups(list(concerns.values()))
    members = [concern_id for group in found for concern_id in group]
    assert len(members) == len(set(members))
    for group in found:
        inside = [concerns[concern_id] for concern_id in group]
        assert len({one.area for one in inside}) > 1
        assert len({one.category for one in inside}) == 1


@pytest.mark.pure
def test_what_everybody_writes_makes_no_group() -> None:
    """A form of words that comes with every concern tells nothing of what it is about."""
    said = "Dear council, please help us citizens with the following matter in our neighbourhood: "
    texts = [
        said + text for text in (*LIGHTS["en"], *OTHERS[:3], *(f"thing{number} x{number}yz" for number in range(9)))
    ]
    concerns = [
        Open(UUID(int=number), AREAS[number % 3], Category.OTHER, stems(text)) for number, text in enumerate(texts)
    ]
    assert [sorted(found.int for found in group) for group in groups(concerns)] == [[0, 1, 2]]


ANSWER = {"outcome": "answered", "words": "Lamps are mended in April.", "organisation": "Public works"}
NEIGHBOURHOODS = ("DARDANIA", "ULPIANA", "VELANIA")


async def boards(world: World) -> dict[str, str]:
    """A board and one concern about lamps in each of three neighbourhoods, by neighbourhood."""
    more = [feature(name, "PRI") for name in NEIGHBOURHOODS[1:]]
    mapping = {"code": "code"}
    country = [feature("XK", None), feature("PRI", "XK"), *more]
    await world.api.ok("POST", "/areas/imports", {"mapping": mapping, "collections": [collection(*country)]})
    found = {}
    for name, text in zip(NEIGHBOURHOODS, LIGHTS["en"], strict=True):
        board = {"area": f"XK.PRI.{name}", "kind": "community_advisory_board", "name": name}
        forum = (await world.api.ok("POST", "/forums", board))["id"]
        body = {"category": "lighting_and_surroundings", "text": text}
        await world.api.ok("POST", f"/forums/{forum}/concerns/anonymous", body, as_=None)
        body = {"category": "lighting_and_surroundings", "text": OTHERS[0]}
        await world.api.ok("POST", f"/forums/{forum}/concerns/anonymous", body, as_=None)
        listed = (await world.api.ok("GET", "/concerns", forum=forum))["items"]
        found[name] = next(one["id"] for one in listed if one["inside"]["text"] == text)
    return found


async def similar(api: Api, concern: str, as_: str) -> set[str]:
    return {one["concern"]["id"] for one in await api.ok("GET", f"/concerns/{concern}/similar", as_=as_)}


async def test_like_concerns_of_the_neighbourhoods_are_found_by_who_may_see_them(world: World) -> None:
    api, concerns = world.api, await boards(world)
    first = concerns["DARDANIA"]
    assert await similar(api, first, "council@XK.PRI") == set(concerns.values()) - {first}
    assert await similar(api, first, "council@XK.PRI.DARDANIA") == set()
    assert (await api("GET", f"/concerns/{first}/similar", as_="council@XK.PRI.ULPIANA")).status_code == 404
    shown = {"summary": "Lamps in Ulpiana", "published": True}
    await api.ok("PATCH", f"/concerns/{concerns['ULPIANA']}", shown)
    assert await similar(api, first, "council@XK.PRI.DARDANIA") == {concerns["ULPIANA"]}
    offered = await api.ok("GET", "/concern-groups", area="XK.PRI", as_="council@XK.PRI")
    mine = next(group for group in offered if {one["id"] for one in group["concerns"]} == set(concerns.values()))
    assert mine["areas"] == [f"XK.PRI.{name}" for name in NEIGHBOURHOODS]
    for stranger in (None, "council@XK.PEC", "council@XK.PRI.DARDANIA"):
        assert (await api("GET", "/concern-groups", area="XK.PRI", as_=stranger)).status_code == 404


async def test_the_database_measures_as_the_rule_does(world: World) -> None:
    concerns = await boards(world)
    for name in NEIGHBOURHOODS:
        found = await world.api.ok("GET", f"/concerns/{concerns[name]}/similar")
        words = {one["concern"]["id"]: one["concern"]["inside"]["text"] for one in found}
        own = LIGHTS["en"][NEIGHBOURHOODS.index(name)]
        assert {one["concern"]["id"]: one["likeness"] for one in found} == {
            concern: round(likeness(stems(own), stems(text)), 3) for concern, text in words.items()
        }


async def test_one_answer_goes_to_all_and_each_keeps_its_own_steps(world: World) -> None:
    api, concerns = world.api, await boards(world)
    body = {"title": "Lamps", "concern_ids": list(concerns.values())}
    theme = await api.ok("POST", f"/forums/{world.forum}/concern-themes", body, as_="council@XK.PRI")
    assert theme["concern_ids"] == sorted(concerns.values())
    again = await api("POST", f"/forums/{world.forum}/concern-themes", body)
    assert (again.status_code, len(again.json()["unmet"])) == (422, 3)
    alone = {"concern_ids": [concerns["VELANIA"]]}
    path = f"/concern-themes/{theme['id']}"
    await api.ok("POST", f"{path}/separate", alone, version=1)
    assert (await api("POST", f"{path}/separate", alone)).json()["code"] == "not-separable"
    assert (await api("POST", f"{path}/triage", ANSWER, version=1)).status_code == 412
    await api.ok("POST", f"{path}/triage", ANSWER, version=2)
    states = {name: (await api.ok("GET", f"/concerns/{concern}"))["state"] for name, concern in concerns.items()}
    assert states == {"DARDANIA": "answered", "ULPIANA": "answered", "VELANIA": "raised"}
    kinds = [step["kind"] for step in await api.ok("GET", f"/concerns/{concerns['ULPIANA']}/steps")]
    assert kinds == ["raised", "joined", "answered"]
    kinds = [step["kind"] for step in await api.ok("GET", f"/concerns/{concerns['VELANIA']}/steps")]
    assert kinds == ["raised", "joined", "separated"]
    assert (await api("POST", f"{path}/triage", ANSWER)).status_code == 409


async def test_what_is_elsewhere_unknown_or_triaged_is_not_joined(world: World) -> None:
    concerns = await boards(world)
    await world.api.ok("POST", f"/concerns/{concerns['VELANIA']}/triage", ANSWER)
    wanted = [concerns["DARDANIA"], concerns["VELANIA"], str(UUID(int=7))]
    before = await world.api.fingerprint()
    refused = await world.api("POST", f"/forums/{world.forum}/concern-themes", {"title": "t", "concern_ids": wanted})
    assert (refused.json()["code"], len(refused.json()["unmet"])) == ("not-joinable", 2)
    twice = {"title": "t", "concern_ids": [wanted[0], wanted[0]]}
    assert (await world.api("POST", f"/forums/{world.forum}/concern-themes", twice)).status_code == 422
    assert await world.api.fingerprint() == before


async def test_joined_twice_at_once_a_concern_is_in_one_theme(world: World) -> None:
    concerns = list((await boards(world)).values())
    path = f"/forums/{world.forum}/concern-themes"
    answers = await asyncio.gather(
        world.api("POST", path, {"title": "one", "concern_ids": concerns}),
        world.api("POST", path, {"title": "two", "concern_ids": concerns[::-1]}),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
