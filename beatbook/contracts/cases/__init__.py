"""What the cases service publishes, a file for each noun: ids, codes and counts, never a person (Rule C13)."""

from beatbook.contracts.cases.audit import AuditSealed, SealedHead
from beatbook.contracts.cases.complaints import ComplaintMoved, ComplaintOverdue, ComplaintReceived
from beatbook.contracts.cases.critical import (
    CriticalIncidentDeclared,
    CriticalIncidentStoodDown,
    CriticalReviewOverdue,
)
from beatbook.contracts.cases.diversions import (
    DiversionConsentGiven,
    DiversionConsentWithdrawn,
    DiversionMoved,
    DiversionReferred,
    DiversionReminded,
    DiversionTermSettled,
    DiversionWarned,
    MeetingEnded,
)
from beatbook.contracts.cases.files import CaseExpunged
from beatbook.contracts.cases.hate_crimes import HateCrimeClassified, HateCrimeFlagged
from beatbook.contracts.cases.incidents import IncidentRecorded
from beatbook.contracts.cases.links import CaseConcernMoved
from beatbook.contracts.cases.openings import OpeningEnded, OpeningForced, OpeningReviewed
from beatbook.contracts.cases.partners import AgencyChanged, AgencyRegistered, MemorandumEnded, MemorandumSigned
from beatbook.contracts.cases.patterns import PatternDecided, PatternLapsed, PatternProposed
from beatbook.contracts.cases.problems import (
    PlanItemEnded,
    PlanItemOverdue,
    PlanItemSet,
    ProblemMoved,
    ProblemOpened,
)
from beatbook.contracts.cases.programmes import ProgrammeLoaded
from beatbook.contracts.cases.referrals import (
    ReferralAnswered,
    ReferralCancelled,
    ReferralExpired,
    ReferralRequested,
    ReferralWithdrawn,
)
from beatbook.contracts.cases.tasks import TaskClosed, TaskGiven
from beatbook.contracts.cases.tension import TensionJumped
from beatbook.contracts.cases.victims import VictimPromiseKept, VictimPromiseMissed

__all__ = [
    "AgencyChanged",
    "AgencyRegistered",
    "AuditSealed",
    "CaseConcernMoved",
    "CaseExpunged",
    "ComplaintMoved",
    "ComplaintOverdue",
    "ComplaintReceived",
    "CriticalIncidentDeclared",
    "CriticalIncidentStoodDown",
    "CriticalReviewOverdue",
    "DiversionConsentGiven",
    "DiversionConsentWithdrawn",
    "DiversionMoved",
    "DiversionReferred",
    "DiversionReminded",
    "DiversionTermSettled",
    "DiversionWarned",
    "HateCrimeClassified",
    "HateCrimeFlagged",
    "IncidentRecorded",
    "MeetingEnded",
    "MemorandumEnded",
    "MemorandumSigned",
    "OpeningEnded",
    "OpeningForced",
    "OpeningReviewed",
    "PatternDecided",
    "PatternLapsed",
    "PatternProposed",
    "PlanItemEnded",
    "PlanItemOverdue",
    "PlanItemSet",
    "ProblemMoved",
    "ProblemOpened",
    "ProgrammeLoaded",
    "ReferralAnswered",
    "ReferralCancelled",
    "ReferralExpired",
    "ReferralRequested",
    "ReferralWithdrawn",
    "SealedHead",
    "TaskClosed",
    "TaskGiven",
    "TensionJumped",
    "VictimPromiseKept",
    "VictimPromiseMissed",
]
