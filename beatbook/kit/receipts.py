"""Receipts: codes by which people without a name follow what they handed in, and allowances that fill up again. Pure.

Decision 0023.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing reads like something else."""
CODE_BITS = 135
"""Drawn at random for each code; nobody guesses one of 2^135, so a plain hash keeps it as well as a slow one."""
SYMBOLS = CODE_BITS // 5
LONGEST_TYPED = 200
"""Characters of what somebody typed that are looked at."""
_GROUP = 4
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def receipt_code(number: int) -> str:
    """The code of a random number of `CODE_BITS` bits: 27 symbols and a check symbol, in groups of four.

    Raises `ValueError` for a number out of range.
    """
    if not 0 <= number < 1 << CODE_BITS:
        raise ValueError(f"a receipt's number has at most {CODE_BITS} bits")
    symbols = "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(SYMBOLS)))
    return grouped(symbols + check_symbol(symbols))


def grouped(symbols: str) -> str:
    """Symbols in groups of four, as people copy them."""
    return "-".join(symbols[start : start + _GROUP] for start in range(0, len(symbols), _GROUP))


def check_symbol(symbols: str) -> str:
    """The symbol that finds a mistyped one, and most pairs that changed places: Luhn's sum modulo 32."""
    total = 0
    for place, symbol in enumerate(reversed(symbols)):
        weighed = ALPHABET.index(symbol) * (2 - place % 2)
        total += weighed // 32 + weighed % 32
    return ALPHABET[-total % 32]


def plain(typed: str) -> str:
    """What somebody typed as a code's bare symbols: any case, width and digits, without gaps, look-alikes mended.

    Never raises: what is no code becomes text that no code is.
    """
    found = []
    for character in unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper():
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            found.append(str(digit))
        elif character.isalpha():
            found.append(character)
    return "".join(found).translate(_READ_AS)


def is_well_formed(symbols: str) -> bool:
    """Whether bare symbols can be a code: so many, all of the alphabet, the check symbol right."""
    return (
        len(symbols) == SYMBOLS + 1
        and all(symbol in ALPHABET for symbol in symbols)
        and check_symbol(symbols[:-1]) == symbols[-1]
    )


def receipt_hash(typed: str) -> str:
    """What is kept of a code, and looked up by: the SHA-256 of its bare symbols, 64 hexadecimal digits.

    The same work for a right, a wrong and a malformed code.
    """
    return hashlib.sha256(b"beatbook receipt\0" + plain(typed).encode()).hexdigest()


@dataclass(frozen=True)
class Allowance:
    """At most `burst` at once; one comes back each `every`."""

    burst: int
    every: timedelta


def spend(full_at: datetime | None, now: datetime, allowance: Allowance) -> tuple[datetime, timedelta]:
    """When an allowance will be full again after one is taken, and how long to wait first (zero: it was taken).

    `full_at` is when it would have been full before; None: it is. Source: the generic cell rate algorithm.
    """
    before = max(full_at or now, now)
    wait = before + allowance.every - now - allowance.every * allowance.burst
    if wait > timedelta(0):
        return before, wait
    return before + allowance.every, timedelta(0)


def network_of(address: str | None) -> str:
    """The network that an address belongs to, IPv4 /24 or IPv6 /48; one for all that have no address."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        if mapped is None:
            return str(ip_network((found, 48), strict=False))
        found = mapped
    return str(ip_network((found, 24), strict=False))
