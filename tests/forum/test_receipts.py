"""Receipt codes and allowances: pure. Rule F14, decision 0023."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.receipts import (
    ALPHABET,
    CODE_BITS,
    Allowance,
    is_well_formed,
    network_of,
    plain,
    receipt_code,
    receipt_hash,
    spend,
)
from services.forum.receipts.rules import ALLOWANCES

pytestmark = pytest.mark.pure

NUMBERS = st.integers(min_value=0, max_value=(1 << CODE_BITS) - 1)
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SOME = Allowance(burst=3, every=timedelta(minutes=1))


@given(NUMBERS)
def test_a_code_has_128_bits_or_more_and_reads_well(number: int) -> None:
    """Rule F14."""
    code = receipt_code(number)
    assert CODE_BITS >= 128
    assert [len(group) for group in code.split("-")] == [4] * 7
    assert is_well_formed(plain(code))
    assert set(plain(code)) <= set(ALPHABET)


@given(st.lists(NUMBERS, min_size=2, max_size=2, unique=True))
def test_different_numbers_have_different_codes_and_hashes(numbers: list[int]) -> None:
    first, second = map(receipt_code, numbers)
    assert first != second
    assert receipt_hash(first) != receipt_hash(second)


@given(NUMBERS, st.integers(0, 27), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_is_found(number: int, place: int, symbol: str) -> None:
    symbols = plain(receipt_code(number))
    mistyped = symbols[:place] + symbol + symbols[place + 1 :]
    assert is_well_formed(mistyped) == (mistyped == symbols)


@given(NUMBERS)
def test_as_people_type_it_a_code_is_the_same(number: int) -> None:
    """Small letters, spaces, long dashes, look-alikes, wide and Arabic digits."""
    code = receipt_code(number)
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    for typed in (code.lower(), code.replace("-", " – "), f" {code}\n", code.replace("-", ""), code.translate(arabic)):
        assert receipt_hash(typed) == receipt_hash(code)
    assert plain("oO iI lL") == "001111"


@given(st.text(max_size=400))
def test_whatever_is_typed_is_taken_in(typed: str) -> None:
    assert len(receipt_hash(typed)) == 64
    assert isinstance(is_well_formed(plain(typed)), bool)


@given(st.integers(1, 20), st.integers(1, 600), st.lists(st.integers(0, 3000), max_size=60))
def test_no_more_is_taken_than_burst_and_pace_allow(burst: int, every: int, pauses: list[int]) -> None:
    """In any stretch of time at most the burst and what came back meanwhile. Rule F14."""
    allowance = Allowance(burst, timedelta(seconds=every))
    full_at, now = None, NOW
    taken: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        full_at, wait = spend(full_at, now, allowance)
        if not wait:
            taken.append(now)
            assert full_at - now <= allowance.every * burst
    for number, start in enumerate(taken):
        for count, end in enumerate(taken[number:], start=1):
            assert count <= burst + (end - start) / allowance.every


@given(st.integers(0, 10_000))
def test_after_the_wait_that_was_told_one_can_be_taken(seconds: int) -> None:
    full_at, now = None, NOW
    for _ in range(4):
        full_at, wait = spend(full_at, now, SOME)
    assert wait == timedelta(minutes=1)
    again, none = spend(full_at, now + wait + timedelta(seconds=seconds), SOME)
    assert not none
    assert again > now


def test_every_trace_of_a_network_is_gone_within_the_hour() -> None:
    """A row is deleted when its allowance is full again. Decision 0023."""
    assert all(each.every * each.burst < timedelta(hours=1) for each in ALLOWANCES.values())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_an_address_is_its_network_only(address: str | None, network: str) -> None:
    assert network_of(address) == network
