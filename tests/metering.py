"""Metrics as /metrics has them."""

import re

import httpx
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider


def measure_this_process() -> None:
    """Have the metrics of this test process kept, once and for good: a process has one provider."""
    if not isinstance(metrics.get_meter_provider(), MeterProvider):
        metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()]))


class Gauges:
    """The metrics of a process, over HTTP."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __call__(self, name: str, **labels: str) -> float | None:
        async with httpx.AsyncClient(timeout=60) as http:
            text = (await http.get(f"{self._url}/metrics")).raise_for_status().text
        for line in text.splitlines():
            found = re.fullmatch(rf"{name}\{{(.*)\}} (\S+)", line)
            if found and all(f'{key}="{value}"' in found[1] for key, value in labels.items()):
                return float(found[2])
        return None

    async def lag(self, consumer: str, source: str = "forum") -> tuple[float | None, float | None]:
        """How far a consumer is behind its source, in positions and seconds; None while that is not known."""
        labels = {"consumer": consumer, "source": source}
        return (
            await self("beatbook_consumer_lag_positions", **labels),
            await self("beatbook_consumer_lag_seconds", **labels),
        )
