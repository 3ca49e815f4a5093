"""Those who follow events just now, so that a server that stops can dismiss them instead of waiting for them."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping
from types import FrameType

from beatbook.kit.errors import Unavailable

MOST_FOLLOWERS = 1_000
"""Followers that one process serves at a time."""
WAITING = 1_000
"""Events that may wait for a slow reader before it is told to read anew."""

Mailbox = asyncio.Queue[Mapping[str, str] | None]
"""The headers of a follower's events, never their data, which may be large; None says that there will be no more."""


class Followers:
    """The mailboxes of all followers of this process."""

    def __init__(self) -> None:
        self._mailboxes: set[Mailbox] = set()

    @contextlib.contextmanager
    def mailbox(self) -> Iterator[Mailbox]:
        """A mailbox for as long as someone follows; raises `Unavailable` when too many do."""
        if len(self._mailboxes) >= MOST_FOLLOWERS:
            raise Unavailable("Too many follow events here just now. Read the area again, or follow it later.")
        mailbox: Mailbox = asyncio.Queue(WAITING)
        self._mailboxes.add(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes.discard(mailbox)

    def dismiss(self) -> None:
        """Tell all followers that there will be no more."""
        for mailbox in self._mailboxes:
            with contextlib.suppress(asyncio.QueueFull):
                mailbox.put_nowait(None)

    @contextlib.contextmanager
    def dismissed_by_signals(self) -> Iterator[None]:
        """Dismiss all when the process is told to stop; the server's own handler is called as before."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def stop(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.dismiss)
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        chained = [number for number, handler in before.items() if callable(handler)]
        for number in chained:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number in chained:
                signal.signal(number, before[number])
