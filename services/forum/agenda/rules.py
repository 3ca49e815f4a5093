"""What can wait for a forum's next agenda. Pure. Rules F6, F9, F15."""

from enum import StrEnum


class EntryKind(StrEnum):
    """Why something stands on the next agenda. Rules F6, F15, F17."""

    RESULT = "result"
    """The results of a thematic, youth or women-only forum that reports here, without words of people. Rule F6."""
    CASCADED_DECISION = "cascaded_decision"
    """A decision of the forum above. Rule F15."""
    CONCERN = "concern"
    """A concern that people raised, or that was escalated from below. Rules F14, F15."""
    CONSULTATION = "consultation"
    """Findings of a consultation outside meetings. Rule F21."""
    WARNING = "warning"
    """A warning signal, with its questions. Rule F17."""
