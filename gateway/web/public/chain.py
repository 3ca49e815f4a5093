"""The hash chain of published minutes, reckoned anew from what their owner gives out. Rules F11, F20. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beatbook.kit.crypto import canonical_json, sha256_hex
from gateway.clients.published import MinutesVersionRecord


@dataclass(frozen=True)
class Link:
    """One version in the chain: what it states, and what was found."""

    number: int
    stated: str
    found: str
    """Empty when the content cannot be written in canonical form."""
    names_before: bool
    """Whether it names the hash of the version before; the first names none."""

    @property
    def same(self) -> bool:
        """Whether the stated hash is that of the content."""
        return self.stated == self.found

    @property
    def holds(self) -> bool:
        """Whether this version is as it was published, and in its place."""
        return self.same and self.names_before


def canonical(content: Mapping[str, Any]) -> bytes:
    """The bytes whose SHA-256 a version states; empty when there is no such form."""
    try:
        return canonical_json(content)
    except ValueError:
        return b""


def links(versions: Sequence[MinutesVersionRecord]) -> list[Link]:
    """Each version checked: its hash, its number, whose it is, and the hash before it that it names."""
    found: list[Link] = []
    before: str | None = None
    for place, version in enumerate(versions, start=1):
        content = version.content
        written = canonical(content)
        in_place = (
            version.number == place
            and content.get("number") == place
            and content.get("minutes_id") == str(version.minutes_id)
            and content.get("corrects") == (place - 1 or None)
            and content.get("previous_sha256") == before
        )
        found.append(Link(version.number, version.sha256, sha256_hex(written) if written else "", in_place))
        before = version.sha256
    return found


def holds(checked: Sequence[Link]) -> bool:
    """Whether the whole chain holds; one of no versions does not."""
    return bool(checked) and all(link.holds for link in checked)
