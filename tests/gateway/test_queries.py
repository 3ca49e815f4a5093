"""Reading through the schema: what is joined, who sees what, what is said when a part is missing."""

import base64
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from beatbook.contracts.actor import Grant, Role
from beatbook.runtime.instance import Instance
from beatbook.runtime.tokens import ensure_keys, issue_token
from gateway.clients.upstream import Upstream
from tests.gateway.country import Country, ask

OVERVIEW = """query Overview($code: String!) { area(code: $code) {
  code name tier population parent { code } children { code population boundary }
  indicators { indicator { code note } periods values numerators denominators flags }
  rates(indicator: "incidents_per_10000") { from to areas values flags }
  delivery { decided overdue deliveredLate deliveryRate }
  forums { edges { cursor node { id name area { code } delivery { due } } } pageInfo { hasNextPage endCursor } }
  meetings { edges { node { id startsAt public forum { id } } } }
  minutes { edges { node { published sha256 items { heading closed } meeting { id } meetingId } } }
  openDecisions { edges { node { text overdue dueOn version forum { name } } } }
  problems { edges { node { title } } }
  briefs { edges { node { number } } }
} }"""


async def test_one_query_joins_all_services(whole_country: Country, tokens: Callable[..., str]) -> None:
    """G1: an area's forums, meetings, decisions, problems, indicators, handovers, children and parent in one answer."""
    answer = await whole_country.ask(OVERVIEW, tokens("council@XK.PRI"), code="XK.PRI")
    area = answer["data"]["area"]
    assert "errors" not in answer, answer["errors"]
    assert [child["code"] for child in area["children"]] == ["XK.PRI.DARDANIA", "XK.PRI.LAGJJA", "XK.PRI.ULPIANA"]
    assert area["children"][0]["boundary"]["type"] in {"Polygon", "MultiPolygon"}
    assert area["parent"] == {"code": "XK"}
    series = {item["indicator"]["code"]: item for item in area["indicators"]}
    assert series["incidents_per_10000"]["periods"][-1] == "2026-01"
    assert series["incidents_per_10000"]["numerators"][-1] == 8
    assert len(series["incidents_per_10000"]["values"]) == 12
    assert "trust" in series["incidents_per_10000"]["indicator"]["note"]
    rates = area["rates"]
    by_area = dict(zip(rates["areas"], zip(rates["values"], rates["flags"], strict=True), strict=True))
    assert by_area["XK.PRI.DARDANIA"] == (20.0, [])
    assert by_area["XK.PRI.ULPIANA"][1] == ["small_base"]
    assert by_area["XK.PRI.LAGJJA"][1] == ["no_population"]
    assert len(area["meetings"]["edges"]) == 2
    minutes = area["minutes"]["edges"][0]["node"]
    assert minutes["meeting"]["id"] == minutes["meetingId"]
    assert area["openDecisions"]["edges"][0]["node"]["overdue"] is True
    assert area["delivery"]["overdue"] >= 1
    assert area["delivery"]["deliveryRate"] is not None
    assert area["problems"]["edges"] == []


async def test_who_sits_is_whole_inside_and_controlled_outside(
    whole_country: Country, tokens: Callable[..., str]
) -> None:  # fmt: skip
    """F5, K8: the same field for everyone; the forum service decides what of it."""
    query = """query ($code: String!) { area(code: $code) { forums(first: 1) { edges { node { representation {
      detail withheldUnder sectorsAbsent groupsAbsent members { people { value status }
      comparisons { category count { value status } fewer sentence } } } } } } } }"""
    for caller, detail, under in ((tokens("council@XK.PRI"), "full", None), (None, "controlled", 10)):
        answer = await whole_country.ask(query, *([caller] if caller else []), code="XK.PRI")
        assert "errors" not in answer, answer["errors"]
        shown = answer["data"]["area"]["forums"]["edges"][0]["node"]["representation"]
        assert (shown["detail"], shown["withheldUnder"]) == (detail, under)
        assert "police" in shown["sectorsAbsent"]
        assert all(item["sentence"] for item in shown["members"]["comparisons"])


