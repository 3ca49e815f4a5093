"""Whose residents a rate counts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beatbook.contracts.areas import parent_of


@dataclass(frozen=True)
class Base:
    """The residents a rate of an area is taken over (None: unknown), and the areas below that are not among them."""

    population: int | None
    left_out: tuple[str, ...] = ()


def population_bases(codes: Sequence[str], populations: Mapping[str, int | None]) -> dict[str, Base]:
    """The base of each of `codes`, from the register's populations of them and of all open areas below them.

    An area's own registered population is its base. Without one, the base is the sum over the areas below that have
    one; those that have none are left out of the base, and must be left out of the numerator too: a rate counts
    residents and what happened among the same residents. Rule K3.
    """
    below: dict[str, list[str]] = {}
    for code in sorted(populations):
        if parent := parent_of(code):
            below.setdefault(parent, []).append(code)

    def base(code: str) -> Base:
        own = populations.get(code)
        if own is not None:
            return Base(own)
        parts = {child: base(child) for child in below.get(code, ())}
        counted = [part.population for part in parts.values() if part.population is not None]
        if not counted:
            return Base(None)
        missing = [child for child, part in parts.items() if part.population is None]
        inherited = [code for part in parts.values() for code in part.left_out]
        return Base(sum(counted), tuple(sorted(missing + inherited)))

    return {code: base(code) for code in codes}
