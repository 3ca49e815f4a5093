"""What telemetry leaves out: who called, what they searched, what an error said of a row. Rule X5."""

from collections.abc import Sequence

from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Link, SpanContext

KEPT_ATTRIBUTES = frozenset(
    {
        "http.method",
        "http.request.method",
        "http.route",
        "http.status_code",
        "http.response.status_code",
        "error.type",
        "messaging.system",
        "messaging.operation.type",
        "messaging.operation.name",
        "messaging.destination.name",
        "messaging.consumer.group.name",
    }
)
"""Attributes that can't name anyone; whatever an instrumentation adds besides stays here."""

HTTP_VIEW = View(instrument_name="http.server.*", attribute_keys=set(KEPT_ATTRIBUTES))
"""Request metrics by method, route and status only: a caller's Host header must not make a series."""


class DiscreetExporter(SpanExporter):
    """Passes spans on without what could name a person: attributes not known to be harmless, messages of errors."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Pass spans on, made discreet."""
        return self._exporter.export([discreet(span) for span in spans])

    def shutdown(self) -> None:
        """End the exporter behind."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush the exporter behind."""
        return self._exporter.force_flush(timeout_millis)


def discreet(span: ReadableSpan) -> ReadableSpan:
    """The span with harmless attributes only; of an error its type is kept, never its message or stack."""
    kept = {name: value for name, value in (span.attributes or {}).items() if name in KEPT_ATTRIBUTES}
    events = [
        Event(event.name, {"exception.type": (event.attributes or {}).get("exception.type", "")}, event.timestamp)
        for event in span.events
        if event.name == "exception"
    ]
    return ReadableSpan(
        name=span.name,
        context=_plain(span.context),
        parent=_plain(span.parent),
        resource=span.resource,
        attributes=kept,
        events=events,
        links=[Link(context) for link in span.links if (context := _plain(link.context))],
        kind=span.kind,
        status=type(span.status)(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _plain(context: SpanContext | None) -> SpanContext | None:
    """The ids alone: a tracestate is a caller's own text."""
    if context is None:
        return None
    return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)
