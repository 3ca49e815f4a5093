"""What the forum service holds for an area, in lists: the area and everything below it, unless `below` is false."""

import strawberry
from strawberry import relay

from gateway.clients.forum import AreaRecord
from gateway.connections import at_start, connection
from gateway.context import Info
from gateway.types.concerns import Concern, ConcernState
from gateway.types.forum import Decision, DecisionState, Forum, Meeting, Minutes
from gateway.types.outreach import Correction, Initiative
from gateway.types.signals import WarningSignal
from gateway.types.sites import Site


@strawberry.type
class AreaForums:
    """The part of an area that its forums fill. Rule G1."""

    @strawberry.field
    @staticmethod
    async def forums(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[Forum] | None:
        """Forums, oldest first."""
        client = info.context.services.forum
        if below:
            return await connection(
                lambda page, limit: client.forums(area=area.code, after=page, limit=limit), first, after
            )
        if after is None:
            return at_start(await info.context.loaders.forums_here.load(area.code), first)
        return await connection(
            lambda page, limit: client.forums(areas=area.code, after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def meetings(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        state: str | None = None,
    ) -> relay.Connection[Meeting] | None:
        """Meetings, newest first."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.meetings(area=area.code, state=state, after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def minutes(
        area: strawberry.Parent[AreaRecord], info: Info, first: int = 10, after: str | None = None
    ) -> relay.Connection[Minutes] | None:
        """Published minutes, newest first."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.minutes_list(area=area.code, state="published", after=page, limit=limit),
            first,
            after,
        )

    @strawberry.field
    @staticmethod
    async def decisions(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        state: DecisionState | None = None,
    ) -> relay.Connection[Decision] | None:
        """Decisions and requests; `OPEN` includes those past their due date."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.decisions(area=area.code, state=state, after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def open_decisions(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[Decision] | None:
        """What was promised and is not yet delivered, declined or withdrawn (Rule F13)."""
        client = info.context.services.forum
        if not below and after is None:
            return at_start(await info.context.loaders.open_decisions_here.load(area.code), first)
        scope = {"area": area.code} if below else {"areas": area.code}
        return await connection(
            lambda page, limit: client.decisions(**scope, state="open", after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def initiatives(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[Initiative] | None:
        """Community initiatives that the caller may know of, newest first (Rule F18)."""
        client = info.context.services.forum
        if not below and after is None:
            return at_start(await info.context.loaders.initiatives_here.load(area.code), first)
        scope = {"area": area.code} if below else {"areas": area.code}
        return await connection(lambda page, limit: client.initiatives(**scope, after=page, limit=limit), first, after)

    @strawberry.field
    @staticmethod
    async def corrections(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[Correction] | None:
        """Corrections of rumours, newest first (Rule F16)."""
        client = info.context.services.forum
        if not below and after is None:
            return at_start(await info.context.loaders.corrections_here.load(area.code), first)
        scope = {"area": area.code} if below else {"areas": area.code}
        return await connection(lambda page, limit: client.corrections(**scope, after=page, limit=limit), first, after)

    @strawberry.field
    @staticmethod
    async def warnings(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[WarningSignal] | None:
        """Warning signals that stand, newest first, of the forums that the caller is inside of (Rule F17)."""
        client = info.context.services.forum
        if not below and after is None:
            return at_start(await info.context.loaders.signals_here.load(area.code), first)
        scope = {"area": area.code} if below else {"areas": area.code}
        return await connection(
            lambda page, limit: client.signals(**scope, state="standing", after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def concerns(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        state: ConcernState | None = None,
    ) -> relay.Connection[Concern] | None:
        """Concerns with a published summary, and from inside all, newest first (Rule F14)."""
        client = info.context.services.forum
        return await connection(
            lambda page, limit: client.concerns(area=area.code, state=state, after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def sites(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        first: int = 10,
        after: str | None = None,
        below: bool = True,
    ) -> relay.Connection[Site] | None:
        """Where the work is tried out, compared and spread, in the order it was decided (Rule A4)."""
        client = info.context.services.forum
        if not below:
            return await connection(
                lambda page, limit: client.area_sites(area.code, after=page, limit=limit), first, after
            )
        return await connection(lambda page, limit: client.sites(area=area.code, after=page, limit=limit), first, after)
