"""What an entry of the audit log says, and how it is chained. Pure. Rule C15."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from beatbook.kit.crypto import canonical_json


def start_of(chain: UUID) -> bytes:
    """What the first entry of a chain is chained to, so that no chain can be passed off as another."""
    return chain.bytes


def chain_of_actor(subject: str) -> UUID:
    """The chain of what an actor did that is about no single case, such as a search."""
    return uuid5(NAMESPACE_URL, f"urn:beatbook:actor:{subject}")


def entry_text(
    *, at: datetime, actor: str, action: str, kind: str | None = None, detail: Mapping[str, Any] | None = None
) -> str:
    """An entry as it is kept and hashed: canonical JSON (RFC 8785). `detail` holds ids, codes and counts only."""
    said = {"at": at.isoformat(), "actor": actor, "action": action, "kind": kind, "detail": detail}
    return canonical_json({name: value for name, value in said.items() if value}).decode()


def chained(before: bytes, number: int, entry: str) -> bytes:
    """The hash of a chain's entry: SHA-256 over the hash before it, its number (8 bytes, big-endian), and its text."""
    return hashlib.sha256(before + number.to_bytes(8, "big") + entry.encode()).digest()


class Flaw(StrEnum):
    """What can be wrong with a chain, and in words."""

    UNLINKED = "does not follow from the entry before: it was changed, put in, or moved, or the one before was"
    MISSING = "is missing: it was taken out"
    CUT_OFF = "is missing, and all after it: the end was cut off"
    SURPLUS = "is before where the chain begins, or beyond where it ends: it was put in"
    HEAD = "is the last, and not what the chain is said to end with"
    NOT_SEALED = "is noted as sealed, and no seal tells of it: where the chain goes on from here is not sealed"
    NOT_AS_SEALED = "is not what was sealed: it was changed, or one before it"


@dataclass(frozen=True)
class Finding:
    """An entry of a chain that is not as it should be."""

    chain: UUID
    number: int
    flaw: Flaw

    def __str__(self) -> str:
        return f"{self.chain} entry {self.number} {self.flaw}"


NAMED_OF_A_GAP = 1000
"""Of more entries missing in one place only the first are named."""


class Checker:
    """Recomputes chains from their entries, in the order of chain and number, run by run. Rule C15.

    After a flaw it goes on from what is kept, so that each one is named where it is.
    """

    def __init__(self) -> None:
        self.chains = self.entries = 0
        self._chain: UUID | None = None
        self._number, self._hash = 0, b""
        self._head: tuple[int, bytes | None] = (0, None)

    def read(
        self, chain: UUID, entries: Iterable[tuple[int, str, bytes]], head: tuple[int | None, bytes | None]
    ) -> list[Finding]:
        """What is wrong with a run of a chain's entries (number, text, hash), and with the end of the one before.

        `head`: number and hash of where the chain is said to end; None for nowhere.
        """
        found: list[Finding] = []
        if chain != self._chain:
            found += self.end()
            self.chains += 1
            self._chain, self._head = chain, (head[0] or 0, head[1])
            self._number, self._hash = 0, start_of(chain)
        number, before = self._number, self._hash
        for at, entry, kept in entries:
            if at <= number:  # chains begin with 1
                found.append(Finding(chain, at, Flaw.SURPLUS))
                continue
            if at != number + 1:
                missing = range(number + 1, min(at, number + 1 + NAMED_OF_A_GAP))
                found += [Finding(chain, gone, Flaw.MISSING) for gone in missing]
            elif chained(before, at, entry) != kept:
                found.append(Finding(chain, at, Flaw.UNLINKED))
            number, before = at, kept
            self.entries += 1
        self._number, self._hash = number, before
        return found

    def end(self) -> list[Finding]:
        """What is wrong with the end of the chain that is being read: call it after the last."""
        if self._chain is None:
            return []
        head, head_hash = self._head
        if self._number < head:
            return [Finding(self._chain, self._number + 1, Flaw.CUT_OFF)]
        if self._number > head:
            return [Finding(self._chain, head + 1, Flaw.SURPLUS)]
        return [] if self._hash == head_hash else [Finding(self._chain, head, Flaw.HEAD)]
