"""Who acts: an actor with grants, each a role at an area. ARCHITECTURE 6."""

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from beatbook.contracts.areas import AreaCode, covers, parse_code


class Role(StrEnum):
    """The roles a token may grant."""

    ADMIN = "admin"
    CORE_GROUP = "core_group"
    COUNCIL = "council"
    FORUM_MEMBER = "forum_member"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    OVERSIGHT = "oversight"
    ADVISOR = "advisor"
    EVALUATOR = "evaluator"
    PARTNER = "partner"
    PUBLIC = "public"


class Grant(BaseModel):
    """A role at an area; it covers the area and everything below it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    area: AreaCode

    @classmethod
    def parse(cls, text: str) -> "Grant":
        """Read `council@XK.PRI`; raise `ValueError` on anything else."""
        role, at, area = text.partition("@")
        if not at:
            raise ValueError("a grant is written role@AREA, such as council@XK.PRI")
        return cls(role=Role(role), area=parse_code(area))

    def __str__(self) -> str:
        return f"{self.role}@{self.area}"


class Actor(BaseModel):
    """The holder of a token, or the public when there is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str = "public"
    grants: tuple[Grant, ...] = ()
    agency: str | None = None

    def may_as(self, roles: Collection[Role], area: str) -> bool:
        """Whether one of the actor's grants has a role of `roles` and covers `area`.

        The public role needs no grant: everyone is the public, everywhere.
        """
        if Role.PUBLIC in roles:
            return True
        return any(grant.role in roles and covers(grant.area, area) for grant in self.grants)

    def areas_as(self, roles: Collection[Role]) -> tuple[str, ...]:
        """The areas at which the actor holds one of `roles`, for scoping a list by prefix."""
        return tuple(sorted({grant.area for grant in self.grants if grant.role in roles}))


PUBLIC = Actor()
