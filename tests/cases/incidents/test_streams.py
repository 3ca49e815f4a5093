"""Rule C1: rows out of bytes as they come, however they are cut, packed and damaged."""

import csv
import gzip
import io
import json
from collections import deque
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.reports.rules import FIELDS
from services.cases.reports.streams import LONGEST_LINE, Format, Line, RowReader, Unreadable
from services.cases.reports.unfit import Unfit

pytestmark = pytest.mark.pure

HEADER = b"external_id,place\n"


def read(chunks: Iterable[bytes], form: Format | None = Format.CSV, *, packed: bool = False) -> list[Line]:
    reader = RowReader(form, FIELDS, packed=packed)
    found = [line for chunk in chunks for run in reader.feed(chunk) for line in run]
    return found + reader.end()


def told(lines: Iterable[Line]) -> list[tuple[int, Any]]:
    return [(line.number, line.row.detail if isinstance(line.row, Unfit) else line.row) for line in lines]


def cut(body: bytes, places: Iterable[int]) -> list[bytes]:
    at = sorted({place % (len(body) + 1) for place in places})
    return [body[a:b] for a, b in zip([0, *at], [*at, len(body)], strict=True)]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
cuts = st.lists(st.integers(0, 10_000), max_size=8)


@given(st.lists(st.tuples(cells, cells), max_size=12), cuts, st.booleans())
def test_csv_is_read_alike_however_it_is_cut_and_packed(
    rows: list[tuple[str, str]], places: list[int], packed: bool
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("external_id", "place"), *rows])
    body = text.getvalue().encode()
    body = gzip.compress(body) if packed else body
    found = read(cut(body, places), packed=packed)
    assert [line.row for line in found] == [{"external_id": a, "place": b} for a, b in rows]


@given(st.lists(st.dictionaries(cells, cells | st.integers(0, 9) | st.none(), max_size=3), max_size=12), cuts)
def test_json_lines_are_read_alike_however_they_are_cut(rows: list[dict[str, Any]], places: list[int]) -> None:
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert [line.row for line in read(cut(body, places), Format.JSON_LINES)] == rows
    assert read([gzip.compress(body)], None, packed=True) == read([body], Format.JSON_LINES) or not rows


@given(st.binary(max_size=300), cuts, st.sampled_from(Format))
def test_whatever_is_sent_is_read_or_refused_and_the_cut_makes_no_difference(
    body: bytes, places: list[int], form: Format
) -> None:
    body = HEADER + body if form is Format.CSV else body
    assert told(read(cut(body, places), form)) == told(read([body], form))


BAD = {
    "cells": b"1,a,b\n",
    "quote": b'1,"a"b\n',
    "text": b"1,\xff\n",
    "long": b"1," + b"a" * (LONGEST_LINE + 1) + b"\n",
    "return": b"1,a\rb\n",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("size", [7, 100_000])
def test_a_row_that_is_none_stops_no_other(bad: str, size: int) -> None:
    body = HEADER + b"0,a\n" + BAD[bad] + b"2,c\n"
    found = read([body[start : start + size] for start in range(0, len(body), size)])
    assert [(line.number, isinstance(line.row, Unfit)) for line in found] == [(2, False), (3, True), (4, False)]


def test_a_quote_that_is_never_closed_takes_its_own_row_only() -> None:
    rows = b"".join(b"%d,place number %d\n" % (number, number) for number in range(10_000))
    found = read([HEADER + b'x,"open\n' + rows])
    assert isinstance(found[0].row, Unfit)
    assert len(found) == 10_001
    found = read([HEADER + b'x,"open\n0,a\n'])
    assert [isinstance(line.row, Unfit) for line in found] == [True, False]


def test_a_cell_may_hold_lines_and_their_numbers_are_those_of_the_file() -> None:
    found = read([HEADER + b'1,"a\nb"\n\n2,c'])
    assert told(found) == [(2, {"external_id": "1", "place": "a\nb"}), (5, {"external_id": "2", "place": "c"})]


@pytest.mark.parametrize("body", [b"external_id,name\n1,Ana\n", b"external_id,external_id\n", b"", b'"external_id'])
def test_a_header_that_cannot_be_read_by_refuses_the_file(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read([body])


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"0" * (64 << 20))
    reader = RowReader(Format.CSV, FIELDS, packed=True)
    pieces = (piece for start in range(0, len(bomb), 1000) for piece in reader.feed(bomb[start : start + 1000]))
    unpacked: deque[object] = deque()
    with pytest.raises(Unreadable, match="times its size"):
        unpacked.extend(pieces)
    assert len(unpacked) < 64


@pytest.mark.parametrize("damage", ["cut", "garbage", "tail"])
def test_a_packed_body_that_is_damaged(damage: str) -> None:
    body = gzip.compress(HEADER + b"1,a\n" * 50)
    damaged = {"cut": body[:-9], "garbage": b"plain text", "tail": body + b"x"}[damage]
    with pytest.raises(Unreadable):
        read([damaged], packed=True)


def test_several_members_are_one_body() -> None:
    body = gzip.compress(HEADER + b"1,a\n") + gzip.compress(b"2,b\n") + b"\0" * 20
    assert [line.number for line in read(cut(body, range(0, 200, 3)), packed=True)] == [2, 3]
