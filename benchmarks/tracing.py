"""What tracing costs a batch of events.

`processing` around a batch of 500 events of 500 requests: none of them sampled, 5 % of them (the default), all. The
limit it approaches is looking at 500 fields; the budget is what a batch costs the consumer, about 6 milliseconds.

Run: nice .venv/bin/python -m benchmarks.tracing
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

from beatbook.kit import tracing
from benchmarks.measuring import Bound, arguments, interleaved, report

EVENTS = 500
TIMES = 200
KIND = "org.beatbook.forum.meeting.held.v1"


def traceparents(share: float) -> list[str | None]:
    """The traceparents of a batch, of which so many requests were sampled."""
    sampled = int(EVENTS * share)
    return [f"00-{number:032x}-{number:016x}-01" for number in range(1, sampled + 1)] + [None] * (EVENTS - sampled)


def around(batch: Sequence[str | None]) -> Callable[[], Awaitable[float]]:
    """Microseconds of CPU that tracing takes around handling a batch."""

    async def way() -> float:
        began = time.process_time()
        for _ in range(TIMES):
            with tracing.processing("kpi", KIND, batch):
                pass
        return (time.process_time() - began) / TIMES * 1e6

    return way


async def main(rounds: int) -> None:
    """Measure and print."""
    trace.set_tracer_provider(TracerProvider(sampler=ParentBasedTraceIdRatio(0.05)))
    shares = {"none sampled": 0.0, "5 % sampled": 0.05, "all sampled": 1.0}
    figures = await interleaved({name: around(traceparents(share)) for name, share in shares.items()}, rounds=rounds)
    report("tracing", f"microseconds of CPU per batch of {EVENTS}", figures, bounds=[Bound("none sampled", 60)])


if __name__ == "__main__":
    asyncio.run(main(arguments(__doc__).rounds))
