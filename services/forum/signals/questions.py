"""What a signal is called, and what to explore with people before anything is changed. Rule F17."""

from collections.abc import Mapping

from services.forum.signals.rules import SignalCode

QUESTIONS: Mapping[SignalCode, tuple[str, ...]] = {
    SignalCode.ATTENDANCE_FELL: (
        "Who came before and does not come now? Ask them where they are, not at the meeting.",
        "What did people hope for, and what of it have they seen?",
        "Do time, place and language suit those who stayed away, and is it safe to be seen there?",
    ),
    SignalCode.POSTPONED_TWICE: (
        "Who asked for the postponements, and what did they have to do instead?",
        "What would be lost for those who decide if the forum did not meet at all?",
        "Is there one small matter that could be settled by the next date, whoever can come?",
    ),
    SignalCode.POLICE_RANK_FELL: (
        "Can those who now come for the police promise anything, or only take notes?",
        "What has changed for the command: people, orders, what it expects of the forum?",
        "Who has the commander's ear and could ask, face to face, what would make the evening worthwhile?",
    ),
    SignalCode.HOSTILE_CLIMATE: (
        "What happened shortly before, here or between people and police elsewhere?",
        "Which complaint was heard several times and never answered?",
        "Would smaller talks, each group by itself, say more before the next meeting of all?",
    ),
    SignalCode.GROUP_STOPPED_COMING: (
        "Ask several people of the group, apart from one another: what keeps them away?",
        "Was anything said or done at the last meetings they came to?",
        "Were they asked for their view, or only asked to be there?",
    ),
    SignalCode.DECISIONS_OVERDUE: (
        "Which of these decisions matter most to those who asked for them, and have they been told why they wait?",
        "What do the owners lack: money, people, authority, or the will?",
        "Which one could be done before the next meeting, so that it can be shown?",
    ),
}
"""What to explore with people, in the order to ask. Source: ICT sprint 7."""

TITLES: Mapping[SignalCode, str] = {
    SignalCode.ATTENDANCE_FELL: "Fewer people come than did",
    SignalCode.POSTPONED_TWICE: "Two meetings in a row were postponed",
    SignalCode.POLICE_RANK_FELL: "The police sends lower ranks than it did",
    SignalCode.HOSTILE_CLIMATE: "Meetings have been hostile",
    SignalCode.GROUP_STOPPED_COMING: "A group has stopped coming",
    SignalCode.DECISIONS_OVERDUE: "More than a third of the open decisions are overdue",
}


def agenda_title(code: SignalCode) -> str:
    """What stands on the next agenda: the signal and its questions."""
    return f"{TITLES[code]}. {' '.join(QUESTIONS[code])}"
