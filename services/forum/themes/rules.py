"""When concerns are alike, which are offered together, and what may be joined. Pure. Rule F15."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from beatbook.contracts.areas import covers
from services.forum.concerns.rules import WAITING, Category, ConcernState

ALIKE = 0.2
"""The share of words, of all that two concerns have, from which they are held to be alike (0 to 1)."""
SHARED = 2
"""Words that two concerns have at least in common: one alone is chance."""
CONCERNS_COMPARED = 500
"""The newest open concerns of an area that are compared with one another."""
LONGEST_GROUP = 20
COMMON_FROM = 12
"""Concerns from which on a word that more than a third of them hold is held to tell nothing."""


def telling(words: Sequence[Collection[str]]) -> list[frozenset[str]]:
    """The words of concerns without those that more than a third of them hold, when there are many. Rule F15."""
    counts = Counter(word for each in words for word in set(each))
    most = len(words) / 3 if len(words) >= COMMON_FROM else len(words)
    return [frozenset(word for word in each if counts[word] <= most) for each in words]


def likeness(first: Collection[str], second: Collection[str]) -> float:
    """How alike two concerns are by their stems: shared words over all words, 0 to 1; 0 below `SHARED` words.

    Rule F15. Source: Jaccard's coefficient.
    """
    one, other = set(first), set(second)
    shared = len(one & other)
    return shared / len(one | other) if shared >= SHARED else 0.0


@dataclass(frozen=True)
class Open:
    """An open concern as it is compared."""

    concern_id: UUID
    area: str
    category: Category
    words: Sequence[str]


def groups(concerns: Sequence[Open]) -> list[list[UUID]]:
    """Like concerns of at least two areas, the largest group first; a concern is in one group at most.

    Each group is around one concern to which all others in it are alike, so that a chain of half-like ones is none.
    Only concerns that share a word are compared. Rule F15. Source: GP, organizing public forums.
    """
    by_id = {concern.concern_id: concern for concern in concerns}
    words = dict(zip(by_id, telling([concern.words for concern in by_id.values()]), strict=True))
    alike: dict[UUID, set[UUID]] = {concern_id: set() for concern_id in by_id}
    with_word: dict[tuple[Category, str], list[UUID]] = defaultdict(list)
    for concern in concerns:
        neighbours = {found for word in words[concern.concern_id] for found in with_word[concern.category, word]}
        for found in neighbours:
            if likeness(words[concern.concern_id], words[found]) >= ALIKE:
                alike[concern.concern_id].add(found)
                alike[found].add(concern.concern_id)
        for word in words[concern.concern_id]:
            with_word[concern.category, word].append(concern.concern_id)
    offered: list[list[UUID]] = []
    free = set(by_id)
    for centre in sorted(by_id, key=lambda concern_id: (-len(alike[concern_id]), concern_id)):
        if centre not in free:
            continue
        group = [centre, *sorted(alike[centre] & free)][:LONGEST_GROUP]
        if len({by_id[concern_id].area for concern_id in group}) > 1:
            offered.append(group)
            free -= set(group)
    return sorted(offered, key=lambda group: (-len(group), group[0]))


@dataclass(frozen=True)
class Joining:
    """What is looked at of a concern that is to be joined."""

    area: str
    with_area: str
    state: ConcernState
    joined: bool


def joining_obstacles(area: str, found: Mapping[UUID, Joining], wanted: Sequence[UUID]) -> list[str]:
    """Everything that keeps concerns from being joined by a forum of an area. Rule F15.

    They are open, of the forum's area or below, with no forum above it, and in no other theme.
    """
    unmet: list[str] = []
    for number, concern_id in enumerate(wanted, start=1):
        concern = found.get(concern_id)
        if concern is None or not covers(area, concern.area):
            unmet.append(f"Concern {number} is none of {area} or below that you may see.")
        elif not covers(area, concern.with_area):
            unmet.append(f"Concern {number} is with a forum above {area} now.")
        elif concern.state not in WAITING:
            unmet.append(f"Concern {number} was triaged already: {concern.state.value}.")
        elif concern.joined:
            unmet.append(f"Concern {number} is in a theme already; separate it first.")
    return unmet
