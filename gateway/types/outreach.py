"""Initiatives, corrections of rumours and consultations in the schema."""

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.types.lazy_type import LazyType

from gateway.clients.forum import AreaRecord, ForumRecord
from gateway.clients.outreach import ConsultationRecord, InitiativeRecord
from gateway.clients.published import CorrectionRecord
from gateway.context import Info
from gateway.types.nodes import Entity

AREA: Any = LazyType("Area", "gateway.types.area") | None
FORUM: Any = LazyType("Forum", "gateway.types.forum") | None
"""Areas and forums by name: they lead here, and from here back."""


@strawberry.type
class Partner:
    """An organisation that takes part in an initiative."""

    name: str
    sector: str


@strawberry.type
class Initiative(Entity, record=InitiativeRecord, loader="initiative"):
    """A community initiative: a watch scheme, an open day, a programme (Rule F18)."""

    kind: str
    watch_scheme: bool = strawberry.field(
        description="Whether it needs written rules, a reporting-only role and a police supervisor to run."
    )
    name: str
    aim: str
    state: str
    state_reason: str | None
    starts_on: date | None
    ends_on: date | None
    started_on: date | None
    ended_on: date | None
    partners: list[Partner]
    written_rules: str | None
    supervisor_role: str | None = strawberry.field(description="The police officer who supervises it, as a role.")
    reached: int | None = strawberry.field(
        description="People reached; outside the forum those in reports of ten or more, null when there is none (K8)."
    )
    outcome: str | None
    result: str | None

    @strawberry.field(graphql_type=FORUM)  # type: ignore[untyped-decorator]
    @staticmethod
    async def forum(initiative: strawberry.Parent[InitiativeRecord], info: Info) -> ForumRecord:
        """The forum that stands behind it."""
        return await info.context.loaders.forum.load(str(initiative.forum_id))

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(initiative: strawberry.Parent[InitiativeRecord], info: Info) -> AreaRecord:
        """The area it is in."""
        return await info.context.loaders.area.load(initiative.area)


@strawberry.type
class CorrectionText:
    """A notice in one language: what is being said, and what is so."""

    language: str
    title: str
    claim: str
    facts: str


@strawberry.type
class Source:
    """Where anyone can look it up."""

    title: str
    url: str


@strawberry.type
class Correction(Entity, record=CorrectionRecord, loader="correction"):
    """A public notice that corrects a rumour; of a withdrawn one the reason is shown, not the words (Rule F16)."""

    state: str
    about: str
    published: int = strawberry.field(description="Number of its newest published version.")
    first_published_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    sources: list[Source]

    @strawberry.field
    @staticmethod
    def texts(correction: strawberry.Parent[CorrectionRecord]) -> list[CorrectionText]:
        """The notice in each language it was written in, by ISO 639 code."""
        return [
            CorrectionText(language=language, title=text.title, claim=text.claim, facts=text.facts)
            for language, text in sorted(correction.texts.items())
        ]

    @strawberry.field(graphql_type=FORUM)  # type: ignore[untyped-decorator]
    @staticmethod
    async def forum(correction: strawberry.Parent[CorrectionRecord], info: Info) -> ForumRecord:
        """The forum that published it."""
        return await info.context.loaders.forum.load(str(correction.forum_id))


@strawberry.type
class AskedGroup:
    """A group that was asked: by a code of the list, or as a minority group of the area."""

    group: str | None
    minority_group: str | None
    people: int | None


@strawberry.type
class Consultation(Entity, record=ConsultationRecord, loader="consultation"):
    """People were asked outside a meeting; outside the forum, a summary and no small group (Rules F21, K8)."""

    topic: str
    how: str
    held_on: date | None
    organisation: str
    role: str
    asked: list[AskedGroup]
    people: int | None
    concerns: int = strawberry.field(description="Findings that became concerns.")
    state: str
    summary: str | None
    published_at: datetime | None

    @strawberry.field(graphql_type=FORUM)  # type: ignore[untyped-decorator]
    @staticmethod
    async def forum(consultation: strawberry.Parent[ConsultationRecord], info: Info) -> ForumRecord:
        """The forum that asked."""
        return await info.context.loaders.forum.load(str(consultation.forum_id))
