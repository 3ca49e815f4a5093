"""Shares of people compared with the population, and whether a gap is more than chance. Pure. Rule F5.

Youth are people of 18 to 29 (as in Security Council resolution 2250), among those of 18 and over: the register's bands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from math import ceil, exp, lgamma

from scipy.special import betaincinv, xlog1py, xlogy

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.disclosure import UNDER_FOR_ALL, UNDER_FOR_TRUSTED
from services.forum.advisories.rules import Caution
from services.forum.forums.rules import ForumKind
from services.forum.members.rules import Sector

GROWN_UP = ("18-29", "30-59", "60+")
YOUTH = "18-29"
CHANCE = 0.05
"""A gap counts as more than chance under this probability."""
MEETINGS = 4
"""Attendance is looked at over so many meetings."""
ANY_GROUP = "any"
"""Stands for all minority groups together."""
SPREAD = 3
"""Each public answer must leave at least so many possible counts. Rule K8."""


class Dimension(StrEnum):
    """By what people are compared. Rule F5."""

    SEX = "sex"
    YOUTH = "youth"
    MINORITY = "minority"


class Fewer(StrEnum):
    """Whether fewer are there than live there: all that is said where counts are small. Rule K8."""

    YES = "yes"
    NO = "no"
    CANNOT_SAY = "cannot_say"


@dataclass(frozen=True)
class People:
    """So many people of whom this is known; None is unknown, and for a minority group also not stated."""

    sex: str | None
    age_band: str | None
    minority_group: str | None
    count: int


@dataclass(frozen=True)
class Population:
    """Who lives in the area: residents by sex and age band, minority groups by share of all (0 to 1)."""

    bands: Sequence[tuple[str, str, int]]
    groups: Mapping[str, float]

    def share_of_sex(self, sex: str) -> float | None:
        """The share of a sex among residents; None where the register doesn't know. Rule F5."""
        whole = sum(count for _, _, count in self.bands)
        return sum(count for of, _, count in self.bands if of == sex) / whole if whole else None

    def share_of_youth(self) -> float | None:
        """The share of 18 to 29 among residents of 18 and over; None where the register doesn't know. Rule F5."""
        grown = sum(count for _, band, count in self.bands if band in GROWN_UP)
        return sum(count for _, band, count in self.bands if band == YOUTH) / grown if grown else None


@dataclass(frozen=True)
class Comparison:
    """A category's share among those known, against its share among residents; shares and gap from -1 to 1.

    `p_value` and `interval` (95 %) are exact binomial, for seats; attendance has none, as who comes often counts often.
    """

    dimension: Dimension
    category: str
    count: int
    known: int
    unknown: int
    expected_share: float | None
    tested: bool

    @property
    def share(self) -> float | None:
        """The category's share among those known."""
        return self.count / self.known if self.known else None

    @property
    def gap(self) -> float | None:
        """Share less expected share."""
        return None if self.share is None or self.expected_share is None else self.share - self.expected_share

    @property
    def p_value(self) -> float | None:
        """How often chance alone gives a count as unlikely as this one."""
        if not self.tested or self.expected_share is None or not self.known:
            return None
        return binomial_p(self.count, self.known, self.expected_share)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The shares that the count does not speak against."""
        return clopper_pearson(self.count, self.known) if self.tested and self.known else None

    @property
    def fewer(self) -> Fewer:
        """Whether fewer are there than live there."""
        if self.gap is None:
            return Fewer.CANNOT_SAY
        return Fewer.YES if self.gap < 0 else Fewer.NO


def binomial_p(count: int, trials: int, share: float) -> float:
    """The exact two-sided p-value: the chance of any count that is no more likely than this one.

    As R's `binom.test`, with its tolerance for equal chances. Rule F5.
    """
    chances = [
        exp(lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) + xlogy(k, share) + xlog1py(trials - k, -share))
        for k in range(trials + 1)
    ]
    return min(1.0, sum(chance for chance in chances if chance <= chances[count] * (1 + 1e-7)))


def clopper_pearson(count: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share (0 to 1) at a level of confidence. Rule F5."""
    tail = (1 - level) / 2
    low = float(betaincinv(count, trials - count + 1, tail)) if count else 0.0
    high = float(betaincinv(count + 1, trials - count, 1 - tail)) if count < trials else 1.0
    return low, high


def compare(people: Iterable[People], population: Population, kind: ForumKind, *, tested: bool) -> list[Comparison]:
    """Every comparison that makes sense for a kind of forum.

    A women-only forum is not compared by sex, nor a youth forum by age. A minority group is what people stated: who
    said nothing counts as not of it, and stands as unknown beside it, so that its share is the least it can be.
    Rule F5. Source: GP, organizing public forums; UN slides 19-21.
    """
    people = list(people)
    everyone = sum(entry.count for entry in people)
    found = []
    if kind is not ForumKind.WOMEN_ONLY:
        known = sum(entry.count for entry in people if entry.sex is not None)
        for sex in ("female", "male"):
            count = sum(entry.count for entry in people if entry.sex == sex)
            expected = population.share_of_sex(sex)
            found.append(Comparison(Dimension.SEX, sex, count, known, everyone - known, expected, tested))
    if kind is not ForumKind.YOUTH:
        known = sum(entry.count for entry in people if entry.age_band in GROWN_UP)
        unknown = sum(entry.count for entry in people if entry.age_band is None)
        count = sum(entry.count for entry in people if entry.age_band == YOUTH)
        expected = population.share_of_youth()
        found.append(Comparison(Dimension.YOUTH, YOUTH, count, known, unknown, expected, tested))
    silent = sum(entry.count for entry in people if entry.minority_group is None)
    for group, share in sorted(population.groups.items()):
        count = sum(entry.count for entry in people if same_group(entry.minority_group, group))
        found.append(Comparison(Dimension.MINORITY, group, count, everyone, silent, share, tested))
    return found


