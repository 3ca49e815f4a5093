"""One trace from a request to all that its events cause, across processes. Rule X5, ARCHITECTURE 10.

An event carries the span that emitted it (its creation context), never changed on the way. Whatever is done because of
the event is a child of that span: its publication, each consumer's handling, a delivery to a partner. Events of
requests that were not sampled carry nothing, and cost nothing here.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from beatbook.contracts.envelope import SUBJECT_PREFIX, TYPE_PREFIX

MOST_SPANS = 16
"""Spans made for one batch at most; traces beyond are links of the first span."""

_tracer = trace.get_tracer("beatbook")
_propagator = TraceContextTextMapPropagator()


def current_traceparent(*, sampled: bool = True) -> str | None:
    """The W3C traceparent of the span we are in, if it is recorded.

    With `sampled=False` also when it is not: a service that is called then doesn't throw the dice anew, and its log
    lines have the caller's trace id.
    """
    if sampled and not trace.get_current_span().get_span_context().trace_flags.sampled:
        return None
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def publishing(stream: str, traceparents: Iterable[str | None]) -> Iterator[None]:
    """Around publishing a batch of events: a producer span in each trace that emitted some of them."""
    attributes = {
        "messaging.system": "nats",
        "messaging.operation.type": "send",
        "messaging.operation.name": "publish",
        "messaging.destination.name": stream,
    }
    with _in_each_trace(f"publish {stream}", SpanKind.PRODUCER, attributes, traceparents):
        yield


@contextmanager
def processing(consumer: str, kind: str, traceparents: Iterable[str | None]) -> Iterator[None]:
    """Around handling a group of events of one wire type: a consumer span in each trace that emitted some of them.

    The first is the current one, so that log lines and statements are found from it; the others link to it.
    """
    destination = f"{SUBJECT_PREFIX}.{kind.removeprefix(f'{TYPE_PREFIX}.').rpartition('.')[0]}"
    attributes = {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": destination,
        "messaging.consumer.group.name": consumer,
    }
    with _in_each_trace(f"process {destination}", SpanKind.CONSUMER, attributes, traceparents):
        yield


@contextmanager
def delivering(traceparent: str | None) -> Iterator[Mapping[str, str]]:
    """Around posting to a partner: a client span in the event's trace; gives headers that tell of it."""
    with _in_each_trace("POST webhook", SpanKind.CLIENT, {"http.request.method": "POST"}, [traceparent]):
        here = current_traceparent() if traceparent else None
        yield {"traceparent": here} if here else {}


def answered(status: int) -> None:
    """Note the status of the answer on the current span."""
    span = trace.get_current_span()
    span.set_attribute("http.response.status_code", status)
    if status >= 400:
        span.set_status(Status(StatusCode.ERROR))


@contextmanager
def within(traceparent: str | None) -> Iterator[None]:
    """In an event's trace without a span of one's own: log lines in here carry its trace id."""
    origins = _origins([traceparent])
    if not origins:
        yield
        return
    token = context.attach(trace.set_span_in_context(trace.NonRecordingSpan(origins[0])))
    try:
        yield
    finally:
        context.detach(token)


@contextmanager
def _in_each_trace(
    name: str, kind: SpanKind, attributes: Mapping[str, str], traceparents: Iterable[str | None]
) -> Iterator[None]:
    origins = _origins(traceparents)
    if not origins:
        yield
        return
    first = _start(name, kind, attributes, origins[0], [Link(origin) for origin in origins[MOST_SPANS:]])
    links = [Link(first.get_span_context())]
    spans = [first, *(_start(name, kind, attributes, origin, links) for origin in origins[1:MOST_SPANS])]
    try:
        with trace.use_span(first, record_exception=False, set_status_on_exception=False):
            yield
    except Exception as error:
        for span in spans:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
        raise
    finally:
        for span in spans:
            span.end()


def _start(name: str, kind: SpanKind, attributes: Mapping[str, str], origin: SpanContext, links: list[Link]) -> Span:
    parent = trace.set_span_in_context(trace.NonRecordingSpan(origin), context.Context())
    return _tracer.start_span(name, context=parent, kind=kind, attributes=attributes, links=links)


def _origins(traceparents: Iterable[str | None]) -> list[SpanContext]:
    """The emitting spans, one for each trace, in order; what is no sampled traceparent is passed over."""
    by_trace: dict[str, str] = {}
    for traceparent in traceparents:
        if traceparent:
            by_trace.setdefault(traceparent[3:35], traceparent)
    return [origin for each in by_trace.values() if (origin := _origin(each)) is not None]


def _origin(traceparent: str) -> SpanContext | None:
    """The span that a traceparent names, if it was sampled; the propagator does the same in ten times as long."""
    try:
        _, trace_id, span_id, flags = traceparent.split("-")
        origin = SpanContext(int(trace_id, 16), int(span_id, 16), True, TraceFlags(int(flags, 16)))
    except ValueError:
        return None
    return origin if origin.is_valid and origin.trace_flags.sampled else None
