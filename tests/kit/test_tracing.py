"""Spans around windows and runs: one in each trace, under the span that emitted the event. Rule X5."""

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

from beatbook.kit import tracing
from beatbook.kit.discretion import discreet
from beatbook.kit.telemetry import JsonLines

pytestmark = pytest.mark.pure

KIND = "org.beatbook.forum.meeting.held.v1"


def parent(number: int, span: int = 1) -> str:
    return f"00-{number:032x}-{span:016x}-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What is recorded while nothing is sampled but what an event's origin has sampled."""
    kept = InMemorySpanExporter()
    provider = TracerProvider(sampler=ParentBasedTraceIdRatio(0))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    return kept


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("beatbook.test")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def ids(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    assert span.parent is not None
    return span.context.trace_id, span.parent.span_id


def test_a_run_has_a_span_in_each_trace_under_the_first_event_of_it(spans: InMemorySpanExporter) -> None:
    with tracing.processing("kpi", KIND, [None, parent(1, 11), parent(2, 21), parent(1, 12), None]):
        pass
    first, second = sorted(spans.get_finished_spans(), key=ids)
    assert [ids(first), ids(second)] == [(1, 11), (2, 21)]
    assert {span.name for span in (first, second)} == {"process beatbook.forum.meeting.held"}
    assert [link.context.span_id for link in second.links] == [first.context.span_id if first.context else 0]
    assert discreet(first).attributes == first.attributes, "what is told of a message can name nobody"


def test_what_was_not_sampled_or_is_no_traceparent_makes_no_span(spans: InMemorySpanExporter) -> None:
    unsampled = f"00-{1:032x}-{1:016x}-00"
    with tracing.publishing("beatbook-forum", [None, unsampled, "nonsense", "00-0-0-01", parent(0)]):
        assert not trace.get_current_span().get_span_context().is_valid
    with tracing.delivering(unsampled) as headers:
        assert headers == {}
    assert spans.get_finished_spans() == ()


def test_a_window_of_many_traces_has_few_spans_and_forgets_none(spans: InMemorySpanExporter) -> None:
    with tracing.publishing("beatbook-forum", [parent(number) for number in range(1, 101)]):
        pass
    done = spans.get_finished_spans()
    assert len(done) == tracing.MOST_SPANS
    own = {ids(span)[0] for span in done}
    linked = {link.context.trace_id for span in done for link in span.links}
    assert own | linked == set(range(1, 101))


def test_an_error_is_told_by_its_type_in_every_trace(spans: InMemorySpanExporter) -> None:
    def fail() -> None:
        with tracing.processing("kpi", KIND, [parent(1), parent(2)]):
            raise LookupError("Ana Krasniqi")

    with pytest.raises(LookupError):
        fail()
    for span in spans.get_finished_spans():
        assert not span.status.is_ok
        assert (span.attributes or {})["error.type"] == "LookupError"
        assert "Krasniqi" not in span.to_json()


def test_a_log_line_in_a_handler_has_the_events_trace(spans: InMemorySpanExporter, lines: io.StringIO) -> None:
    logger = logging.getLogger("beatbook.test")
    with tracing.processing("kpi", KIND, [parent(7), parent(8)]):
        logger.warning("handled")
    with tracing.within(parent(9)):
        logger.warning("parked")
    logger.warning("outside")
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line.get("trace_id") for line in told] == [f"{7:032x}", f"{9:032x}", None]


async def test_a_log_line_in_a_request_has_its_trace(spans: InMemorySpanExporter, lines: io.StringIO) -> None:
    from fastapi import FastAPI
    from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

    app = FastAPI()

    @app.get("/here")
    async def here() -> tuple[str | None, str | None]:
        logging.getLogger("beatbook.test").warning("asked")
        return tracing.current_traceparent(), tracing.current_traceparent(sampled=False)

    FastAPIInstrumentor.instrument_app(app, tracer_provider=TracerProvider(sampler=ParentBasedTraceIdRatio(0)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://beatbook.test") as client:
        emitted = (await client.get("/here", headers={"traceparent": parent(5, 6)})).json()
        unsampled = (await client.get("/here")).json()
    assert emitted[0] == emitted[1]
    assert emitted[0].startswith(f"00-{5:032x}-")
    assert unsampled[0] is None, "an event of a request that is not sampled carries nothing"
    assert int(unsampled[1][-2:], 16) & 1 == 0, "a service called is told that it is not"
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert told[0]["trace_id"] == f"{5:032x}"
    assert len(told[1]["trace_id"]) == 32, "log lines of one request are found together all the same"


def test_a_delivery_tells_the_partner_of_its_span(spans: InMemorySpanExporter) -> None:
    with tracing.delivering(parent(3, 4)) as headers:
        tracing.answered(503)
    [span] = spans.get_finished_spans()
    assert span.context is not None
    assert headers == {"traceparent": f"00-{3:032x}-{span.context.span_id:016x}-01"}
    assert ids(span) == (3, 4)
    assert (span.attributes or {})["http.response.status_code"] == 503
    assert not span.status.is_ok
