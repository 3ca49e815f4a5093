"""An OTLP/HTTP collector in memory: what Beatbook's processes export, as they sent it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Taken:
    """One span as it arrived."""

    service: str
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict[str, str]
    links: tuple[str, ...]


@dataclass
class Collector:
    """Everything that was sent, raw and read."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Taken] = field(default_factory=list)
    metrics: dict[str, set[str]] = field(default_factory=dict)
    """Names of metrics by service."""

    def take(self, path: str, body: bytes) -> None:
        self.bodies.append(body)
        if path == "/v1/traces":
            self._take_spans(ExportTraceServiceRequest.FromString(body))
        else:
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                names = {metric.name for scope in resource.scope_metrics for metric in scope.metrics}
                self.metrics.setdefault(_service(resource.resource), set()).update(names)

    def _take_spans(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += [
                    Taken(
                        service=_service(resource.resource),
                        name=span.name,
                        kind=span.kind,
                        trace=span.trace_id.hex(),
                        id=span.span_id.hex(),
                        parent=span.parent_span_id.hex(),
                        attributes={item.key: str(_value(item.value)) for item in span.attributes},
                        links=tuple(link.trace_id.hex() for link in span.links),
                    )
                    for span in scope.spans
                ]


def _service(resource: Any) -> str:
    found = {item.key: item.value.string_value for item in resource.attributes}
    return found["service.name"].removeprefix("beatbook-")


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector on a port of this machine."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
