"""Names made comparable, and the blind index by which they are found. Pure. Rule C13, decision 0039."""

import hmac
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

SPREAD = 32
"""Over how many tags each part of a name is spread, by the person's id: so the frequent ones stand out less."""
TAG_BITS = 16
"""So few that different names share a tag, and a tag alone names nobody: what is found is compared once it is open."""

_CYRILLIC = dict(
    zip(
        "абвгдежзијклмнопрстћуфхцчшђљњџѓќѕйёыэюяъьіїєґ",
        "a b v g d e z z i j k l m n o p r s t c u f h c c s dj lj nj dz gj kj dz j e y e ju ja _ _ i ji je g".split(),  # noqa: SIM905 - to be read across
        strict=True,
    )
)
_FOLDED = str.maketrans(
    {letter: latin.strip("_") for letter, latin in _CYRILLIC.items()}
    | {"щ": "st", "đ": "d", "ð": "d", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"}
    | dict.fromkeys("'’‘ʼ`´ʻ", "")
)


def parts_of(*names: str) -> frozenset[str]:
    """The parts of names as they are compared: letter case, accents, script and order make no difference.

    Cyrillic as Serbian is written in Latin letters, which then lose their accents as Albanian and Turkish ones do; `dj`
    is how `đ` is written without. Not compared: what a name becomes in another language (Krasniqi, Krasnići).
    """
    text = unicodedata.normalize("NFC", " ".join(names)).replace("İ", "i").casefold().translate(_FOLDED)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in bare.casefold()).split()
    return frozenset(word.replace("dj", "d") for word in words)


class NameIndex:
    """Makes the tags by which names are found. The first secret is in use; with all, names are looked for."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self.current = hmac.digest(self._secrets[0], b"beatbook name index: key", sha256)[:8]
        """The id of the secret in use, 8 bytes."""

    def tags(self, person_id: UUID, parts: Iterable[str]) -> list[int]:
        """The tags to keep of a person's names."""
        lane = person_id.int % SPREAD
        return sorted({_tag(self._secrets[0], lane, part) for part in parts})

    def tags_of_part(self, part: str) -> list[int]:
        """All tags that a part of a name can have been given."""
        return sorted({_tag(secret, lane, part) for secret in self._secrets for lane in range(SPREAD)})


def _tag(secret: bytes, lane: int, part: str) -> int:
    digest = hmac.digest(secret, b"beatbook name index: part" + bytes([lane]) + part.encode(), sha256)
    return int.from_bytes(digest[:8], "big") >> (64 - TAG_BITS)
