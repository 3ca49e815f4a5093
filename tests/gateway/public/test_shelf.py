"""F20: the public pages' shelf: bounded, made once, fresh for seconds, validators that hold. Pure."""

import asyncio
import gzip

import pytest

from gateway.web.public.shelf import ENTRY_BYTES, FRESH_SECONDS, Drawn, Shelf, answered

pytestmark = pytest.mark.pure


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def drawn(text="x" * 2_000):
    return Drawn(text.encode(), "text/html")


async def test_an_answer_is_made_once_however_many_ask():
    made = []

    async def make():
        made.append(1)
        await asyncio.sleep(0)
        return drawn()

    shelf = Shelf()
    first, *others = await asyncio.gather(*(shelf.get("a", make) for _ in range(20)))
    assert made == [1]
    assert all(other is first for other in others)


async def test_after_its_time_it_is_made_anew_and_keeps_its_date_when_nothing_changed():
    clock, texts = Clock(), iter(["a", "a", "b"])

    async def make():
        return drawn(next(texts))

    shelf = Shelf(clock=clock)
    first = await shelf.get("k", make)
    assert await shelf.get("k", make) is first
    clock.now += FRESH_SECONDS + 1
    again = await shelf.get("k", make)
    assert again is not first
    assert (again.etag, again.headers["Last-Modified"]) == (first.etag, first.headers["Last-Modified"])
    clock.now += FRESH_SECONDS + 1
    assert (await shelf.get("k", make)).etag != first.etag


async def test_what_is_withdrawn_is_gone_and_not_kept():
    clock, shelf = Clock(), Shelf()
    shelf = Shelf(clock=clock)

    async def make():
        return drawn()

    async def gone():
        raise LookupError

    await shelf.get("k", make)
    clock.now += FRESH_SECONDS + 1
    for _ in range(2):
        with pytest.raises(LookupError):
            await shelf.get("k", gone)
    assert shelf.fresh("k") is None


async def test_it_never_holds_more_than_its_room():
    shelf = Shelf(room=3 * (3_000 + ENTRY_BYTES))
    for number in range(50):

        async def make(number=number):
            return Drawn(bytes([number]) * 3_000, "text/plain", compressible=False)

        await shelf.get(str(number), make)
        assert shelf._weight <= 3 * (3_000 + ENTRY_BYTES)
    assert [key for key in map(str, range(50)) if shelf.fresh(key)] == ["47", "48", "49"]


async def test_who_gives_up_waiting_does_not_spoil_it_for_others():
    going = asyncio.Event()

    async def make():
        await going.wait()
        return drawn()

    shelf = Shelf()
    impatient, patient = (asyncio.create_task(shelf.get("k", make)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    going.set()
    assert (await patient).plain == drawn().body


async def test_validators_and_compression():
    async def make():
        return drawn()

    kept = await Shelf().get("k", make)
    plain = answered(kept, accepted="", none_match=None, modified_since=None)
    packed = answered(kept, accepted="gzip, br", none_match=None, modified_since=None)
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["etag"] != packed.headers["etag"], "a strong tag is of one encoding"
    for answer in (plain, packed):
        for given in (answer.headers["etag"], f'"other", {answer.headers["etag"]}', "*", f"W/{answer.headers['etag']}"):
            same = answered(kept, accepted="gzip", none_match=given, modified_since=None)
            assert (same.status_code, same.body) == (304, b"")
            assert "content-type" not in same.headers
            assert same.headers["cache-control"].startswith("public")
    assert answered(kept, accepted="", none_match='"other"', modified_since=None).status_code == 200
    modified = plain.headers["last-modified"]
    assert answered(kept, accepted="", none_match=None, modified_since=modified).status_code == 304
    assert answered(kept, accepted="", none_match='"other"', modified_since=modified).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("GZIP ; q=1.0", True), ("gzip;q=0", False), ("gzip; q=0.000", False),
     ("", False), ("notgzip", False)],
)  # fmt: skip
async def test_compressed_is_what_the_reader_can_unpack(accepted, packed):
    async def make():
        return drawn()

    kept = await Shelf().get("a", make)
    answer = answered(kept, accepted=accepted, none_match=None, modified_since=None)
    assert ("Content-Encoding" in answer.headers) is packed
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_small_answers_and_long_addresses_do_not_fill_the_memory():
    """Anyone chooses the host and the cursor that an answer is kept under."""

    async def make():
        return drawn("x")

    shelf = Shelf(room=100_000)
    for number in range(1_000):
        await shelf.get(f"{number}", make)
    assert len(shelf._kept) < 60
    await shelf.get("h" * 5_000, make)
    assert shelf.fresh("h" * 5_000) is None
