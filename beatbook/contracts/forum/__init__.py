"""What the forum service publishes, a file for each noun."""

from beatbook.contracts.forum.advisories import AdvisoryCleared, AdvisoryRaised
from beatbook.contracts.forum.areas import AreaClosed, AreaRegistered
from beatbook.contracts.forum.concerns import (
    ConcernAnswered,
    ConcernCaseMoved,
    ConcernEscalated,
    ConcernJoined,
    ConcernOverdue,
    ConcernPublished,
    ConcernRaised,
    ConcernSeparated,
    ConcernTriaged,
)
from beatbook.contracts.forum.consultations import (
    ConsultationPublished,
    ConsultationRecorded,
    ConsultationWithdrawn,
)
from beatbook.contracts.forum.corrections import CorrectionPublished, CorrectionWithdrawn
from beatbook.contracts.forum.decisions import (
    DecisionCascaded,
    DecisionClosed,
    DecisionDueMoved,
    DecisionOverdue,
    DecisionRecorded,
    DecisionSuperseded,
)
from beatbook.contracts.forum.exports import RecordsExported
from beatbook.contracts.forum.forums import ForumChanged, ForumFounded
from beatbook.contracts.forum.initiatives import (
    InitiativeEnded,
    InitiativePaused,
    InitiativeProposed,
    InitiativeReported,
    InitiativeStarted,
)
from beatbook.contracts.forum.meetings import (
    MeetingCalledOff,
    MeetingClimateChanged,
    MeetingHeld,
    MeetingInvited,
    MeetingPlanned,
)
from beatbook.contracts.forum.members import MemberChanged, MemberSeated, MemberTermEnded
from beatbook.contracts.forum.minutes import MinutesApproved, MinutesCirculated, MinutesPublished, MinutesRemarked
from beatbook.contracts.forum.posts import PostAssigned, PostChanged
from beatbook.contracts.forum.reports import ReportAdopted
from beatbook.contracts.forum.signals import SignalCleared, SignalRaised
from beatbook.contracts.forum.sites import SiteChanged, SiteDesignated
from beatbook.contracts.forum.trainings import TrainingCancelled, TrainingHeld, TrainingPlanned

__all__ = [
    "AdvisoryCleared",
    "AdvisoryRaised",
    "AreaClosed",
    "AreaRegistered",
    "ConcernAnswered",
    "ConcernCaseMoved",
    "ConcernEscalated",
    "ConcernJoined",
    "ConcernOverdue",
    "ConcernPublished",
    "ConcernRaised",
    "ConcernSeparated",
    "ConcernTriaged",
    "ConsultationPublished",
    "ConsultationRecorded",
    "ConsultationWithdrawn",
    "CorrectionPublished",
    "CorrectionWithdrawn",
    "DecisionCascaded",
    "DecisionClosed",
    "DecisionDueMoved",
    "DecisionOverdue",
    "DecisionRecorded",
    "DecisionSuperseded",
    "ForumChanged",
    "ForumFounded",
    "InitiativeEnded",
    "InitiativePaused",
    "InitiativeProposed",
    "InitiativeReported",
    "InitiativeStarted",
    "MeetingCalledOff",
    "MeetingClimateChanged",
    "MeetingHeld",
    "MeetingInvited",
    "MeetingPlanned",
    "MemberChanged",
    "MemberSeated",
    "MemberTermEnded",
    "MinutesApproved",
    "MinutesCirculated",
    "MinutesPublished",
    "MinutesRemarked",
    "PostAssigned",
    "PostChanged",
    "RecordsExported",
    "ReportAdopted",
    "SignalCleared",
    "SignalRaised",
    "SiteChanged",
    "SiteDesignated",
    "TrainingCancelled",
    "TrainingHeld",
    "TrainingPlanned",
]
