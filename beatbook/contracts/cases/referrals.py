"""Referrals, as ids, codes, states and dates (Rules C12, C13); `agency` is the recipient's code."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import OVERSEEING, Event

Answered = Literal["accepted", "rejected", "in_progress", "on_hold", "completed", "failed"]


class ReferralRequested(Event, service="cases", aggregate="referral", verb="requested", audience=OVERSEEING):
    """A referral was sent to an agency, which owes an answer by `answer_by`. Rule C12."""

    referral_id: UUID
    area: AreaCode
    agency: str
    referred_for: str
    urgency: str
    answer_by: datetime


class ReferralAnswered(Event, service="cases", aggregate="referral", verb="answered", audience=OVERSEEING):
    """The agency took a referral on, or not, or says how it goes on and what came of it. Rule C12.

    `outcome` is achieved, partly or not_achieved, of a completed one.
    """

    referral_id: UUID
    area: AreaCode
    agency: str
    referred_for: str
    origin: str
    target: Answered
    reason: str | None = None
    outcome: str | None = None
    answered_at: datetime


class ReferralCancelled(Event, service="cases", aggregate="referral", verb="cancelled", audience=OVERSEEING):
    """Who referred took a sent referral back. Rule C12."""

    referral_id: UUID
    area: AreaCode
    agency: str
    referred_for: str
    cancelled_at: datetime


class ReferralWithdrawn(Event, service="cases", aggregate="referral", verb="withdrawn", audience=OVERSEEING):
    """Consent was withdrawn: from this moment nothing is shared with the agency. Rule C12."""

    referral_id: UUID
    area: AreaCode
    agency: str
    referred_for: str
    withdrawn_at: datetime


class ReferralExpired(Event, service="cases", aggregate="referral", verb="expired", audience=OVERSEEING):
    """A referral ended by itself: unanswered, or because memorandum or consent ended. Rule C12."""

    referral_id: UUID
    area: AreaCode
    agency: str
    referred_for: str
    reason: Literal["unanswered", "memorandum_ended", "consent_ended"]
    expired_at: datetime
