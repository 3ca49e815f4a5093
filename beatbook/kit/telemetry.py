"""Traces, metrics and logs. Rule X5: no person in them.

Traces and metrics go out by OTLP when OTEL_EXPORTER_OTLP_ENDPOINT is set; metrics are always at /metrics.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from beatbook.kit.discretion import HTTP_VIEW, DiscreetExporter

_tracer = trace.get_tracer("beatbook")
_meter = metrics.get_meter("beatbook")
_appended = _meter.create_counter("beatbook_events_appended", description="events written to a log")
_published = _meter.create_counter("beatbook_events_published", description="events acknowledged by the broker")
_applied = _meter.create_counter("beatbook_events_applied", description="events applied to projections")
_parked = _meter.create_counter("beatbook_events_parked", description="events set aside because a handler failed")
_refusals = _meter.create_counter("beatbook_refusals", description="requests refused, by problem code")
_waiting = _meter.create_gauge("beatbook_events_waiting", description="positioned events the broker lacks")
_lag = _meter.create_gauge("beatbook_consumer_lag_positions", description="events a consumer is behind its source")
_lag_seconds = _meter.create_gauge("beatbook_consumer_lag_seconds", description="age of the last event applied")


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
    """Start logs, traces and metrics of this process; call once, after any fork."""
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
    trace.set_tracer_provider(tracer_provider)
    metrics.set_meter_provider(MeterProvider(resource=resource, metric_readers=readers, views=[HTTP_VIEW]))


def instrument(app: FastAPI) -> None:
    """Trace an application's requests and serve /metrics."""
    FastAPIInstrumentor.instrument_app(app, exclude_spans=["receive", "send"], excluded_urls="health,metrics")

    @app.get("/metrics", include_in_schema=False)
    def _metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def current_traceparent() -> str | None:
    """The W3C traceparent of the span we are in, if it is recorded."""
    if not trace.get_current_span().get_span_context().trace_flags.sampled:
        return None
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def continued(name: str, traceparent: str | None) -> Iterator[None]:
    """A span that continues the trace an event carries; nothing when it carries none."""
    if traceparent is None:
        yield
        return
    origin = propagate.extract({"traceparent": traceparent})
    with _tracer.start_as_current_span(name, context=origin, record_exception=False):
        yield


def appended(service: str, count: int) -> None:
    """Count events written to a service's log."""
    _appended.add(count, {"service": service})


def published(service: str, count: int) -> None:
    """Count events the broker acknowledged."""
    _published.add(count, {"service": service})


def applied(consumer: str, source: str, count: int, *, lag: int, seconds: float) -> None:
    """Count events a consumer applied, and say how far behind it is (positions; seconds)."""
    labels = {"consumer": consumer, "source": source}
    _applied.add(count, labels)
    _lag.set(lag, labels)
    _lag_seconds.set(seconds, labels)


def behind(consumer: str, source: str, lag: int) -> None:
    """Say how many positions a consumer is behind its source while nothing arrives."""
    _lag.set(lag, {"consumer": consumer, "source": source})


def waiting(service: str, count: int) -> None:
    """Say how many positioned events of a service the broker has not acknowledged yet."""
    _waiting.set(count, {"service": service})


def parked(consumer: str, source: str) -> None:
    """Count an event set aside."""
    _parked.add(1, {"consumer": consumer, "source": source})


def refused(code: str) -> None:
    """Count a refusal by its problem code."""
    _refusals.add(1, {"code": code})
