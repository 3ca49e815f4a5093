"""Traces, metrics and logs. Rule X5: no person in them.

Traces and metrics go out by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT is set; metrics are always at /metrics.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import orjson
from fastapi import FastAPI, Response
from opentelemetry import metrics, propagate, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from beatbook.kit.discretion import HTTP_VIEW, DiscreetExporter

FLUSH_SECONDS = 3.0
"""How long a process that ends waits for its last spans and figures to be taken."""

_meter = metrics.get_meter("beatbook")
_appended = _meter.create_counter("beatbook_events_appended", description="events written to a log")
_published = _meter.create_counter("beatbook_events_published", description="events acknowledged by the broker")
_dropped = _meter.create_counter("beatbook_stream_dropped", description="events dropped from a stream that was full")
_applied = _meter.create_counter("beatbook_events_applied", description="events applied to projections")
_parked = _meter.create_counter("beatbook_events_parked", description="events set aside because a handler failed")
_passed_over = _meter.create_counter(
    "beatbook_events_passed_over", description="events of a version that their consumer does not know yet"
)
_refusals = _meter.create_counter("beatbook_refusals", description="requests refused, by problem code")


_UNTRACED = "/health/(live|ready)$,/metrics$,/internal/"
"""What machines ask every few seconds makes no traces."""


class JsonLines(logging.Formatter):
    """One JSON object a line, with the trace it belongs to."""

    def format(self, record: logging.LogRecord) -> str:  # noqa: D102 - as its base
        span = trace.get_current_span().get_span_context()
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if span.is_valid:
            entry["trace_id"] = trace.format_trace_id(span.trace_id)
        if record.exc_info and record.exc_info[0]:
            entry["error"] = record.exc_info[0].__name__
            entry["stack"] = _frames(record)
        return orjson.dumps(entry).decode()


def _frames(record: logging.LogRecord) -> list[str]:
    """Where an error came from, without its message: a database error's message may quote a person's data."""
    frames: list[str] = []
    step = record.exc_info[2] if record.exc_info else None
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return frames[-12:]


def set_up(service: str, *, log_file: Path | None, sampling: float) -> None:
    """Start logs, traces and metrics of this process; call once, after any fork, and `shut_down` before it ends."""
    handler = logging.FileHandler(log_file) if log_file else logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    named = Resource({"service.name": f"beatbook-{service}", "service.namespace": "beatbook"})
    resource = named.merge(OTELResourceDetector().detect())
    readers: list[MetricReader] = [PrometheusMetricReader()]
    tracer_provider = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(sampling))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - heavy, rarely used
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        tracer_provider.add_span_processor(BatchSpanProcessor(DiscreetExporter(OTLPSpanExporter())))
        readers.append(PeriodicExportingMetricReader(OTLPMetricExporter()))
    propagate.set_global_textmap(TraceContextTextMapPropagator())  # no baggage: it is whatever a caller writes
    trace.set_tracer_provider(tracer_provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers, views=[HTTP_VIEW]))


def shut_down() -> None:
    """Send what is left, for a bounded time: a collector that doesn't answer holds up no stop."""
    providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
    threads = [
        threading.Thread(target=provider.shutdown, daemon=True)
        for provider in providers
        if isinstance(provider, TracerProvider | MeterProvider)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(FLUSH_SECONDS)


def instrument(app: FastAPI) -> None:
    """Trace an application's requests and serve /metrics."""
    FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"], excluded_urls=_UNTRACED)

    @app.get("/metrics", include_in_schema=False)
    def _metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def at_zero(service: str, consumers: Iterable[tuple[str, str]]) -> None:
    """Have counters be there before there is anything to count, so that their first step is a step."""
    for counter in (_appended, _published, _dropped):
        counter.add(0, {"service": service})
    for consumer, source in consumers:
        for counter in (_applied, _parked):
            counter.add(0, {"consumer": consumer, "source": source})
    for code in ("unexpected", "unavailable", "outcome-unknown"):
        _refusals.add(0, {"code": code})


def appended(service: str, count: int) -> None:
    """Count events written to a service's log."""
    _appended.add(count, {"service": service})


def published(service: str, count: int) -> None:
    """Count events the broker acknowledged."""
    _published.add(count, {"service": service})


def stream_full(service: str, dropped: int) -> None:
    """Count events that were dropped from a full stream to make room; the log keeps them."""
    _dropped.add(dropped, {"service": service})


def applied(consumer: str, source: str, count: int) -> None:
    """Count events a consumer is done with: applied, passed over, or set aside."""
    _applied.add(count, {"consumer": consumer, "source": source})


def parked(consumer: str, source: str) -> None:
    """Count an event set aside."""
    _parked.add(1, {"consumer": consumer, "source": source})


def passed_over(consumer: str, type: str, count: int) -> None:
    """Count events of a version that their consumer does not know yet."""
    _passed_over.add(count, {"consumer": consumer, "type": type})


def refused(code: str) -> None:
    """Count a refusal by its problem code."""
    _refusals.add(1, {"code": code})
