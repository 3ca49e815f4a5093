"""F11, F20: the chain is reckoned anew, and any tampering shows. Pure."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from beatbook.kit.crypto import canonical_json, sha256_hex
from gateway.clients.published import MinutesVersionRecord
from gateway.web.public.chain import holds, links

pytestmark = pytest.mark.pure

WHOSE = UUID("01890000-0000-7000-8000-000000000001")


def chain(length):
    found, before = [], None
    for number in range(1, length + 1):
        content = {
            "minutes_id": str(WHOSE),
            "number": number,
            "corrects": number - 1 or None,
            "previous_sha256": before,
            "items": [{"heading": "ë", "text": "x" * number}],
        }
        before = sha256_hex(canonical_json(content))
        found.append(version(number, before, content))
    return found


def version(number, digest, content):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return MinutesVersionRecord(minutes_id=WHOSE, number=number, sha256=digest, published_at=at, content=content)


def rehashed(record, **changed):
    content = record.content | changed
    return version(record.number, sha256_hex(canonical_json(content)), content)


def test_a_whole_chain_holds():
    assert holds(links(chain(4)))
    assert not holds(links([]))


def test_tampering_shows():
    first, second, third = chain(3)
    changed = version(2, second.sha256, second.content | {"items": []})
    assert [link.same for link in links([first, changed, third])] == [True, False, True]
    rewritten = rehashed(second, items=[])
    assert [link.holds for link in links([first, rewritten, third])] == [True, True, False]
    for broken in (
        [second, third],
        [first, third],
        [first, second, second],
        [rehashed(first, previous_sha256="0" * 64)],
        [rehashed(first, number=2)],
        [rehashed(first, minutes_id="another")],
        [version(1, first.sha256, {"items": 2**60})],
    ):
        assert not holds(links(broken))