async def test_the_public_sees_the_public_face(whole_country: Country) -> None:
    """G2: without a token no closed meeting, no closed item, no figure about incidents; the rest is there."""
    answer = await whole_country.ask(OVERVIEW, code="XK.PRI")
    area = answer["data"]["area"]
    assert [item["indicator"]["code"] for item in area["indicators"]] == ["meetings_held", "decisions_on_time"]
    assert area["rates"] is None
    assert all(edge["node"]["public"] for edge in area["meetings"]["edges"])
    assert [item["heading"] for item in area["minutes"]["edges"][0]["node"]["items"]] == ["Lighting & <safety>"]
    codes = {tuple(error["path"]): error["extensions"]["code"] for error in answer["errors"]}
    assert codes["area", "rates"] == "forbidden"
    assert set(codes.values()) <= {"forbidden", "unauthenticated"}


@pytest.mark.parametrize("role", list(Role))
async def test_a_grant_elsewhere_opens_nothing_here(country: Country, tokens: Callable[..., str], role: Role) -> None:
    """G2: a grant for another municipality shows no more than the public sees."""
    query = """{ area(code: "XK.PRI") { meetings { edges { node { id } } } minutes { edges { node { items { heading }
        } } } } }"""
    stranger = await country.ask(query, tokens(f"{role}@XK.PEC"))
    assert stranger["data"] == (await country.ask(query))["data"]
    assert "Inside" not in str(stranger)


async def test_restricted_figures_stay_with_the_area(whole_country: Country, tokens: Callable[..., str]) -> None:
    """G2, K8: asked together, an area the caller may not see leaves the caller's own unharmed."""
    query = """{ national { children { code indicators(codes: ["incidents_per_10000"]) { numerators } } } }"""
    answer = await whole_country.ask(query, tokens("core_group@XK.PRI"))
    children = {child["code"]: child["indicators"] for child in answer["data"]["national"]["children"]}
    assert children["XK.PRI"][0]["numerators"][-1] == 8
    assert children["XK.PEC"] == [None]
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["forbidden"]
    assert answer["errors"][0]["extensions"]["rule"] == "K8"


