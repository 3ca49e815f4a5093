"""G4: limits on what one document may ask, and the manners of GraphQL over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from graphql import parse

from gateway.limits import MAX_ALIASES, MAX_DEPTH, Meter
from tests.gateway.country import ask

RESPONSE = "application/graphql-response+json"
Clients = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def gateway(client: Clients) -> httpx.AsyncClient:
    return await client("gateway", nats_url="nats://127.0.0.1:1")


def nested(depth: int, field: str = "parent") -> str:
    """A query so many levels deep."""
    return '{ area(code: "XK") ' + f"{{ {field} " * (depth - 2) + "{ code }" + " }" * (depth - 2) + " }"


def codes(query: str, **variables: Any) -> list[str]:
    return [error.extensions["code"] for error in Meter(parse(query), variables).errors() if error.extensions]


@pytest.mark.pure
def test_depth_is_counted_through_fragments() -> None:
    assert codes(nested(MAX_DEPTH)) == []
    assert codes(nested(MAX_DEPTH + 1)) == ["too-deep"]
    levels = "".join(f"fragment F{n} on Area {{ parent {{ ...F{n + 1} }} }} " for n in range(15))
    assert codes(f'{{ area(code: "XK") {{ ...F0 }} }} {levels} fragment F15 on Area {{ code }}') == ["too-deep"]


@pytest.mark.pure
def test_fragments_that_double_at_each_level_are_measured_once() -> None:
    """A document of a hundred fragments, each spread twice by the one before, would take for ever if walked out."""
    doubling = "".join(f"fragment F{n} on Area {{ ...F{n + 1} ...F{n + 1} }} " for n in range(100))
    query = f'{{ area(code: "XK") {{ ...F0 }} }} {doubling} fragment F100 on Area {{ a: code b: code }}'
    assert "too-many-aliases" in codes(query)


@pytest.mark.pure
def test_a_fragment_within_itself_is_left_to_validation() -> None:
    assert codes('{ area(code: "XK") { ...F } } fragment F on Area { parent { ...F } }') == []


@pytest.mark.pure
def test_cost_counts_what_lists_may_hold() -> None:
    wide = "{ national { children { children { forums(first: 100) { edges { node { name } } } } } } }"
    assert codes(wide) == ["too-costly"]
    by_variable = (
        "query Q($n: Int) { national { children { children { forums(first: $n) { edges { node { name } } } } } } }"
    )
    assert codes(by_variable, n=100) == ["too-costly"]
    batched = by_variable.replace("first: $n", "first: $n, below: false")
    assert codes(batched, n=5) == []
    assert codes(batched) == ["too-costly"], "what is not known counts as the most there may be"
    assert codes(batched, n=5.0) == ["too-costly"]


@pytest.mark.pure
def test_a_default_value_counts_as_a_given_one() -> None:
    """The default of a variable is what is carried out when the request gives none."""
    query = """query Q($n: Int! = 100) { national { forums(first: $n) { edges { node {
        meetings(first: $n) { edges { node { forum { area { code } } } } } } } } } }"""
    assert codes(query) == ["too-costly"]
    assert codes(query, n=5) == []
    assert codes(query.replace("= 100", "= 5")) == []
    other = "query Other($n: Int! = 5) { nationals { forums(first: $n) { edges { cursor } } } }"
    assert codes(query + other) == ["too-costly"]


@pytest.mark.pure
@pytest.mark.parametrize(
    "field",
    [
        'figure(indicator: "meetings_held") { value }',
        'rates(indicator: "meetings_held") { values }',
        "meetings(first: 1) { edges { cursor } }",
        "forums(first: 1) { edges { cursor } }",
        "openDecisions(first: 1, below: true) { edges { cursor } }",
        'openDecisions(first: 1, below: false, after: "MTo") { edges { cursor } }',
    ],
)
def test_what_needs_a_call_for_each_area_counts_for_one(field: str) -> None:
    """Few objects, many calls: a figure in each of hundreds of neighbourhoods."""
    assert codes(f"{{ national {{ children {{ {field} }} }} }}") == []
    assert codes(f"{{ national {{ children {{ children {{ {field} }} }} }} }}") == ["too-costly"]


@pytest.mark.pure
def test_a_list_in_a_fragment_counts_as_one_outside() -> None:
    spread = "fragment F on ForumConnection { edges { node { meetings { ...M } } } }"
    inner = "fragment M on MeetingConnection { edges { node { topics { title } } } }"
    query = f"{{ national {{ children {{ forums(below: false) {{ ...F }} }} }} }} {spread} {inner}"
    assert codes(query) == ["too-costly"]


@pytest.mark.pure
def test_a_number_of_thousands_of_digits_is_measured() -> None:
    assert codes(f"{{ national {{ forums(first: {'9' * 5_000}) {{ edges {{ cursor }} }} }} }}") == []


@pytest.mark.pure
@pytest.mark.parametrize(
    "query",
    [
        "{ " + "nationals { code } " * 400 + "}",
        "{ national { " + ("children { " + "code " * 30 + "} ") * 50 + "} }",
        '{ area(code: "XK") { '
        + " ".join(f"...F{n}" for n in range(100))
        + " } } "
        + " ".join(f"fragment F{n} on Area {{ children {{ code }} }}" for n in range(100)),
    ],
)
def test_what_makes_validation_slow_is_refused_before_it(query: str) -> None:
    """Validation compares fields of one name pair by pair: a few kilobytes could keep the process busy for seconds."""
    assert codes(query) == ["too-many-repeats"]


@pytest.mark.pure
def test_aliases_are_counted() -> None:
    aliases = " ".join(f"a{n}: nationals {{ code }}" for n in range(MAX_ALIASES + 1))
    assert codes(f"{{ {aliases} }}") == ["too-many-aliases"]


async def test_a_query_nested_twenty_deep_is_refused(gateway: httpx.AsyncClient) -> None:
    answer = await ask(gateway, nested(20))
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "too-deep"
    assert error["message"].startswith("The query is nested 20 deep; at most 12 levels are answered.")
    assert "data" not in answer.json()


async def test_too_many_tokens_are_refused(gateway: httpx.AsyncClient) -> None:
    answer = await ask(gateway, "{ " + "nationals { code } " * 700 + "}")
    assert answer.status_code == 400
    assert "2000 tokens" in answer.json()["errors"][0]["message"]


async def test_introspection_is_answered_on_a_laptop_only(client: Clients) -> None:
    introspective = "{ __schema { queryType { name } } }"
    laptop = await client("gateway", nats_url="nats://127.0.0.1:1")
    assert (await ask(laptop, introspective)).json()["data"]["__schema"]["queryType"]["name"] == "Query"
    cluster = await client("gateway", nats_url="nats://127.0.0.1:1", embedded=False)
    refused = await ask(cluster, introspective)
    assert refused.status_code == 400
    assert "introspection" in refused.json()["errors"][0]["message"].lower()
    assert (await cluster.get("/schema.graphql")).status_code == 404


@pytest.mark.parametrize(
    ("body", "media_type", "status", "word"),
    [
        (b'{"query": "{"}', "application/json", 400, "Syntax"),
        (b'{"query": "{ nothing }"}', "application/json", 400, "nothing"),
        (b'{"query": ""}', "application/json", 400, "empty"),
        (
            b'{"query": "query A { nationals { code } } query B { nationals { code } }"}',
            "application/json",
            400,
            "operation",
        ),
        (b'{"query": "subscription { areaEvents(area: \\"XK\\") { id } }"}', "application/json", 400, "event-stream"),
        (b'{"query": "query Q($c: String!) { area(code: $c) { code } }"}', "application/json", 400, "$c"),
        (b'{"query": "{ nationals { code } }", "extra": 1}', "application/json", 400, "extra"),
        (b'{"query": 7}', "application/json", 400, "query"),
        (b'[{"query": "{ nationals { code } }"}]', "application/json", 400, "object"),
        (b"{", "application/json", 400, "JSON"),
        (b'{"query": "\\ud800"}', "application/json", 400, "JSON"),
        (b"query=%7Bnationals%7Bcode%7D%7D", "application/x-www-form-urlencoded", 415, "JSON"),
        (b'{"query": "{ nationals { code } }"}', "text/plain", 415, "JSON"),
        (b'{"query": "' + b"#" * 70_000 + b'"}', "application/json", 413, "bytes"),
    ],
)
async def test_bad_requests_say_what_to_mend(
    gateway: httpx.AsyncClient, body: bytes, media_type: str, status: int, word: str
) -> None:
    answer = await gateway.post("/graphql", content=body, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert word in answer.text


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ({"query": ""}, "empty"),
        ({"query": "{"}, "Syntax"),
        ({"query": "{ nothing }"}, "nothing"),
        ({"query": "{ __typename }", "operationName": "Other"}, "operationName"),
        ({"query": "fragment F on Area { code }"}, "operationName"),
        ({"query": "query A { __typename } query B { __typename }"}, "operationName"),
        ({"query": nested(20)}, "nested 20 deep"),
        ({"query": "subscription Follow($area: ID!) { areaEvents(area: $area) { id } }"}, "$area"),
        ({"query": '{ area(code: "XK") { rates(indicator: "x", from: "soon") { values } } }'}, "2022-07"),
    ],
)
@pytest.mark.parametrize("accept", ["text/event-stream", "application/json"])
async def test_a_stream_is_refused_before_it_begins(
    gateway: httpx.AsyncClient, question: dict[str, str], word: str, accept: str
) -> None:
    """G3: an event stream is refused as a single answer is: no empty stream, and no failure of ours."""
    if accept == "application/json" and question["query"].startswith("subscription"):
        word = "event-stream"
    answer = await gateway.post("/graphql", json=question, headers={"Accept": accept})
    assert answer.status_code == 400
    assert answer.headers["content-type"] in {"application/json", "application/problem+json", RESPONSE}
    assert word in answer.text
    assert "unexpected" not in answer.text


async def test_a_query_may_come_as_a_stream(gateway: httpx.AsyncClient) -> None:
    question = {"query": "query A { __typename } query B { b: __typename }", "operationName": "B"}
    answer = await gateway.post("/graphql", json=question, headers={"Accept": "text/event-stream"})
    assert answer.status_code == 200
    assert 'data: {"data":{"b":"Query"}}' in answer.text
    assert "event: complete" in answer.text


async def test_queries_do_not_come_by_get(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/graphql", params={"query": "{ nationals { code } }"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_the_answer_is_of_the_media_type_asked_for(gateway: httpx.AsyncClient) -> None:
    question = {"query": "{ __typename }"}
    for accept, given in (
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/json", "application/json"),
        ("*/*", "application/graphql-response+json"),
    ):
        answer = await gateway.post("/graphql", json=question, headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == given
        assert answer.json() == {"data": {"__typename": "Query"}}


async def test_without_a_broker_the_gateway_answers_and_says_what_is_missing(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/health/live")).status_code == 200
    ready = await gateway.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "broker": "down"})
