"""Reads of restorative meetings, of a case that was entered. Rule C9a."""

from uuid import UUID

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.cases.agreements.queries import terms_of
from services.cases.conferences import rules
from services.cases.conferences.rules import Side
from services.cases.conferences.schemas import ConferenceView, SheetTerm, SheetView, SideConsent
from services.cases.conferences.tables import Conference
from services.cases.diversion.queries import Case, consents_of, programme_of, standing_consents
from services.cases.files.rules import Action, Field
from services.cases.programmes.rules import Capacity, asks_consent

PLACE, SCREENING, RESULT = "conferences.place", "conferences.screening", "conferences.result"


async def conference_of(session: AsyncSession, case_id: UUID) -> Conference | None:
    """The meeting of a case, if one is planned."""
    return await session.get(Conference, case_id)


async def the_conference(session: AsyncSession, case_id: UUID) -> Conference:
    """The meeting of a case; raises `NotFound`."""
    found = await conference_of(session, case_id)
    if found is None:
        raise NotFound("meeting")
    return found


async def unmet(session: AsyncSession, case: Case, conference: Conference) -> list[str]:
    """What the meeting still needs before it starts."""
    programme = await programme_of(session, case)
    asked = [] if programme is None else asks_consent(programme, case.row.age_at_act or 0)
    return rules.start_unmet(
        case.row.state,
        screened=conference.screened_at is not None,
        is_safe=bool(conference.is_safe),
        consents=await standing_consents(session, case),
        guardian_asked=Capacity.GUARDIAN in asked,
    )


async def view(session: AsyncSession, case: Case, conference: Conference) -> ConferenceView:
    """The meeting, as far as the actor's part in the case allows."""
    written = case.entered.may(Action.READ, Field.TEXT)
    plain = {name: getattr(conference, name) for name in ("state", "starts_at", "facilitator", "is_safe", "screened_at",
                                                          "ended_at")}  # fmt: skip
    guarded = {
        "place": case.read(conference.sealed_place, PLACE) if written else None,
        "screening": case.read(conference.sealed_screening, SCREENING) if written else None,
        "result": case.read(conference.sealed_result, RESULT) if written else None,
        **{
            name: getattr(conference, name) if written else None
            for name in ("victim_id", "responsible_id", "stopped_by")
        },
    }
    needed = [] if conference.state in rules.OVER else await unmet(session, case, conference)
    return ConferenceView.model_validate(plain | guarded | {"unmet": needed})


async def sheet(session: AsyncSession, case: Case, side: Side) -> SheetView:
    """What may be handed to one side; neither sees who the other is, what they said, or whether they consented."""
    conference = await the_conference(session, case.id)
    own = [item for item in await consents_of(session, case.id) if item.capacity in rules.SPEAKS_FOR[side]]
    return SheetView(
        side=side,
        state=conference.state,
        starts_at=conference.starts_at,
        place=case.read(conference.sealed_place, PLACE) or "",
        consents=[SideConsent.model_validate(item) for item in own],
        terms=[SheetTerm.model_validate(term) for term in await terms_of(session, case.id)],
    )
