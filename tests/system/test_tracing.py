"""One trace across processes, as a collector gets it, and nobody's name in it. Rule X5."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.trace import SpanKind

from beatbook.runtime.ports import free_port
from tests.gateway.country import Country, found
from tests.serving import Running
from tests.system.collector import Collector, Taken, collecting
from tests.system.test_up import Up, beatbook, free_block
from tests.webhooks.conftest import AGENCY, receiving

pytestmark = pytest.mark.timeout(600)

CANARY = "Zamira Kanarina"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CLIENT = "00f067aa0ba902b7"
TELLING = {
    "traceparent": f"00-{TRACE}-{CLIENT}-01",
    "tracestate": "caller=ZamiraKanarina",
    "baggage": "name=ZamiraKanarina",
    "user-agent": CANARY,
    "x-forwarded-for": "ZamiraKanarina",
}
OPEN = """{ area(code: "XK.PRI") { openDecisions { edges { node { id version } } } } }"""
CLOSE = "mutation Close($input: CloseDecisionInput!) { closeDecision(input: $input) { state evidence } }"
Eventually = Callable[..., Any]


@contextlib.asynccontextmanager
async def started(up: Up) -> AsyncIterator[Mapping[str, Running]]:
    """`beatbook up` in processes of its own, and a client of each."""
    ready = await asyncio.to_thread(up.start)
    async with contextlib.AsyncExitStack() as stack:
        names = ("gateway", "forum", "cases", "kpi", "handover", "webhooks")
        https = {
            name: await stack.enter_async_context(httpx.AsyncClient(base_url=ready[name], timeout=60)) for name in names
        }
        try:
            yield {name: Running(ready[name], None, None, http) for name, http in https.items()}  # type: ignore[arg-type]  # no app of ours to look into
        finally:
            if up.process.poll() is None:
                up.process.kill()
                up.process.communicate()


def token(up: Up, role: str, *more: str) -> str:
    answer = beatbook("token", "--role", role, "--area", "XK", "--data-dir", str(up.directory), *more)
    assert answer.returncode == 0, answer.stderr
    return f"Bearer {answer.stdout.strip()}"


def the_one(spans: list[Taken], service: str, name: str) -> Taken:
    [span] = [span for span in spans if span.service == service and span.name == name]
    return span


async def test_one_trace_from_the_request_to_projections_and_the_partner(
    tmp_path: Path, eventually: Eventually
) -> None:
    """A mutation and a new area, told to belong to one trace: every process has its part, each under its cause."""
    async with receiving() as receiver, contextlib.AsyncExitStack() as stack:
        collector = stack.enter_context(collecting())
        up = Up(
            tmp_path / "data",
            free_block(),
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                "OTEL_METRIC_EXPORT_INTERVAL": "1000",
                "OTEL_BSP_SCHEDULE_DELAY": "600000",  # so spans leave at the stop or not at all
                "BEATBOOK_TRACE_SAMPLING": "0",
            },
        )
        async with started(up) as running:
            country = Country(running, token(up, "admin"))
            await found(country)
            partner = token(up, "partner", "--agency", AGENCY)
            endpoint = {"url": receiver.url, "event_types": ["area.closed"], "areas": ["XK"]}
            made = await running["webhooks"].http.post(
                "/v1/endpoints", json=endpoint, headers={"Authorization": partner}
            )
            assert made.status_code == 201, made.text
            await _act(country)

            async def delivered() -> bool:
                return bool(receiver.posts)

            await eventually(delivered)
            await _handled(running, eventually)

            async def measured() -> bool:
                return "beatbook_consumer_lag_positions" in collector.metrics.get("kpi", ())

            await eventually(measured)
            await asyncio.to_thread(up.stop)
            assert up.process.returncode == 0

        spans = [span for span in collector.spans if span.trace == TRACE]
        _check_parents(spans)
        _check_delivery(spans, receiver.posts[0].headers)
        assert {span.trace for span in collector.spans} == {TRACE}, "what nobody asked to trace is not, at 0"
        assert "beatbook_events_appended" in collector.metrics["forum"]
        _check_no_name(collector, up.directory)


async def _act(country: Country) -> None:
    """Close a decision through the gateway and an area at the forum, with a name wherever one can be put."""
    [edge] = (await country.ask(OPEN, country.admin))["data"]["area"]["openDecisions"]["edges"]
    closing = {"decision": edge["node"]["id"], "version": edge["node"]["version"], "outcome": "DELIVERED"}
    answer = await country.gateway.http.post(
        "/graphql?name=ZamiraKanarina",
        json={"query": CLOSE, "variables": {"input": closing | {"evidence": f"{CANARY} saw it"}}},
        headers=TELLING | {"Authorization": country.admin},
    )
    assert answer.json()["data"]["closeDecision"]["state"] == "delivered", answer.text
    forum = country.running["forum"].http
    headers = TELLING | {"Authorization": country.admin}
    area = (await forum.get("/v1/areas/XK.PEC", headers={"Authorization": country.admin})).raise_for_status()
    closed = await forum.post(
        "/v1/areas/XK.PEC/close?name=ZamiraKanarina",
        json={"closed_on": area.json()["valid_from"], "successors": []},
        headers=headers | {"If-Match": area.headers["etag"]},
    )
    assert closed.is_success, closed.text
    for path in (f"/v1/forums/{CANARY}", f"/v1/{CANARY}", f"/v1/areas?search={CANARY}"):
        assert (await forum.get(path, headers=headers)).status_code < 500
    refused = await forum.post("/v1/forums", json={"name": CANARY, CANARY: 1, "area": CANARY}, headers=headers)
    assert refused.status_code == 422


async def _handled(running: Mapping[str, Running], eventually: Eventually) -> None:
    async def caught_up() -> bool:
        lags = [await _lag(running[name].http) for name in ("kpi", "handover", "cases", "webhooks")]
        return all(lag == 0 for lag in lags)

    await eventually(caught_up)


async def _lag(http: httpx.AsyncClient) -> float:
    """A service's lag behind the forum, as its /metrics has it; infinite when it doesn't say."""
    lines = (await http.get("/metrics")).text.splitlines()
    found = [line for line in lines if line.startswith("beatbook_consumer_lag_positions{") and 'source="forum"' in line]
    return float(found[0].rpartition(" ")[2]) if found else float("inf")


def _check_parents(spans: list[Taken]) -> None:
    [gateway] = [span for span in spans if span.service == "gateway"]
    assert (gateway.parent, gateway.kind - 1) == (CLIENT, SpanKind.SERVER.value)
    closing = the_one(spans, "forum", "POST /v1/decisions/{decision_id}/close")
    assert closing.parent == gateway.id
    area = the_one(spans, "forum", "POST /v1/areas/{code}/close")
    assert area.parent == CLIENT
    publications = [span for span in spans if span.service == "forum" and span.name == "publish beatbook-forum"]
    assert {span.parent for span in publications} <= {closing.id, area.id}
    assert publications
    assert {span.kind - 1 for span in publications} == {SpanKind.PRODUCER.value}
    for service, cause, destination in (
        ("kpi", closing, "beatbook.forum.decision.closed"),
        ("handover", closing, "beatbook.forum.decision.closed"),
        ("kpi", area, "beatbook.forum.area.closed"),
        ("handover", area, "beatbook.forum.area.closed"),
        ("cases", area, "beatbook.forum.area.closed"),
        ("webhooks", area, "beatbook.forum.area.closed"),
    ):
        span = the_one(spans, service, f"process {destination}")
        assert (span.parent, span.kind - 1) == (cause.id, SpanKind.CONSUMER.value)
        assert span.attributes == {
            "messaging.system": "nats",
            "messaging.operation.type": "process",
            "messaging.operation.name": "process",
            "messaging.destination.name": destination,
            "messaging.consumer.group.name": service,
        }


def _check_delivery(spans: list[Taken], headers: Mapping[str, str]) -> None:
    delivery = the_one(spans, "webhooks", "POST webhook")
    assert delivery.parent == the_one(spans, "forum", "POST /v1/areas/{code}/close").id
    assert delivery.attributes == {"http.request.method": "POST", "http.response.status_code": "204"}
    assert headers["traceparent"] == f"00-{TRACE}-{delivery.id}-01"
    assert "tracestate" not in headers
    assert "baggage" not in headers


def _check_no_name(collector: Collector, directory: Path) -> None:
    assert len(collector.bodies) > 5
    logs = {path.name: path.read_bytes() for path in (directory / "logs").iterdir()}
    assert {"forum.log", "gateway.log", "webhooks.log"} <= logs.keys()
    for place, content in [*logs.items(), *((f"export {n}", body) for n, body in enumerate(collector.bodies))]:
        for part in (b"Kanarina", b"Zamira"):
            assert part not in content, place


async def test_a_collector_that_does_not_answer_breaks_and_holds_up_nothing(tmp_path: Path) -> None:
    """Commands succeed, and the stop is graceful: no process had to be killed."""
    up = Up(
        tmp_path / "data",
        free_block(),
        {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}", "BEATBOOK_TRACE_SAMPLING": "1"},
    )
    async with started(up) as running:
        await found(Country(running, token(up, "admin")))
        output = await asyncio.to_thread(up.stop)
        assert up.process.returncode == 0, output
    for log in (up.directory / "logs").glob("*.log"):
        assert "Traceback" not in log.read_text(), log
