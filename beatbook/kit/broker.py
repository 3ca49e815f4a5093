"""The connection to NATS JetStream, made to survive anything but its own end. ARCHITECTURE 5, broker facts."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RawStreamMsg, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError, ServerError

from beatbook.contracts.envelope import SUBJECT_PREFIX
from beatbook.kit.headers import FrugalClient

log = logging.getLogger(__name__)

STREAM_MAX_BYTES = 4 << 30
CLOSING_SECONDS = 1.0
NEARBY = 100
"""How far back the last event is looked for behind messages that no relay sent."""


def stream_name(service: str) -> str:
    """The one stream a service publishes to."""
    return f"beatbook-{service}"


def wake_subject(service: str) -> str:
    """Where a service's relay hears that something was committed; outside every stream."""
    return f"beatbook-wake.{service}"


def inbox_prefix(account: str) -> str:
    """What the subjects begin with at which an account's user hears answers: no other may listen there."""
    return f"_INBOX_{account}"


def api_prefix(source: str | None) -> str:
    """What JetStream's calls begin with: about a stream of one's own account (None), or that of another's account."""
    return "$JS.API" if source is None else f"$JS.{source}.API"


class BrokerTooOld(Exception):
    """The server can't do what the relay needs."""


class Broker:
    """One process's connection; `connected` says whether it is up just now.

    `account`: the service whose account at the broker this is, when each has its own; None when all share one.
    """

    def __init__(
        self, url: str, name: str, account: str | None = None, *, stream_max_bytes: int = STREAM_MAX_BYTES
    ) -> None:
        self._url, self._name, self._account, self._stream_max_bytes = url, name, account, stream_max_bytes
        self._client = FrugalClient()
        self.on_loss: list[Callable[[], None]] = []
        """Called when the connection is lost: what is published from then on may pass unheard."""
        self._closing = False
        self._joined = False
        self._connecting = asyncio.Lock()
        self._hints: set[str] = set()
        self._hinting: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether the server answers now."""
        return self._client.is_connected

    @property
    def client(self) -> Client:
        """The NATS client itself."""
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """The JetStream context, with bounded waits."""
        return self._client.jetstream(timeout=5)

    def is_own(self, service: str) -> bool:
        """Whether the service's stream is in the account of this connection."""
        return self._account in (None, service)

    def api_of(self, service: str) -> str:
        """What JetStream's calls about that service's stream begin with."""
        return api_prefix(None if self.is_own(service) else service)

    def jetstream_of(self, service: str) -> JetStreamContext:
        """The JetStream context for that service's stream, wherever it is."""
        return self._client.jetstream(timeout=5, prefix=self.api_of(service))

    async def connect(self) -> None:
        """Be connected, waiting for the server as long as it takes; any number of tasks may ask at once."""
        async with self._connecting:
            while not self._joined:
                await self._join()
        while not self._client.is_connected:  # the client reconnects by itself
            await asyncio.sleep(0.1)

    async def _join(self) -> None:
        """Try once to connect for the first time."""
        try:
            await self._client.connect(
                self._url,
                name=self._name,
                connect_timeout=3,
                max_reconnect_attempts=-1,
                reconnect_time_wait=1,
                ping_interval=5,
                max_outstanding_pings=2,
                pending_size=8 << 20,
                error_cb=self._error,
                disconnected_cb=self._disconnected,
                closed_cb=self._closed,
                inbox_prefix="_INBOX" if self._account is None else inbox_prefix(self._account),
            )
            self._joined = True
        except (OSError, NatsError, TimeoutError) as error:
            log.warning("broker does not answer yet: %s", type(error).__name__)
            self._client = FrugalClient()
            await asyncio.sleep(0.5)

    async def close(self) -> None:
        """Close the connection for good; what a server that does not answer has not taken is dropped after a moment."""
        self._closing = True
        if self._hinting is not None:
            self._hinting.cancel()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._client.close()
        except TimeoutError:
            log.warning("the broker did not take leave in time")

    def hint(self, subject: str) -> None:
        """Send a hint that may be lost, for a poll is always the fallback: it never waits, and never fails.

        A broker that hangs fills the client's buffers, which then make a sender wait: a task of its own does.
        """
        self._hints.add(subject)
        if self._hinting is None and self.connected:
            self._hinting = asyncio.create_task(self._send_hints())

    async def _send_hints(self) -> None:
        try:
            while self._hints and self.connected:
                await self._client.publish(self._hints.pop(), b"")
        except (NatsError, OSError) as error:
            log.debug("a hint was not sent: %s", type(error).__name__)
        finally:
            self._hinting = None

    async def listen(self, subject: str, heard: Callable[[Msg], Awaitable[None]]) -> None:
        """Call `heard` for each message on a core subject, through reconnections, once there is a connection."""
        while True:
            await self.connect()
            try:
                await self._client.subscribe(subject, cb=heard)
            except NatsError as error:  # the connection was lost again just now
                log.warning("not listening to %s yet: %s", subject, type(error).__name__)
                await asyncio.sleep(0.5)
            else:
                return

    async def ensure_stream(self, service: str) -> StreamInfo:
        """The service's stream, made when it is missing: file storage, kept by limits, refusing new when full.

        One that an earlier version made, that has another bound, or that somebody changed so that it would not take
        our events, is changed. Another account's is neither made nor changed here, but waited for: raises
        `NotFoundError` then. Raises `BrokerTooOld`.
        """
        jetstream = self.jetstream_of(service)
        if not self.is_own(service):
            return await jetstream.stream_info(stream_name(service))
        subjects = [f"{SUBJECT_PREFIX}.{service}.>"]
        try:
            info = await jetstream.stream_info(stream_name(service))
        except NotFoundError:
            info = await jetstream.add_stream(
                StreamConfig(
                    name=stream_name(service),
                    subjects=subjects,
                    storage=StorageType.FILE,
                    retention=RetentionPolicy.LIMITS,
                    discard=DiscardPolicy.NEW,
                    max_bytes=self._stream_max_bytes,
                    allow_atomic=True,
                )
            )
        wanted = info.config.evolve(
            subjects=subjects, discard=DiscardPolicy.NEW, allow_atomic=True, max_bytes=self._stream_max_bytes
        )
        if wanted != info.config:
            try:
                info = await jetstream.update_stream(wanted)
            except ServerError as error:  # the account has no room for a wider bound
                log.warning("stream %s keeps its bound: %s", stream_name(service), error.description)
        if not info.config.allow_atomic:  # such a server would store a batch as so many single messages
            raise BrokerTooOld("publishing needs atomic batches: nats-server 2.12 or newer")
        return info

    async def last_position(self, service: str) -> tuple[int, int]:
        """The stream's last sequence, and the log position of the last event in it (0 when it has none)."""
        stream = stream_name(service)
        try:
            info = await self.jetstream_of(service).stream_info(stream)
            if info.state.messages == 0:
                return info.state.last_seq, 0
            last = await self.jetstream_of(service).get_last_msg(stream, f"{SUBJECT_PREFIX}.{service}.>")
        except NotFoundError:
            return 0, 0
        return info.state.last_seq, _position(last) or await self._position_before(service, last.seq or 0)

    async def _position_before(self, service: str, sequence: int) -> int:
        """The position of the last event before a message that is none of ours; 0 when there is none nearby."""
        for earlier in range(sequence - 1, max(0, sequence - NEARBY), -1):
            try:
                if position := _position(await self.jetstream_of(service).get_msg(stream_name(service), earlier)):
                    return position
            except NotFoundError:
                continue
        return 0

    async def published_after(self, service: str, position: int) -> list[tuple[str, int]]:
        """Id and position of the events at the stream's end that are beyond a position, newest first; one by one."""
        stream, jetstream = stream_name(service), self.jetstream_of(service)
        state = (await jetstream.stream_info(stream)).state
        found: list[tuple[str, int]] = []
        for sequence in range(state.last_seq, state.first_seq - 1, -1):
            with contextlib.suppress(NotFoundError):  # one that an operator deleted
                message = await jetstream.get_msg(stream, sequence)
                if not (place := _position(message)):  # none of ours
                    continue
                if place <= position:
                    break
                found.append(((message.headers or {})["ce-id"], place))
        return found

    async def drop_older_half(self, service: str) -> int:
        """Drop the older half of a stream's messages, never the last one; how many are gone."""
        stream = stream_name(service)
        before = (await self.jetstream.stream_info(stream)).state
        if before.messages < 2:
            return 0
        await self.jetstream.purge_stream(stream, keep=before.messages // 2)
        return before.messages - (await self.jetstream.stream_info(stream)).state.messages

    async def _error(self, error: Exception) -> None:
        log.warning("broker error: %s", error)
        if "permissions violation" in str(error).lower():
            log.critical("the broker refuses what this service must do; ending the process")
            os._exit(70)

    async def _disconnected(self) -> None:
        for call in self.on_loss:
            call()

    async def _closed(self) -> None:
        if not self._closing:
            log.critical("the broker connection closed for good; ending the process")
            os._exit(70)


def _position(message: RawStreamMsg) -> int:
    """The place in its owner's log of a message's event; 0 when it says none."""
    position = (message.headers or {}).get("ce-position", "")
    return int(position) if position.isdecimal() else 0
