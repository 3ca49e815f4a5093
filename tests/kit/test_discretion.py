"""Spans that leave the house hold no person, whatever an instrumentation put into them. Rule X5."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from beatbook.kit.discretion import DiscreetExporter

pytestmark = pytest.mark.pure


def test_what_leaves_is_method_route_status_and_the_kind_of_error() -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(DiscreetExporter(kept)))
    tracer = provider.get_tracer("test")

    def fail() -> None:
        with tracer.start_as_current_span("GET /v1/forums") as span:
            span.set_attribute("http.method", "GET")
            span.set_attribute("http.url", "http://127.0.0.1/v1/forums?name=Ana+Krasniqi")
            span.set_attribute("net.peer.ip", "192.0.2.7")
            raise ValueError("Failing row contains (Ana Krasniqi)")

    with pytest.raises(ValueError, match="Ana"):
        fail()
    (left,) = kept.get_finished_spans()
    assert left.to_json().count("Krasniqi") == 0
    assert dict(left.attributes or {}) == {"http.method": "GET"}
    assert [(event.name, dict(event.attributes or {})) for event in left.events] == [
        ("exception", {"exception.type": "ValueError"})
    ]
    assert not left.status.is_ok
    assert left.name == "GET /v1/forums"
