"""What the cases service keeps right in the transaction of its own commands, event class by event class."""

from collections.abc import Mapping, Sequence

from beatbook.contracts import cases as told
from beatbook.contracts.envelope import Event
from beatbook.kit.reactions import Reaction
from services.cases.conferences.commands import stop_unconsented
from services.cases.followups.commands import plan_follow_ups
from services.cases.links.commands import tell_of_moves
from services.cases.patterns.commands import follow_cases
from services.cases.referrals.expiry import on_memorandum_ended

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    told.CaseExpunged: (tell_of_moves,),
    told.DiversionConsentWithdrawn: (stop_unconsented,),
    told.DiversionMoved: (plan_follow_ups, tell_of_moves),
    told.MemorandumEnded: (on_memorandum_ended,),
    told.ProblemMoved: (follow_cases, tell_of_moves),
    told.ReferralAnswered: (tell_of_moves,),
    told.ReferralCancelled: (tell_of_moves,),
    told.ReferralExpired: (tell_of_moves,),
    told.ReferralWithdrawn: (tell_of_moves,),
}
