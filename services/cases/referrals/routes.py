"""Referrals over HTTP: `/referrals` for who refers, `/received-referrals` for the agency."""

from uuid import UUID

from fastapi import Depends, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.consents.rules import Giver
from services.cases.consents.schemas import ConsentCreate
from services.cases.files.queries import Entered, Vault, enter
from services.cases.files.routes import private
from services.cases.files.rules import Action, Field, Kind
from services.cases.people.queries import Names
from services.cases.referrals import commands, drafts, queries
from services.cases.referrals.rules import State
from services.cases.referrals.schemas import (
    AnswerIn,
    CancelIn,
    DetailsView,
    ReceivedView,
    ReferralCreate,
    ReferralPatch,
    ReferralSummary,
    ReferralView,
    SendIn,
)
from services.cases.referrals.tables import Referral

routes = router("/referrals", tags=["referrals"])
received = router("/received-referrals", tags=["referrals"])
PRIVATE = [Depends(private)]


async def _answer(
    session: AsyncSession, response: Response, now: Now, found: tuple[Entered, Referral]
) -> ReferralView:  # fmt: skip
    entered, referral = found
    set_etag(response, referral.version)
    return await queries.view(session, entered, referral, now)


@routes.post("", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def draft_referral(
    request: ReferralCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    places: KnownPlaces,
    names: Names,
    response: Response,
) -> ReferralView:
    """Draft a referral, from a case that you work on or by itself."""
    made = await drafts.draft(session, actor, now, vault, places, names, request)
    return await _answer(session, response, now, made)


@routes.get("")
async def list_referrals(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: AreaCode | None = None,
    state: State | None = None,
    origin_case_id: UUID | None = None,
) -> Page[ReferralSummary]:
    """The referrals you work on or oversee, those of a case among them, with what came of each."""
    rows = await queries.list_referrals(
        session, actor, now, area=area, state=state, origin_case_id=origin_case_id,
        after=page.after_id(), limit=page.limit + 1,
    )  # fmt: skip
    return page.page(rows, ReferralSummary.model_validate, lambda row: row.id)


@routes.get("/{referral_id}", dependencies=PRIVATE)
async def read_referral(
    referral_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> ReferralView:
    """One referral with its consents, its steps, and what it still lacks."""
    entered = await enter(session, actor, now, vault, referral_id, Action.READ, Kind.REFERRAL)
    return await _answer(session, response, now, (entered, await queries.referral_of(session, entered)))


@routes.patch("/{referral_id}", dependencies=PRIVATE)
async def change_referral(
    referral_id: UUID,
    request: ReferralPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReferralView:
    """Change a draft; null empties what may be empty."""
    changed = await drafts.change(session, actor, now, vault, referral_id, expected, request)
    return await _answer(session, response, now, changed)


@routes.post("/{referral_id}/send", dependencies=PRIVATE)
async def send_referral(
    referral_id: UUID,
    request: SendIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReferralView:
    """Send a draft; a refusal lists all that memorandum, consent and content lack."""
    sent = await commands.send(session, actor, now, vault, referral_id, expected, request.answer_by)
    return await _answer(session, response, now, sent)


@routes.post("/{referral_id}/cancel", dependencies=PRIVATE)
async def cancel_referral(
    referral_id: UUID,
    request: CancelIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReferralView:
    """Take a referral back; from this moment nothing is shared."""
    cancelled = await commands.cancel(session, actor, now, vault, referral_id, expected, request.note)
    return await _answer(session, response, now, cancelled)


@routes.post("/{referral_id}/consents", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def record_consent(
    referral_id: UUID,
    request: ConsentCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReferralView:
    """Record what somebody agreed to; the version before counts no more."""
    recorded = await commands.record_consent(session, actor, now, vault, referral_id, expected, request)
    return await _answer(session, response, now, recorded)


@routes.post("/{referral_id}/consents/{giver}/withdraw", dependencies=PRIVATE)
async def withdraw_consent(
    referral_id: UUID,
    giver: Giver,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReferralView:
    """Note that consent was withdrawn: the agency reads nothing from this moment, and is told."""
    withdrawn = await commands.withdraw_consent(session, actor, now, vault, referral_id, expected, giver)
    return await _answer(session, response, now, withdrawn)


@received.get("")
async def list_received(
    session: Read, actor: CurrentActor, page: PageParams, state: State | None = None
) -> Page[ReceivedView]:
    """The referrals that were sent to your agency: what is asked, and nobody's identity."""
    rows = await queries.list_received(session, actor, state=state, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, queries.received_view, lambda row: row.id)


@received.get("/{referral_id}")
async def read_received(
    referral_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> ReceivedView:
    """One referral as its recipient sees it before accepting it."""
    entered = await enter(
        session, actor, now, vault, referral_id, Action.READ, Kind.REFERRAL, field=Field.SUMMARY
    )  # fmt: skip
    referral = await queries.referral_of(session, entered)
    set_etag(response, referral.version)
    return queries.received_view(referral)


@received.get("/{referral_id}/details", dependencies=PRIVATE, response_model_exclude_unset=True)
async def read_details(
    referral_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault
) -> DetailsView:  # fmt: skip
    """What was sent about somebody: from accepting the referral until it ends."""
    entered = await enter(
        session, actor, now, vault, referral_id, Action.READ, Kind.REFERRAL, field=Field.SUMMARY, locked=True,
        detail={"details": True},
    )  # fmt: skip
    return await queries.details(session, entered, await queries.referral_of(session, entered))


@received.post("/{referral_id}/answer")
async def answer_referral(
    referral_id: UUID,
    request: AnswerIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ReceivedView:
    """Accept or reject it, say how it goes on, or what came of it."""
    referral = await commands.answer(session, actor, now, vault, referral_id, expected, request)
    set_etag(response, referral.version)
    return queries.received_view(referral)
