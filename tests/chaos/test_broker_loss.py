"""The broker loses what it stored, while load runs: the log has it, readers go on, nobody lends a hand. Rule X1, X3.

One `beatbook up` bears one loss after the other; after each, everything that was ever written is looked at.
"""

import os
import shutil
import signal
from collections.abc import Callable

import pytest
from nats.js import JetStreamContext

from tests.chaos.site import READERS, Site

pytestmark = pytest.mark.timeout(600)
STREAM = "beatbook-forum"


def remove_store(site: Site) -> None:
    """The directory goes while the server runs; a moment later the server dies of it."""
    shutil.rmtree(site.up.store, ignore_errors=True)
    site.fleet.await_progress(10)
    site.while_frozen(lambda: shutil.rmtree(site.up.store, ignore_errors=True), then=signal.SIGKILL)


def roll_back(site: Site) -> None:
    """The server wakes with the store as it was long ago."""

    def exchange() -> None:
        shutil.rmtree(site.up.store, ignore_errors=True)
        shutil.copytree(site.old_store, site.up.store)

    site.while_frozen(exchange, then=signal.SIGKILL)


def cut_files(site: Site) -> None:
    """Half of every file of messages is gone."""

    def cut() -> None:
        blocks = list(site.up.store.rglob("*.blk"))
        assert blocks
        for block in blocks:
            os.truncate(block, block.stat().st_size // 2)

    site.while_frozen(cut, then=signal.SIGKILL)


def purge(site: Site) -> None:
    async def work(jetstream: JetStreamContext) -> None:
        await jetstream.purge_stream(STREAM)

    site.ask("forum", work)


def delete_stream(site: Site) -> None:
    async def work(jetstream: JetStreamContext) -> None:
        await jetstream.delete_stream(STREAM)

    site.ask("forum", work)


def delete_last(site: Site) -> None:
    """The newest messages are deleted one by one, their numbers are not given again."""

    async def work(jetstream: JetStreamContext) -> None:
        last = (await jetstream.stream_info(STREAM)).state.last_seq
        for sequence in range(last, last - 10, -1):
            await jetstream.delete_msg(STREAM, sequence)

    site.ask("forum", work)


WITH_HOLES = (purge, delete_last)
"""The broker goes on counting after these: what came next fitted, and what is missing before it stays in the log."""


@pytest.mark.parametrize("lose", [remove_store, roll_back, cut_files, delete_stream, delete_last, purge])
def test_the_broker_loses_what_it_had(site: Site, lose: Callable[[Site], None]) -> None:
    site.fleet.resume()
    site.fleet.await_progress(20)
    lose(site)
    site.fleet.await_progress(30)
    site.check(holes=lose in WITH_HOLES)


def test_what_lives_is_what_a_rebuild_makes(site: Site) -> None:
    site.compare(*READERS)