def all_minorities(people: Iterable[People], population: Population, *, tested: bool) -> Comparison:
    """People of any minority group together: what is compared where single groups are too small. Rules F5, K8."""
    people = list(people)
    everyone = sum(entry.count for entry in people)
    silent = sum(entry.count for entry in people if entry.minority_group is None)
    expected = min(1.0, sum(population.groups.values())) if population.groups else None
    return Comparison(Dimension.MINORITY, ANY_GROUP, everyone - silent, everyone, silent, expected, tested)


UNKNOWN = "unknown"
PARTS: Mapping[Dimension, Sequence[str]] = {
    Dimension.SEX: ("female", "male", "other"),
    Dimension.YOUTH: (YOUTH, "30+"),
    Dimension.MINORITY: (ANY_GROUP, UNKNOWN),
}
"""The cells that make up those known."""


def tables(people: Iterable[People]) -> dict[Dimension, dict[str, int]]:
    """The people by sex, by age and by whether they stated a minority group: one-way tables of the same total."""
    found = {
        Dimension.SEX: dict.fromkeys(("female", "male", "other", UNKNOWN), 0),
        Dimension.YOUTH: dict.fromkeys((YOUTH, "30+", UNKNOWN), 0),
        Dimension.MINORITY: dict.fromkeys((ANY_GROUP, UNKNOWN), 0),
    }
    for entry in people:
        found[Dimension.SEX][entry.sex or UNKNOWN] += entry.count
        age = "30+" if entry.age_band in GROWN_UP[1:] else UNKNOWN
        found[Dimension.YOUTH][YOUTH if entry.age_band == YOUTH else age] += entry.count
        found[Dimension.MINORITY][ANY_GROUP if entry.minority_group else UNKNOWN] += entry.count
    return found


OTHER_SEX = "male"
"""The sex of which no answer in words is given: two answers about one sum can leave a single count. Rule K8."""


def shown_age(age_band: str | None) -> str | None:
    """The age band as it may be told apart outside: minors would stand alone. Rule K8."""
    return age_band if age_band in GROWN_UP else None


def shown_sex(sex: str | None) -> str | None:
    """The sex as it may be told apart outside: who is neither female nor male would stand alone. Rule K8."""
    return sex if sex in {"female", OTHER_SEX} else None


def withheld_under(actor: Actor, area: str) -> int:
    """The least count shown outside: the core group compares areas, everyone else is the public. Rule K8."""
    return UNDER_FOR_TRUSTED if actor.may_as({Role.CORE_GROUP}, area) else UNDER_FOR_ALL


def day_of_quarter(today: date) -> date:
    """The first day of the quarter: the one day of it for which figures leave the forum. Rule K8.

    Comparing each day with the next would tell of each new member what group they are of.
    """
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)


def same_group(stated: str | None, group: str) -> bool:
    """Whether two names mean one minority group: capitals and spaces do not matter."""
    return stated is not None and " ".join(stated.split()).casefold() == " ".join(group.split()).casefold()


def public_answer(comparison: Comparison, under: int) -> Fewer:
    """What may be said without counts: whether fewer are there than live there.

    Decided by how many are known and by the register alone, never by the count: either answer must leave `SPREAD`
    possible counts, nobody and everybody left out. Of minority groups nothing is said so. Rules F5, K8.
    """
    if comparison.dimension is Dimension.MINORITY or comparison.expected_share is None or comparison.known < under:
        return Fewer.CANNOT_SAY
    fewer = ceil(comparison.known * comparison.expected_share) - 1
    if fewer < SPREAD or comparison.known - 1 - fewer < SPREAD:
        return Fewer.CANNOT_SAY
    return comparison.fewer


def sectors_absent(sectors: Iterable[Sector]) -> list[Sector]:
    """Sectors for which nobody sits. Rule F5. Source: GP, organizing public forums."""
    there = set(sectors)
    return [sector for sector in Sector if sector not in there]


def groups_absent(people: Iterable[People], population: Population) -> list[str]:
    """Minority groups present in the area to which no member says to belong. Rule F5."""
    stated = [entry.minority_group for entry in people]
    return [group for group, share in sorted(population.groups.items())
            if share > 0 and not any(same_group(name, group) for name in stated)]  # fmt: skip


ABSENT = "group-absent-"
"""How the codes of advisories about a group with no member begin."""


def absence_cautions(absent: Iterable[str], undeclared: int) -> list[Caution]:
    """The advisories for groups with no member; the code names a group by a hash, as events carry it. Rules F5, K8."""
    hint = f" ({undeclared} members have said nothing about themselves)" if undeclared else ""
    return [
        Caution(
            ABSENT + sha256(group.casefold().encode()).hexdigest()[:12],
            f"{group} live here, and no member says to belong to them{hint}. Who could be asked?",
            "F5",
        )
        for group in absent
    ]