async def test_a_token_signed_by_someone_else_is_refused(country: Country, tmp_path: Path) -> None:
    stranger = Instance(tmp_path)
    ensure_keys(stranger)
    token = issue_token(stranger, [Grant.parse("admin@XK")], subject="x", agency=None, lifetime=timedelta(hours=1))
    answer = await ask(country.gateway.http, "{ nationals { code } }", f"Bearer {token}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert "new one" in answer.json()["detail"]


async def test_a_service_that_is_down_leaves_the_rest(country: Country) -> None:
    """G3: partial data; the error names the service and says to try again."""
    answer = await country.ask(OVERVIEW, country.admin, code="XK.PRI")
    area = answer["data"]["area"]
    assert area["indicators"] is None
    assert area["problems"] is None
    assert len(area["forums"]["edges"]) == 2
    told = {error["extensions"]["service"]: error for error in answer["errors"]}
    assert set(told) == {"kpi", "cases", "handover"}
    assert all(error["extensions"]["code"] == "unavailable" for error in told.values())
    assert "Try again" in told["kpi"]["message"]


async def test_connections_go_on_from_any_edge(country: Country) -> None:
    """G3: Relay connections: every edge has a cursor, and the owner's pages are walked to the end."""
    for number in range(7):
        body = {"area": "XK.PEC", "kind": "community_safety_council", "name": f"Youth {number}"}
        await country.send("forum", "/forums", body)
    query = """query Walk($first: Int!, $after: String) { area(code: "XK.PEC") { forums(first: $first, after: $after) {
        edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
    names: list[str] = []
    after = None
    while True:
        page = (await country.ask(query, first=3, after=after))["data"]["area"]["forums"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert names == [f"Youth {number}" for number in range(7)]
    first = (await country.ask(query, first=3))["data"]["area"]["forums"]
    rest = (await country.ask(query, first=3, after=first["edges"][0]["cursor"]))["data"]["area"]["forums"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["Youth 1", "Youth 2", "Youth 3"]
    assert rest["pageInfo"]["hasPreviousPage"] is True
    refused = await country.ask(query, first=3, after="made-up")
    assert refused["errors"][0]["extensions"]["code"] == "invalid"
    assert refused["data"]["area"]["forums"] is None


async def test_nodes_by_id(country: Country) -> None:
    """G3: what has an id is found by it, and a foreign or unknown id says so."""
    query = "query Find($id: ID!) { node(id: $id) { __typename id ... on Area { code } ... on Forum { name } } }"
    forums = await country.ask("""{ area(code: "XK.PRI.DARDANIA") { id forums { edges { node { id } } } } }""")
    area = forums["data"]["area"]
    assert (await country.ask(query, id=area["id"]))["data"]["node"]["code"] == "XK.PRI.DARDANIA"
    forum_id = area["forums"]["edges"][0]["node"]["id"]
    assert (await country.ask(query, id=forum_id))["data"]["node"]["__typename"] == "Forum"
    unknown = await country.ask(query, id="Rm9ydW06MDE5MzAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw")
    assert unknown["errors"][0]["extensions"]["code"] == "not-found"


@pytest.mark.parametrize(
    "text", ["Forum:x/../{forum}", "Forum:{forum}?x=1", "Area:xk", "Area:XK.PRI/../XK", "Minutes:", "Topic:x", "x"]
)
async def test_what_is_no_id_reaches_no_service(country: Country, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """G3: an id is checked before it becomes part of an address."""

    async def never(self: Upstream, method: str, path: str, **rest: Any) -> bytes:
        raise AssertionError(path)

    monkeypatch.setattr(Upstream, "_call", never)
    made = base64.b64encode(text.format(forum=country.ids["XK.PRI"]).encode()).decode()
    answer = await country.ask("query Find($id: ID!) { node(id: $id) { id } }", expect=None, id=made)
    assert answer["errors"][0]["extensions"]["code"] in {"invalid", "invalid-query"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ municipality(code: "XK") { code } }', "invalid"),
        ('{ municipality(code: "xk.pri") { code } }', "invalid"),
        ('{ municipality(code: "XK.NOWHERE") { code } }', "not-found"),
        ('{ area(code: "XK") { indicators(codes: ["no_such"]) { values } } }', "unavailable"),
        ('{ area(code: "XK") { forums(first: 101) { edges { cursor } } } }', "invalid"),
        ('{ area(code: "XK") { forums(first: 0) { edges { cursor } } } }', "invalid"),
        ('{ area(code: "XK.PRI") { forums(first: -1, below: false) { edges { cursor } } } }', "invalid"),
        ('{ area(code: "XK.PRI") { openDecisions(first: 0, below: false) { edges { cursor } } } }', "invalid"),
        ('{ area(code: "XK.PRI") { openDecisions(first: -1) { edges { cursor } } } }', "invalid"),
        ('{ area(code: "XK") { rates(indicator: "x", from: "٢٠٢٢-٠٧") { values } } }', "invalid-query"),
        ('{ area(code: "XK") { rates(indicator: "x", from: "2٠22-07") { values } } }', "invalid-query"),
    ],
)
async def test_bad_arguments_say_what_to_mend(country: Country, query: str, code: str) -> None:
    answer = await country.ask(query, expect=None)
    assert answer["errors"][0]["extensions"]["code"] == code
    assert len(answer["errors"][0]["message"]) > 20


async def test_siblings_are_asked_for_together(country: Country, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owners' batch parameters are used: calls do not grow with the number of areas."""
    paths: list[str] = []
    call = Upstream._call

    async def counted(self: Upstream, method: str, path: str, **rest: Any) -> bytes:
        paths.append(path)
        return await call(self, method, path, **rest)

    monkeypatch.setattr(Upstream, "_call", counted)
    query = """{ national { children { children { code boundary forums(below: false) { edges { node { name } } }
        openDecisions(below: false) { edges { node { text } } } } } } }"""
    answer = await country.ask(query)
    assert "errors" not in answer
    assert sorted(set(paths)) == ["/areas", "/decisions", "/forums"]
    assert len(paths) == 6
